import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { fixtureRepository, temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { airlock } from "./airlock.ts";

const root = join(import.meta.dirname, "../..");
const built = join(root, "dist/airlock.cjs");

const verbs = [
  "fix",
  "ask",
  "plan",
  "bump",
  "exec",
  "verify",
  "risk",
  "sandbox",
  "doctor",
  "parse",
  "sanitize",
  "audit",
  "app",
];

describe("help", () => {
  test.each([[[]], [["help"]], [["--help"]], [["-h"]]])("%j shows every verb with its arguments", async (args) => {
    const { code, out, err } = await airlock(args);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out.flatMap((line) => /^ {2}airlock (\S+)/.exec(line)?.[1] ?? [])).toEqual(verbs);
    expect(out.at(-1)).toBe("Exit codes: 0 done, 1 the answer is no, 2 wrong use or input, 3 broken environment.");
  });

  test.each(verbs)("%s --help shows its own, and does nothing", async (verb) => {
    const { code, out, err } = await airlock([verb, "--help"]);
    expect({ code, err, lines: out.length }).toEqual({ code: 0, err: [], lines: 2 });
    expect(out[0]).toMatch(new RegExp(`^airlock ${verb}( |$)`));
    expect(await airlock(["help", verb])).toEqual({ code, out, err });
  });
});

describe("wrong use is exit code 2, with the usage, on standard error", () => {
  test.each(["deploy", "toString", "__proto__", "--verbose"])("the verb %s, which is none", async (verb) => {
    const { code, out, err } = await airlock([verb]);
    expect(await airlock(["help", verb])).toEqual({ code, out, err });
    expect({ code, out, first: err[0] }).toEqual({ code: 2, out: [], first: `airlock: there is no verb "${verb}"` });
    expect(err.join("\n")).toContain("airlock fix ");
  });

  test.each<[string[], string]>([
    [["parse", "--verbose"], "parse"],
    [["sanitize", "body.md"], "sanitize"],
    [["risk", "--base"], "risk"],
    [["verify", "--jsn"], "verify"],
    [["doctor", "now"], "doctor"],
    [["sandbox", "--network", "--", "true"], "sandbox"],
    [["audit", "verify", "--expect"], "audit"],
    [["exec", "--danger", "x"], "exec"],
    [["fix", "--danger", "x"], "fix"],
    [["app", "create", "--force"], "app"],
  ])("%j", async (args, verb) => {
    const { code, out, err } = await airlock(args);
    expect({ code, out, lines: err.length >= 2 }).toEqual({ code: 2, out: [], lines: true });
    expect(err.at(-1)).toMatch(new RegExp(`^usage: airlock ${verb} `));
    expect(err.join("\n")).not.toMatch(/^\s+at /m);
  });
});

describe("the version", () => {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

  test.each(["--version", "-V", "version"])("%s is the one of package.json", async (word) => {
    expect(await airlock([word])).toEqual({ code: 0, out: [`airlock ${version}`], err: [] });
  });

  test("is known to the bundle wherever it lies", async () => {
    const ended = await program([built, "--version"], {});
    expect(ended).toMatchObject({ code: 0, out: `airlock ${version}\n`, err: "" });
  });
});

describe("the bundle under a Node that is too old", () => {
  test("says what to install and loads nothing else", async () => {
    const older = "Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.19.0'}})";
    const preload = `data:text/javascript,${encodeURIComponent(older)}`;
    expect(await program(["--import", preload, built, "doctor"], {})).toMatchObject({
      code: 3,
      out: "",
      err: "airlock: Node 24 or newer is needed, this is Node 20.19.0.\n  fix: Install it: https://nodejs.org/en/download\n",
    });
  });

  test("its entry is one small file that imports nothing before that", () => {
    const text = readFileSync(built, "utf8");
    expect(text).not.toMatch(/^\s*import[\s{"'*]/m);
    expect(text).not.toMatch(/\busing\b/);
    expect(text.length).toBeLessThan(1_000);
  });
});

describe("when the reader of the output goes away", () => {
  const main = join(root, "src/cli/main.ts");
  const risk = ["risk", "--base", "HEAD~1", "--head", "HEAD"];

  test.each<[string, string[]]>([
    ["the help", ["help"]],
    ["a verdict", risk],
  ])("%s ends without a word, with what it opened closed again", async (_title, args) => {
    using repository = fixtureRepository({ "a.txt": "a" });
    writeFiles(repository.root, { "a.txt": "b" });
    repository.recommit();
    const whole = await program([main, ...args], { cwd: repository.root });
    expect(whole).toMatchObject({ code: 0, err: "", left: [] });
    expect(await program([main, ...args], { cwd: repository.root, reads: false })).toEqual({
      code: 141,
      out: "",
      err: "",
      left: [],
    });
  });
});

/** Runs Node with a directory of its own for temporary files. Out: how it ended, and what it left there. */
async function program(args: string[], { cwd = root, reads = true }: { cwd?: string; reads?: boolean }) {
  using temporary = temporaryDirectory();
  const env = { PATH: process.env["PATH"], TMPDIR: temporary.path };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  if (!reads) child.stdout.destroy();
  const output = Promise.all([reads ? buffer(child.stdout) : Buffer.alloc(0), buffer(child.stderr)]);
  const [code]: unknown[] = await once(child, "close");
  const [out, err] = await output;
  return { code, out: String(out), err: String(err), left: readdirSync(temporary.path) };
}
