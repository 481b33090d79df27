import { expect, test } from "vitest";
import { insidePath } from "../../src/tools/paths.ts";

const inside: [string, string][] = [
  ["a", "a"],
  ["./a/../b", "b"],
  ["/workspace/repo/a", "a"],
  ["/workspace/repo", "."],
  ["..a", "..a"],
  ["a/", "a"],
];
test.each(inside)("%s is %s of the workspace", (path, relative) => {
  expect(insidePath(path)).toEqual({ kind: "inside", path: relative });
});

const outside = [
  "a".repeat(4097),
  "..",
  "../repo2/a",
  "/workspace/repo2",
  "/workspace/repository/a",
  "/",
  "a/../../b",
  " ",
  "a\0",
];
test.each(outside)("%j is outside", (path) => {
  expect(insidePath(path)).toMatchObject({ kind: "outside" });
});
