import { mkdir } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readFileTool } from "../../src/tools/read-file.ts";
import type { Bench } from "./inside.ts";
import { bench, limits } from "./inside.ts";

function read(at: Bench, path: string, start?: number, end?: number) {
  return readFileTool(at, limits).run(
    { path, start_line: start ?? null, end_line: end ?? null },
    new AbortController().signal,
  );
}

describe("read_file", () => {
  test("gives a file exactly as it is", async () => {
    await using at = await bench({ "src/a b.ts": "1\n\t2 \n" });
    expect(await read(at, "src/a b.ts")).toEqual({ ok: true, output: "1\n\t2 \n" });
    expect(await read(at, "/workspace/repo/src/a b.ts")).toEqual({ ok: true, output: "1\n\t2 \n" });
  });

  test("gives the lines that were asked for", async () => {
    await using at = await bench({ a: "1\n2\n3\n4\n" });
    expect((await read(at, "a", 2, 3)).output).toBe("2\n3\n");
    expect((await read(at, "a", 3)).output).toBe("3\n4\n");
    expect((await read(at, "a", undefined, 1)).output).toBe("1\n");
    expect((await read(at, "a", 9, 12)).output).toBe("a has no such lines.");
    expect(await read(at, "a", 3, 2)).toEqual({ ok: false, output: "Line 2 stands before line 3." });
  });

  test("follows a symlink inside the workspace", async () => {
    await using at = await bench({ a: "1\n" });
    await at.link("link", "a");
    expect((await read(at, "link")).output).toBe("1\n");
  });

  test("answers everything else with the reason", async () => {
    await using at = await bench({ empty: "" });
    await mkdir(join(at.root, "dir"));
    execFileSync("mkfifo", [join(at.root, "pipe")]);
    await at.write("bin", new Uint8Array([65, 0, 66]));
    const table: [string, string][] = [
      ["gone", "gone does not exist."],
      ["dir", "dir is a directory."],
      [".", ". is a directory."],
      ["pipe", "pipe is not a regular file."],
      ["bin", "bin is binary."],
      ["../x", "../x is outside the workspace /workspace/repo."],
      ["/proc/self/environ", "/proc/self/environ is outside the workspace /workspace/repo."],
      ["", "the path is empty."],
      ["a\0b", "the path contains a NUL character."],
    ];
    for (const [path, output] of table) expect(await read(at, path)).toEqual({ ok: false, output });
    expect(await read(at, "empty")).toEqual({ ok: true, output: "empty is empty." });
  });

  test("sees the sandbox's own files behind a symlink, never the host's", async () => {
    await using outside = await bench({ secret: "1\n" });
    await using at = await bench();
    await at.link("to-host", join(outside.root, "secret"));
    await at.link("to-environ", "/proc/1/environ");
    expect(await read(at, "to-host")).toEqual({ ok: false, output: "to-host does not exist." });
    expect((await read(at, "to-environ")).output).not.toContain(process.env["HOME"] ?? "HOME=");
  });
});
