import { chmod, mkdir, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { applyPatchTool } from "../../src/tools/apply-patch.ts";
import type { Bench } from "./inside.ts";
import { bench } from "./inside.ts";

function run(at: Bench, ...lines: string[]) {
  const patch = ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
  return applyPatchTool(at).run({ patch }, new AbortController().signal);
}

describe("apply_patch", () => {
  test("adds, changes, moves and deletes in one patch and says so", async () => {
    await using at = await bench({ "a.ts": "1\n", "b.ts": "2\n", "c.ts": "3\n" });
    const result = await run(
      at,
      "*** Add File: new/deep/d.ts",
      "+four",
      "*** Update File: a.ts",
      "@@",
      "-1",
      "+one",
      "*** Update File: b.ts",
      "*** Move to: moved/b.ts",
      "@@",
      "-2",
      "+two",
      "*** Delete File: c.ts",
    );
    expect(result).toEqual({
      ok: true,
      output: "Success. Updated the following files:\nA new/deep/d.ts\nM a.ts\nD b.ts\nA moved/b.ts\nD c.ts",
      detail: {
        kind: "files",
        changes: [
          { path: "new/deep/d.ts", kind: "add" },
          { path: "a.ts", kind: "update" },
          { path: "b.ts", kind: "delete" },
          { path: "moved/b.ts", kind: "add" },
          { path: "c.ts", kind: "delete" },
        ],
      },
    });
    expect(await at.tree()).toEqual({ "new/deep/d.ts": "four\n", "a.ts": "one\n", "moved/b.ts": "two\n" });
  });

  test("sees in a later part what an earlier part did", async () => {
    await using at = await bench();
    const result = await run(at, "*** Add File: a", "+1", "*** Update File: a", "@@", "-1", "+2");
    expect(result.ok).toBe(true);
    expect(await at.tree()).toEqual({ a: "2\n" });
  });

  test("keeps the parts before the one that failed, and says which", async () => {
    await using at = await bench({ a: "1\n" });
    const result = await run(at, "*** Add File: b", "+x", "*** Update File: a", "@@", "-9", "+y", "*** Delete File: a");
    expect(result).toMatchObject({
      ok: false,
      output: "The patch failed: a: these lines were not found:\n9\nChanged before that, and left so:\nA b",
    });
    expect(await at.tree()).toEqual({ a: "1\n", b: "x\n" });
  });

  test("says at which part the disk refused, and keeps what was written", async () => {
    await using at = await bench({ a: "1\n", file: "x\n" });
    const result = await run(at, "*** Add File: b", "+x", "*** Add File: file/below", "+y", "*** Delete File: a");
    expect(result.ok).toBe(false);
    expect(result.output).toMatch(
      /^The patch failed: file\/below could not be written: .*\nChanged before that.*\nA b$/s,
    );
    expect(await at.tree()).toEqual({ a: "1\n", b: "x\n", file: "x\n" });
  });

  test("keeps the mode of a file that it changes or moves", async () => {
    await using at = await bench({ run: "1\n", tool: "1\n" });
    await chmod(join(at.root, "run"), 0o755);
    await chmod(join(at.root, "tool"), 0o755);
    await run(
      at,
      "*** Update File: run",
      "@@",
      "-1",
      "+2",
      "*** Update File: tool",
      "*** Move to: bin/tool",
      "@@",
      "-1",
      "+2",
    );
    expect((await stat(join(at.root, "run"))).mode & 0o777).toBe(0o755);
    expect((await stat(join(at.root, "bin/tool"))).mode & 0o777).toBe(0o755);
  });

  test("writes names and contents byte for byte, whatever they look like", async () => {
    await using at = await bench({ "-n": "1\n" });
    const content = "$(touch pwned) `x` \\ 'q' \"q\" é ☃";
    const result = await run(at, "*** Add File: a b'c$(x).txt", `+${content}`, "*** Update File: -n", "@@", "-1", "+2");
    expect(result.ok).toBe(true);
    expect((await readdir(at.root)).toSorted()).toEqual(["-n", "a b'c$(x).txt"]);
    expect(await readFile(join(at.root, "a b'c$(x).txt"), "utf8")).toBe(`${content}\n`);
  });

  test("deletes a symlink, not what it points to", async () => {
    await using at = await bench({ target: "1\n" });
    await at.link("link", "target");
    expect((await run(at, "*** Delete File: link")).ok).toBe(true);
    expect(await at.tree()).toEqual({ target: "1\n" });
  });

  test("changes the file behind a symlink and keeps the link", async () => {
    await using at = await bench({ target: "1\n" });
    await at.link("link", "target");
    expect((await run(at, "*** Update File: link", "@@", "-1", "+2")).ok).toBe(true);
    expect(await at.tree()).toEqual({ target: "2\n" });
    expect(await readlink(join(at.root, "link"))).toBe("target");
  });

  const refused: [string, string[], string][] = [
    [
      "a path above the workspace",
      ["*** Add File: ../x", "+1"],
      "../x is outside the workspace /workspace/repo. Nothing was changed.",
    ],
    [
      "an absolute path elsewhere",
      ["*** Add File: /etc/x", "+1"],
      "/etc/x is outside the workspace /workspace/repo. Nothing was changed.",
    ],
    [
      "a move out of the workspace",
      ["*** Update File: a", "*** Move to: /tmp/x"],
      "/tmp/x is outside the workspace /workspace/repo. Nothing was changed.",
    ],
    ["a missing file", ["*** Delete File: x"], "The patch failed: x does not exist\nNothing was changed."],
    ["a directory to delete", ["*** Delete File: dir"], "The patch failed: dir is a directory\nNothing was changed."],
    [
      "a directory as the target of a move",
      ["*** Update File: a", "*** Move to: dir"],
      "The patch failed: dir is a directory\nNothing was changed.",
    ],
    ["a binary file", ["*** Update File: bin", "@@", "+x"], "The patch failed: bin is binary\nNothing was changed."],
    [
      "a file that is not UTF-8",
      ["*** Update File: latin", "@@", "+x"],
      "The patch failed: latin is not UTF-8 text\nNothing was changed.",
    ],
    [
      "a patch that cannot be read",
      ["hello"],
      'The patch is not valid, line 2: expected `*** Add File: path`, `*** Delete File: path` or `*** Update File: path`, found "hello". Nothing was changed.',
    ],
  ];
  test.each(refused)("refuses %s and changes nothing", async (_title, lines, output) => {
    await using at = await bench({ a: "1\n" });
    await mkdir(join(at.root, "dir"));
    await at.write("bin", new Uint8Array([0, 1]));
    await at.write("latin", new Uint8Array([0xe9, 10]));
    await at.own();
    const before = await at.tree();
    expect(await run(at, ...lines)).toMatchObject({ ok: false, output });
    expect(await at.tree()).toEqual(before);
  });

  test("takes an absolute path below the workspace", async () => {
    await using at = await bench({ a: "1\n" });
    expect((await run(at, "*** Update File: /workspace/repo/a", "@@", "-1", "+2")).output).toContain("M a");
    expect(await at.tree()).toEqual({ a: "2\n" });
  });

  test("cannot change anything when the workspace is read-only, and says so", async () => {
    await using at = await bench({ a: "1\n" }, "read-only");
    const result = await run(at, "*** Update File: a", "@@", "-1", "+2");
    expect(result.ok).toBe(false);
    expect(result.output).toMatch(/^The patch failed: a could not be written: .*Read-only file system/);
    expect(await at.tree()).toEqual({ a: "1\n" });
  });

  test("cannot write into .git, even when it is asked to", async () => {
    await using at = await bench({ ".git/config": "1\n" });
    expect((await run(at, "*** Update File: .git/config", "@@", "-1", "+2")).ok).toBe(false);
    expect((await run(at, "*** Add File: .git/hooks/pre-commit", "+x")).ok).toBe(false);
    expect(await at.tree()).toEqual({ ".git/config": "1\n" });
  });

  test("cannot reach a file of the host through a symlink", async () => {
    await using outside = await bench({ secret: "1\n" });
    await using at = await bench();
    await at.link("link", join(outside.root, "secret"));
    expect((await run(at, "*** Update File: link", "@@", "-1", "+2")).ok).toBe(false);
    expect(await outside.tree()).toEqual({ secret: "1\n" });
  });
});

describe("a patch that would flood the host", () => {
  const bytes = 4 * 1024 * 1024 - 1;

  test("reads a bounded number of bytes, however many links name one large file", async () => {
    await using at = await bench({ f: "a".repeat(bytes) });
    const names = Array.from({ length: 9 }, (_, index) => `f${index}`);
    for (const name of names) await at.link(name, "f");
    const result = await run(at, ...names.flatMap((name) => [`*** Update File: ${name}`, "@@", "+b"]));
    expect(result.ok).toBe(false);
    expect(result.output).toMatch(/f4 is too much: a patch reads at most 16777216 bytes in all/);
  });

  test("writes a bounded number of bytes, however often it names one large file", async () => {
    await using at = await bench({ f: "a".repeat(bytes) });
    const result = await run(at, ...Array.from({ length: 9 }, () => ["*** Update File: f", "@@", "+b"]).flat());
    expect(result.output).toMatch(/f: the patch writes more than 33554432 bytes in all/);
  });

  test("names a bounded number of files, so that the names fit a command", async () => {
    await using at = await bench();
    const result = await run(at, ...Array.from({ length: 1001 }, (_, index) => `*** Delete File: ${index}`));
    expect(result.output).toMatch(/more than 1000 file sections\. Nothing was changed/);
    const long = "d/".repeat(1_900);
    const wide = await run(at, ...Array.from({ length: 60 }, (_, index) => `*** Delete File: ${long}${index}`));
    expect(wide.output).toMatch(/paths have more than 200000 bytes in all\. Nothing was changed/);
  });
});
