import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { runChecks } from "../../src/checks/verify.ts";
import { Config } from "../../src/config.ts";
import { scanSecrets } from "../../src/inspect/secrets.ts";
import { entry, fixtureRepository, plainGit } from "../workspace/repository.ts";
import { realSandbox } from "./sandbox.ts";
import { countedRuns, manifest, ready, verify } from "./verification.ts";

const real = realSandbox();

describe("a head that works against its checks", () => {
  test("runs two reds once more alone: a head that only starves its base is found out", async () => {
    // Runs one and two are base and head at the same time, three and four the base and the head alone.
    const order = countedRuns(real.sandbox);
    const starved = await verify(
      real.sandbox,
      manifest({ test: "test $RUN -ge 3 && ! test -e bug.txt" }),
      { "bug.txt": "" },
      { sandbox: order.sandbox },
    );
    expect([starved.classes["tests"], order.runs()]).toEqual(["regressed", 4]);
    expect(starved.rows["tests"]).toMatchObject({ base: { kind: "passed" }, head: { kind: "failed" } });
    const old = countedRuns(real.sandbox);
    const { classes } = await verify(
      real.sandbox,
      manifest({ test: "false" }),
      { "bug.txt": "" },
      { sandbox: old.sandbox },
    );
    expect([classes["tests"], old.runs()]).toEqual(["pre-existing", 3]);
  });

  test("runs the trusted scripts also when a byte order mark stands before the redefined ones", async () => {
    const before = { ...manifest({ test: "npm run --silent unit", unit: "test -e good.txt" }), "good.txt": "" };
    const redefined = { "package.json": `\ufeff${manifest({ test: "true", unit: "true" })["package.json"]}` };
    const { classes } = await verify(real.sandbox, before, redefined, { remove: ["good.txt"] });
    expect(classes["tests"]).toBe("regressed");
  });

  test("runs nothing on a head whose scripts nobody can read", async () => {
    const { rows } = await verify(real.sandbox, manifest({ test: "true" }), { "package.json": "{" });
    expect(rows["tests"]).toMatchObject({
      class: "not run",
      head: { kind: "not_run", cause: "other", reason: expect.stringMatching(/^"package\.json" is not a JSON object/) },
    });
  });

  test("runs a trusted script's npm with the trusted settings, not with those of the change", async () => {
    const before = {
      ...manifest({ test: "npm run --silent unit", unit: "node check.mjs" }),
      "check.mjs":
        'import { existsSync } from "node:fs"; process.exit(globalThis.fooled || existsSync("good.txt") ? 0 : 1);',
      "good.txt": "",
    };
    const settings = {
      ".npmrc": "node-options=--import /workspace/repo/x.mjs\n",
      "x.mjs": "globalThis.fooled = true;",
    };
    const { classes } = await verify(real.sandbox, before, settings, { remove: ["good.txt"] });
    expect(classes["tests"]).toBe("regressed");
    // The same settings do fool it where the trusted commit has them.
    const twin = await verify(real.sandbox, { ...before, ...settings }, {}, { remove: ["good.txt"] });
    expect(twin.classes["tests"]).toBe("pass");
  });

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ["leaves a link as .git", { pretest: "mkdir f && ln -s /x f/.git", test: "true" }, { "a.txt": "a" }],
    ["leaves a directory that nobody may enter", { test: "mkdir -p f/g && chmod 0 f" }, { "a.txt": "a" }],
    [
      "leaves a name that is no text",
      { pretest: "mkdir f && cd f && mkdir \"$(printf '\\377')\"", test: "true" },
      { "a.txt": "a" },
    ],
    [
      "moves a pinned manifest away",
      { pretest: "mv packages/a packages/b", test: "true" },
      { "packages/a/package.json": '{"scripts":{"x":"2"}}' },
    ],
  ])("survives a check that %s", async (_, scripts, after) => {
    const before = { ...manifest(scripts), "packages/a/package.json": '{"scripts":{"x":"1"}}' };
    const { rows } = await verify(real.sandbox, before, after);
    expect(["not run", "pass"]).toContain(rows["tests"]?.class);
  });

  test("says what was wrong with the workspace that a check left behind", async () => {
    const scripts = { pretest: "test ! -e a.txt || { mkdir f && ln -s /x f/.git; }", test: "true" };
    const { rows } = await verify(real.sandbox, manifest(scripts), { "a.txt": "a" });
    expect(rows["tests"]).toMatchObject({
      base: { kind: "passed" },
      head: {
        kind: "not_run",
        cause: "other",
        reason: expect.stringMatching(/^the workspace cannot be used: .*\.git/),
      },
    });
  });

  test.each<[string, string]>([
    ["the dependencies", "node_modules"],
    ["a nested package's dependencies", "packages/a/node_modules"],
  ])("runs nothing where it put a link in the place of %s", async (_, path) => {
    const mount = { host: "/nowhere", inside: "/workspace/repo/packages/a/node_modules", optional: true };
    const before = { ...manifest({ test: "true" }), "packages/a/package.json": "{}" };
    const { rows } = await verify(
      real.sandbox,
      before,
      { [path]: { link: "src" } },
      { dependencies: async (side) => (side === "base" ? ready : { kind: "ready", readOnly: [mount], scratch: [] }) },
    );
    expect(rows["tests"]).toMatchObject({
      class: "not run",
      head: { kind: "not_run", cause: "other", reason: expect.stringContaining("must be a real directory") },
    });
  });

  test("checks a base whose files have git's old mode 100664", async () => {
    using fixture = fixtureRepository({ ...manifest({ test: "test -e a.txt" }), "a.txt": "a" });
    const raw = execFileSync("git", ["cat-file", "tree", fixture.tree], { cwd: fixture.root });
    const old = Buffer.from(raw.toString("latin1").replaceAll("100644 ", "100664 "), "latin1");
    const write = ["hash-object", "-t", "tree", "--literally", "-w", "--stdin"];
    const tree = execFileSync("git", write, { cwd: fixture.root, input: old, encoding: "utf8" }).trim();
    const commit = plainGit(fixture.root, "commit-tree", "-m", "old", tree);
    const { checks } = await runChecks({
      sandbox: real.sandbox,
      source: fixture.root,
      dir: fixture.dir,
      task: { trusted: { commit }, config: Config.parse({}) },
      base: { commit },
      change: [entry("b.txt", null, "b")],
      dependencies: async () => ready,
      registry: null,
      scanSecrets,
    });
    expect(checks.find(({ name }) => name === "tests")?.class).toBe("pass");
  });
});
