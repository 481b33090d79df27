import { expect, it } from "vitest";
import { symlinkProblem } from "../../src/change/symlink.ts";

it.each(["b", "./b", "b/c", "../b", "../../top.md", "../d/e.ts", "b/"])(
  "a link at x/y/link may point to %j",
  (target) => {
    expect(symlinkProblem("x/y/link", Buffer.from(target))).toBeNull();
  },
);

it.each([
  ["/etc/passwd", "absolute"],
  ["C:/x", "absolute"],
  ["C:x", "absolute"],
  ["../../../b", "leaves the tree"],
  ["../../../../../../etc/passwd", "leaves the tree"],
  ["b/../../../../c", "after its start"],
  ["b/../c", "after its start"],
  ["b//c", "after its start"],
  ["./../../../c", "after its start"],
  ["../..", "the whole tree"],
  ["../../.git/config", "git's own directory"],
  ["../../sub/.GIT/hooks", "git's own directory"],
  ["../../.github/workflows/ci.yml", "protected folder"],
  ["../../.GitHub", "protected folder"],
  ["../../.codex/config.toml", "protected folder"],
  ["..\\b", "not plain text"],
  ["", "not plain text"],
  ["a\nb", "not plain text"],
  ["a\u202eb", "not plain text"],
  ["a/".repeat(2_049), "4096 bytes"],
])("a link at x/y/link may not point to %j", (target, why) => {
  expect(symlinkProblem("x/y/link", Buffer.from(target))).toContain(why);
});

it("a target that is not UTF-8 is refused", () => {
  expect(symlinkProblem("link", Buffer.from([0x61, 0xff]))).toContain("not plain text");
});
