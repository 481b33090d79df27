import { describe, expect, it } from "vitest";
import { isGitmodulesName, isGitName } from "../../src/change/git-name.ts";
import { pathProblems } from "../../src/change/path.ts";

const rulesOf = (path: string, isNew = true) => pathProblems(path, isNew).map(({ rule }) => rule);

describe(".git in any spelling, at any depth", () => {
  const spellings = [
    ".git",
    ".GIT",
    ".Git",
    "git~1",
    "GIT~1",
    "git~2",
    ".git.",
    ".git ",
    ".git. .",
    ".git::$INDEX_ALLOCATION",
    ".git:x",
    ".g\u200cit",
    ".\u200dgit",
    ".gi\ufefft",
    ".git\u200e",
    "．git",
    ".ｇｉｔ",
    ".gıt".replace("ı", "I"),
    "x\\.git",
    ".git\\config",
  ];
  it.each(spellings)("%j", (name) => {
    expect(isGitName(name)).toBe(true);
    expect(
      [rulesOf(name), rulesOf(`a/b/${name}/config`), rulesOf(`${name}/hooks/pre-commit`, false)].every((rules) =>
        rules.includes("path-git"),
      ),
    ).toBe(true);
  });

  it.each([".gitignore", ".gitattributes", ".github", "git", "git~", "git~x", "x.git", ".gitt", ".gi", "digit~1"])(
    "%j is another name",
    (name) => {
      expect(isGitName(name)).toBe(false);
      expect(rulesOf(`a/${name}/b`)).toEqual([]);
    },
  );

  it.each([
    ".gitmodules",
    ".GITMODULES",
    ".gitmodules.",
    ".git\u200cmodules",
    "gitmod~1",
    "GI7EBA~1",
    "gi7eb~10",
    "gi7e~100",
  ])("%j is .gitmodules", (name) => {
    expect(isGitmodulesName(name)).toBe(true);
    expect(isGitmodulesName(`${name}x`)).toBe(false);
  });
});

describe("paths that may not be in a change", () => {
  it.each([
    ["/etc/passwd", "path-absolute"],
    ["C:/x", "path-absolute"],
    ["c:x", "path-absolute"],
    ["../x", "path-traversal"],
    ["a/../b", "path-traversal"],
    ["a/./b", "path-traversal"],
    ["a//b", "path-empty-segment"],
    ["a/", "path-empty-segment"],
    ["a\\b", "path-backslash"],
    ["a\nb", "path-control"],
    ["a\u0000b", "path-control"],
    ["a\u007fb", "path-control"],
    ["a\u009bb", "path-control"],
    ["a\ud800b", "path-unicode"],
    ["a\ufffdb", "path-unicode"],
    ["a\u202eb", "path-invisible"],
    ["a\u2066b", "path-invisible"],
    ["a\u200bb", "path-invisible"],
    ["a\ufe0fb", "path-invisible"],
    ["a\u{e0041}b", "path-invisible"],
    ["a\u2028b", "path-invisible"],
  ])("%j: %s, new or not", (path, rule) => {
    expect(rulesOf(path)).toContain(rule);
    expect(rulesOf(path, false)).toContain(rule);
    expect(rulesOf("ab")).toEqual([]);
  });
});

describe("names that some checkout cannot hold are refused when they are new", () => {
  it.each([
    ["cafe\u0301.md", "path-normalisation", "caf\u00e9.md"],
    ["con", "path-windows", "conn"],
    ["src/AUX.ts", "path-windows", "src/auxi.ts"],
    ["nul.tar.gz", "path-windows", "null.tar.gz"],
    ["com1", "path-windows", "com"],
    ["lpt¹.txt", "path-windows", "lpt.txt"],
    ["CONIN$", "path-windows", "conin"],
    ["prn .txt", "path-windows", "print.txt"],
    ["ab:c", "path-windows", "ab-c"],
    ["a?", "path-windows", "a!"],
    ["dir./a", "path-windows", "dir.d/a"],
    ["a ", "path-windows", "a b"],
    ["x".repeat(256), "path-length", "x".repeat(255)],
    ["é".repeat(128), "path-length", "é".repeat(127)],
    [
      Array.from({ length: 10 }, () => "x".repeat(100)).join("/"),
      "path-length",
      Array.from({ length: 9 }, () => "x".repeat(100)).join("/"),
    ],
  ])("%j: %s", (path, rule, twin) => {
    expect(rulesOf(path)).toContain(rule);
    expect(rulesOf(path, false)).toEqual([]);
    expect(rulesOf(twin)).toEqual([]);
  });
});
