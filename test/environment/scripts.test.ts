import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runInstallScripts } from "../../src/environment/scripts.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

const real = realSandbox();
const limits = { timeoutMs: 60_000, output: { headBytes: 65_536, tailBytes: 65_536 } };
const log = (text: string) => `echo "${text} in $PWD" >> /workspace/repo/log`;
const packageOf = (name: string, scripts: object = { postinstall: log(`post ${name}`) }) =>
  JSON.stringify({ name, version: "1.0.0", scripts });

/** An installation as a manager leaves it, owned by the sandbox's user. */
function installation(files: Parameters<typeof writeFiles>[1]) {
  const at = temporaryDirectory();
  const root = join(at.path, "into");
  writeFiles(root, { log: "", ...files });
  chmodSync(at.path, 0o711);
  if (process.getuid?.() === 0)
    execFileSync("chown", ["-R", `${real.sandbox.user.uid}:${real.sandbox.user.gid}`, "--", root]);
  const run = (...names: string[]) => runInstallScripts({ sandbox: real.sandbox, directory: root, names, limits });
  const lines = () => readFileSync(join(root, "log"), "utf8").trim().split("\n").filter(Boolean);
  return { ...at, root, run, lines };
}

test("the scripts of the named package run in order, in every place where it is installed, and nobody else's", async () => {
  using at = installation({
    "package.json": packageOf("root"),
    "node_modules/native/package.json": packageOf("native", {
      postinstall: log("post"),
      install: log("install"),
      preinstall: log("pre"),
      prepare: log("prepare"),
    }),
    "node_modules/other/package.json": packageOf("other"),
    "node_modules/other/node_modules/native/package.json": packageOf("native"),
    "node_modules/native/node_modules/inner/package.json": packageOf("inner"),
    "packages/a/node_modules/native/package.json": packageOf("native"),
    "packages/native/package.json": packageOf("native"),
  });
  expect(await at.run("native")).toEqual({ kind: "ran", ms: expect.any(Number), notes: [] });
  expect(at.lines()).toEqual([
    "pre in /workspace/repo/node_modules/native",
    "install in /workspace/repo/node_modules/native",
    "post in /workspace/repo/node_modules/native",
    "post native in /workspace/repo/node_modules/other/node_modules/native",
    "post native in /workspace/repo/packages/a/node_modules/native",
  ]);
});

test("in pnpm's and bun's stores the package itself is found, not the links to it", async () => {
  using at = installation({
    "node_modules/.pnpm/@s+native@1.0.0/node_modules/@s/native/package.json": packageOf("@s/native"),
    "node_modules/@s/native": { link: "../.pnpm/@s+native@1.0.0/node_modules/@s/native" },
    "node_modules/.bun/b@1.0.0/node_modules/b/package.json": packageOf("b"),
  });
  expect(await at.run("@s/native", "b")).toMatchObject({ kind: "ran", notes: [] });
  expect(at.lines()).toEqual([
    "post @s/native in /workspace/repo/node_modules/.pnpm/@s+native@1.0.0/node_modules/@s/native",
    "post b in /workspace/repo/node_modules/.bun/b@1.0.0/node_modules/b",
  ]);
});

test("another package under that name runs nothing: an alias is not who it says", async () => {
  using at = installation({ "node_modules/native/package.json": packageOf("impostor") });
  expect(await at.run("native")).toMatchObject({
    kind: "ran",
    notes: ["setup.scripts names native, which is not installed"],
  });
  expect(at.lines()).toEqual([]);
});

test("a name without a script is told, and so is one that is not installed", async () => {
  using at = installation({ "node_modules/plain/package.json": packageOf("plain", {}) });
  expect(await at.run("plain", "absent")).toEqual({
    kind: "ran",
    ms: 0,
    notes: [
      "setup.scripts names plain, which has no install script",
      "setup.scripts names absent, which is not installed",
    ],
  });
});

test("a package's own programs are on PATH, no host can be reached, and the proxy is not there", async () => {
  using at = installation({
    "node_modules/native/package.json": packageOf("native", { install: "tool" }),
    "node_modules/.bin/tool": {
      executable: `#!/usr/bin/env node
require("net").connect(80, "192.0.2.1").on("error", (error) => require("fs").appendFileSync("/workspace/repo/log", error.code + " " + (process.env.HTTP_PROXY ?? "no proxy") + "\\n"));\n`,
    },
  });
  expect(await at.run("native")).toMatchObject({ kind: "ran" });
  expect(at.lines()).toEqual(["ENETUNREACH no proxy"]);
});

test("a script that fails is a failure with its own words", async () => {
  using at = installation({
    "node_modules/native/package.json": packageOf("native", { install: "echo no compiler >&2; exit 3" }),
  });
  expect(await at.run("native")).toEqual({
    kind: "failed",
    reason: "the install script of native ended with exit code 3",
    fix: "Let it work without network, or take native out of `setup.scripts`.",
    evidence: "no compiler",
  });
});

test("a package with binding.gyp and no install script of its own is built, as npm does it", async () => {
  using at = installation({
    "node_modules/native/package.json": packageOf("native", {}),
    "node_modules/native/binding.gyp": "not a gyp file",
  });
  expect(await at.run("native")).toMatchObject({ kind: "failed", evidence: expect.stringContaining("gyp") });
});

describe("a program that a script replaces by a native one", () => {
  const js = "#!/usr/bin/env node\nconsole.log('in JavaScript')\n";
  const old = '#!/bin/sh\nbasedir=$(dirname "$0")\nexec node  "$basedir/../tool/bin/tool" "$@"\n';
  const newer = `#!/bin/sh\nbasedir_abs=$(dirname "$0")\nexec node  "$basedir_abs"/'../tool/bin/tool' "$@"\n`;
  const replace = "cp /bin/echo bin/tool";

  test.each([
    ["pnpm 8 to 11", old, replace, "a b\n"],
    ["pnpm 12", newer, replace, "a b\n"],
    ["the twin: a program that stays what it was", old, "true", "in JavaScript\n"],
  ])("starts as what it is now: %s", async (...row) => {
    const [, shim, postinstall, expected] = row;
    using at = installation({
      "node_modules/tool/package.json": packageOf("tool", { postinstall }),
      "node_modules/tool/bin/tool": { executable: js },
      "node_modules/.bin/tool": { executable: shim },
    });
    expect(await at.run("tool")).toMatchObject({ kind: "ran" });
    const profile = { readOnly: [{ host: at.root, inside: "/workspace/repo" }], limits };
    const result = await real.sandbox.run(profile, ["/workspace/repo/node_modules/.bin/tool", "a", "b"]);
    expect(result).toMatchObject({ kind: "exited", exitCode: 0, stdout: { text: expected } });
  });

  test("a link out of the installation is not followed on the host: nothing there changes", async () => {
    using at = installation({
      "node_modules/tool/package.json": packageOf("tool", { postinstall: "rm -rf ../.bin; ln -s /etc ../.bin" }),
    });
    expect(await at.run("tool")).toMatchObject({ kind: "ran" });
    expect(readlinkSync(join(at.root, "node_modules/.bin"))).toBe("/etc");
  });
});
