import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dependencyMounts } from "../../src/environment/mounts.ts";
import { entry, temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { realSandbox } from "./sandbox.ts";
import { countedRuns, manifest, ready, verify } from "./verification.ts";

const real = realSandbox();

describe("runChecks", () => {
  test("runs every check on base and on head and classes what it saw", async () => {
    const scripts = { typecheck: "true", lint: "! grep -q BAD src.txt", test: "! grep -q BUG src.txt", build: "false" };
    const { classes, rows, progress } = await verify(
      real.sandbox,
      { ...manifest(scripts), "src.txt": "BUG\n" },
      { "src.txt": "BAD\n" },
    );
    expect(classes).toEqual({
      types: "pass",
      lint: "regressed",
      tests: "fixed",
      build: "pre-existing",
      secrets: "pass",
      audit: "not configured",
    });
    expect(rows["lint"]).toMatchObject({ command: ["sh", "-c", scripts.lint], head: { kind: "failed", exit_code: 1 } });
    expect(progress.filter(({ check }) => check === "lint")).toEqual([
      { check: "lint", side: "base", state: "started", again: false },
      { check: "lint", side: "head", state: "started", again: false },
      expect.objectContaining({ check: "lint", again: false }),
      expect.objectContaining({ check: "lint", again: false }),
      { check: "lint", side: "head", state: "started", again: true },
      { check: "lint", side: "head", state: "failed", again: true },
    ]);
  });

  test("gives each check its own copy: what one writes no other sees", async () => {
    const scripts = {
      lint: "test ! -e dist && test ! -e node_modules/.cache",
      build: "mkdir dist node_modules/.cache && touch dist/x",
    };
    const { classes } = await verify(real.sandbox, manifest({ ...scripts, test: scripts.lint }), { "a.txt": "a" });
    expect(classes).toMatchObject({ lint: "pass", build: "pass", tests: "pass" });
  });

  test("does not believe a lint that mends the code it judges, but lets a build write its output", async () => {
    const scripts = { lint: "echo mended > a.txt", build: "echo built > out.txt" };
    const { rows, classes } = await verify(
      real.sandbox,
      { ...manifest(scripts), "a.txt": "a", "out.txt": "o" },
      { "b.txt": "b" },
    );
    expect(classes).toMatchObject({ lint: "not run", build: "pass" });
    expect(rows["lint"]?.head).toMatchObject({ reason: expect.stringContaining('it changed tracked files: "a.txt"') });
  });

  test.each([
    ["flaky", 3],
    ["regressed", 4],
  ])("runs a red once more, alone, and calls it %s when it is green from run %i on", async (expected, greenFrom) => {
    const { sandbox, runs } = countedRuns(real.sandbox);
    const { classes } = await verify(
      real.sandbox,
      manifest({ test: `test ! -e flaky.txt || test $RUN -ge ${greenFrom}` }),
      { "flaky.txt": "" },
      { sandbox },
    );
    expect([classes["tests"], runs()]).toEqual([expected, 3]);
  });

  test("sees new failures behind an old one", async () => {
    const tests = `import { test } from "node:test";
      import { readFileSync } from "node:fs";
      for (let at = 0; at < 5; at += 1) test("t" + at, () => { if (at < Number(readFileSync("n.txt"))) throw new Error(); });`;
    const before = { ...manifest({ test: "node --test" }), "a.test.mjs": tests, "n.txt": "1" };
    const { rows } = await verify(real.sandbox, before, { "n.txt": "5" });
    expect(rows["tests"]).toMatchObject({
      class: "regressed",
      head: { evidence: expect.stringMatching(/^It breaks tests that pass on the base: a\.test\.mjs > t1, /) },
    });
    const twin = await verify(real.sandbox, before, { "n.txt": "1\n" });
    expect(twin.classes["tests"]).toBe("pre-existing");
  });

  test("fails the head when it has fewer tests than the base", async () => {
    const one = (name: string) => `import { test } from "node:test"; test("${name}", () => {});\n`;
    const before = { ...manifest({ test: "node --test" }), "a.test.mjs": one("a"), "b.test.mjs": one("b") };
    const { rows } = await verify(real.sandbox, before, {}, { remove: ["b.test.mjs"] });
    expect(rows["tests"]).toMatchObject({
      class: "regressed",
      base: { kind: "passed", evidence: "2 tests: 2 passed" },
      head: {
        kind: "failed",
        exit_code: 0,
        evidence: expect.stringMatching(/^Only 1 test ran; on the base 2 did\./),
      },
    });
  });

  test("runs the trusted scripts, whatever the change makes of them, at every level", async () => {
    const before = { ...manifest({ test: "npm run --silent unit", unit: "test -e good.txt" }), "good.txt": "" };
    const redefined = manifest({ test: "true", unit: "true", preunit: "true" });
    const { rows } = await verify(real.sandbox, before, redefined, { remove: ["good.txt"] });
    expect(rows["tests"]).toMatchObject({ class: "regressed", command: ["sh", "-c", "npm run --silent unit"] });
  });

  test("calls checks not run when the dependencies of a side could not be installed", async () => {
    const { rows, classes } = await verify(
      real.sandbox,
      manifest({ test: "true" }),
      { "a.txt": "a" },
      {
        dependencies: async (side) =>
          side === "base" ? ready : { kind: "failed", reason: "npm ci failed: no such version" },
      },
    );
    expect(classes["tests"]).toBe("not run");
    expect(rows["tests"]).toMatchObject({
      base: { kind: "passed" },
      head: { kind: "not_run", cause: "install", reason: "npm ci failed: no such version" },
    });
  });

  test("shows each side its own dependencies, from a checkout of its own", async () => {
    const seen: [string, boolean][] = [];
    await verify(
      real.sandbox,
      manifest({ test: "true" }),
      { "new.txt": "" },
      {
        dependencies: async (side, checkout) => {
          seen.push([side, existsSync(`${checkout}/new.txt`)]);
          return ready;
        },
      },
    );
    expect(seen).toEqual([
      ["base", false],
      ["head", true],
    ]);
  });

  test("without a writable view mounts the dependencies read-only, with private places for caches", async () => {
    using installed = temporaryDirectory();
    writeFiles(installed.path, {
      "node_modules/.bin/tool": { executable: "#!/bin/sh\necho tool of the dependencies\n" },
      "node_modules/.cache/.keep": "",
      "packages/a/node_modules/.cache/.keep": "",
    });
    const mounts = dependencyMounts(installed.path);
    const scratch = mounts.scratch.filter((path) => path.endsWith("node_modules/.cache"));
    const scripts = {
      test: "touch node_modules/.cache/x && ! touch node_modules/y && tool",
      lint: "test -d packages/a/node_modules/.cache && ! test -e packages/b",
    };
    const { rows, classes } = await verify(
      real.sandbox,
      { ...manifest(scripts), "packages/a/package.json": "{}" },
      { "a.txt": "" },
      {
        dependencies: async () => ({ kind: "ready", readOnly: mounts.readOnly, scratch }),
      },
    );
    expect(classes).toMatchObject({ tests: "pass", lint: "pass" });
    expect(rows["tests"]?.head).toMatchObject({ evidence: "tool of the dependencies" });
  });

  test("lets a check write into its dependencies, and shows it to nobody else", async () => {
    using installed = temporaryDirectory();
    const { user } = real.sandbox;
    writeFiles(installed.path, { "node_modules/tool/state": "original\n" });
    if (process.getuid?.() === 0) execFileSync("chown", ["-R", `${user.uid}:${user.gid}`, installed.path]);
    const write =
      "grep -q original node_modules/tool/state && echo changed > node_modules/tool/state && touch node_modules/x";
    const scripts = { lint: write, test: write, build: `! test -e node_modules/x && ${write}` };
    const dependencies = async () => ({
      kind: "ready" as const,
      directory: installed.path,
      ...dependencyMounts(installed.path),
      scratch: [],
    });
    const files = manifest(scripts);
    const { classes } = await verify(real.sandbox, files, { "a.txt": "" }, { dependencies });
    expect(classes).toMatchObject({ lint: "pass", tests: "pass", build: "pass" });
    expect(readFileSync(`${installed.path}/node_modules/tool/state`, "utf8")).toBe("original\n");
    // The twin: where there are no overlays the same checks find it read-only.
    const sandbox = { ...real.sandbox, overlay: { kind: "none" as const, reason: "for the test" } };
    const without = await verify(sandbox, files, { "a.txt": "" }, { dependencies });
    expect(without.classes).toMatchObject({ lint: "pre-existing", tests: "pre-existing", build: "pre-existing" });
  });

  test("names an added secret without carrying it", async () => {
    const token = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_");
    const { rows } = await verify(real.sandbox, { "README.md": "x" }, { "a.ts": `const t = "${token}";\n` });
    expect(rows["secrets"]).toMatchObject({ class: "regressed", head: { kind: "failed" } });
    expect(JSON.stringify(rows)).not.toContain(token.slice(4));
  });

  test("refuses a change that does not fit the base or does not make the named tree, before anything runs", async () => {
    await expect(
      verify(real.sandbox, { "a.txt": "a" }, {}, { change: [entry("a.txt", "something else", "b")] }),
    ).rejects.toMatchObject({ code: "tree-mismatch" });
  });
});
