import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Report } from "../../src/handoff/report.ts";
import { cartFiles } from "../phases/local-scene.ts";
import { fixtureRepository, plainGit, temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { airlock, json } from "./airlock.ts";

const source = cartFiles()["src/cart.ts"] ?? "";
const right = source.replace("item.cents,", "item.cents * item.quantity,");
const wrong = source.replace("item.cents,", "item.cents * (item.quantity - 1),");

/** The cart repository with one commit on top. */
function cart(files: Record<string, string>) {
  const repository = fixtureRepository(cartFiles());
  writeFiles(repository.root, files);
  repository.recommit();
  return repository;
}

const verify = ["verify", "--base", "HEAD~1", "--head", "HEAD"];
const withoutTimes = (lines: string[]) =>
  lines.map((line) =>
    line
      .replaceAll(/\d+\.\d s/g, "N s")
      .replaceAll(/\s+/g, " ")
      .trim(),
  );

describe("airlock verify runs the checks of the base on both commits", () => {
  test("a good change is 0: a table, and progress on the other stream", async () => {
    using repository = cart({ "src/cart.ts": right });
    const { code, out, err } = await airlock(verify, { cwd: repository.root });
    expect(code).toBe(0);
    const [title, ...rows] = withoutTimes(out);
    expect(title).toBe("check base head result");
    expect(rows.slice(-2)).toEqual(["", "proof: none. No test is red without this change and green with it."]);
    expect(rows.slice(0, -2).toSorted()).toEqual([
      "audit – – not configured",
      "build passed N s passed N s pass",
      "lint passed N s passed N s pass",
      "secrets passed N s passed N s pass",
      "tests passed N s passed N s pass",
      "types – – not configured",
    ]);
    expect(err).toEqual(expect.arrayContaining(["  tests on base: started", "  tests on head: passed"]));
    expect(plainGit(repository.root, "status", "--porcelain", "--ignored")).toBe("");
  });

  test("a change that breaks a test is 1, with what the test said", async () => {
    using repository = cart({ "src/cart.ts": wrong });
    const { code, out } = await airlock([...verify, "-C", repository.root]);
    expect(code).toBe(1);
    expect(withoutTimes(out)).toEqual(
      expect.arrayContaining(["tests passed N s failed (1) N s regressed", "tests: regressed"]),
    );
    expect(out.join("\n")).toContain("prices are added");
  });

  test("as JSON it is the Report itself", async () => {
    using repository = cart({ "src/cart.ts": wrong });
    const ended = await airlock([...verify, "--json"], { cwd: repository.root });
    expect(ended.code).toBe(1);
    const report = Report.parse(json(ended));
    expect(report.checks.find(({ name }) => name === "tests")).toMatchObject({
      class: "regressed",
      command: ["sh", "-c", "node --test"],
    });
    expect(report.head_tree).toBe(plainGit(repository.root, "rev-parse", "HEAD^{tree}"));
  });

  test("what a check prints does not reach the terminal's controls", async () => {
    using repository = cart({
      "src/cart.ts": `${right}console.log("\\u001b[2J\\u009bA wiped");\nprocess.exit(1);\n`,
    });
    const { code, out } = await airlock(verify, { cwd: repository.root });
    expect(code).toBe(1);
    expect(out.join("\n")).toContain("wiped");
    expect(out.join("\n")).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });
});

test("a second run takes the dependencies of the first, which are the same files and still whole", async () => {
  const lock = { name: "p", version: "1.0.0", lockfileVersion: 3, packages: { "": { name: "p", version: "1.0.0" } } };
  using repository = fixtureRepository({
    "package.json": JSON.stringify({ name: "p", version: "1.0.0", scripts: { test: "touch node_modules/written" } }),
    "package-lock.json": JSON.stringify(lock),
  });
  writeFiles(repository.root, { "a.txt": "a" });
  repository.recommit();
  using kept = temporaryDirectory();
  const start = { cwd: repository.root, env: { XDG_CACHE_HOME: join(kept.path, "cache") } };
  const dependencyLines = ({ err }: { err: string[] }) => err.filter((line) => line.includes("dependencies"));
  expect(dependencyLines(await airlock(verify, start))).toEqual([
    expect.stringContaining("installing dependencies (package-lock.json)"),
    expect.stringContaining("dependencies installed in"),
  ]);
  for (let run = 2; run <= 3; run += 1) {
    const { code, err } = await airlock(verify, start);
    expect([code, dependencyLines({ err })]).toEqual([
      0,
      [expect.stringMatching(/^ {2}dependencies: from the cache \(key [0-9a-f]{12}…, 0 min old\)$/)],
    ]);
  }
});

describe("what it cannot verify", () => {
  test.each<[string, string[], number, RegExp]>([
    ["a revision that names no commit", ["verify", "--base", "nope", "--head", "HEAD"], 2, /"nope" names no commit/],
    ["only one revision", ["verify", "--base", "HEAD"], 2, /name both --base and --head/],
  ])("%s", async (_title, args, code, says) => {
    using repository = fixtureRepository({ "a.txt": "a" });
    const ended = await airlock(args, { cwd: repository.root });
    expect(ended).toMatchObject({ code, out: [] });
    expect(ended.err[0]).toMatch(says);
  });

  test("a directory in no repository and a broken configuration are 2", async () => {
    using temporary = temporaryDirectory();
    expect(await airlock(verify, { cwd: temporary.path })).toMatchObject({ code: 2 });
    using repository = fixtureRepository({ ".github/airlock.toml": "[limits\n" });
    repository.recommit();
    expect(await airlock(verify, { cwd: repository.root })).toMatchObject({
      code: 2,
      err: [
        expect.stringMatching(/^airlock: \.github\/airlock\.toml:1:\d+: /),
        expect.stringContaining("fix: Correct"),
      ],
    });
  });
});
