import { execFileSync } from "node:child_process";
import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Mode } from "../../src/change.ts";
import { treeSha } from "../../src/change/tree-sha.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

test("a tree has the id that git gives it, whatever the order of its files", () => {
  using at = temporaryDirectory();
  const git = (...args: string[]) => execFileSync("git", ["-C", at.path, ...args], { encoding: "utf8" }).trim();
  // git sorts a folder as if it ended in a slash: a-b, a.c, a/…, a0.
  writeFiles(at.path, { "a/x": "1", "a-b": "2", "a.c": "3", a0: "4", "é/ü/z": "5", run: "6", "deep/er/still": "7" });
  chmodSync(join(at.path, "run"), 0o755);
  symlinkSync("a/x", join(at.path, "link"));
  git("init", "--quiet");
  git("add", "--all");
  const files = git("ls-files", "-z", "--stage")
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const [, mode = "", sha = "", path = ""] = /^(\d{6}) ([0-9a-f]{40}) 0\t(.+)$/s.exec(line) ?? [];
      return { mode: Mode.parse(mode), sha, path };
    });
  expect(files).toHaveLength(8);
  expect(treeSha(files)).toBe(git("write-tree"));
  expect(treeSha(files.toReversed())).toBe(git("write-tree"));
  expect(treeSha(files.slice(1))).not.toBe(git("write-tree"));
});

test("no file at all is the empty tree", () => {
  expect(treeSha([])).toBe("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
});
