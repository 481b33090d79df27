import { describe, expect, it } from "vitest";
import { blobSha, type Change, Change as ChangeSchema } from "../../src/change.ts";
import { type ChangeLimits, validateChange } from "../../src/change/validate.ts";
import { added, deleted, edited, side } from "./made.ts";

const limits: ChangeLimits = {
  filesMax: 50,
  bytesMax: 524_288,
  basePaths: ["README.md", "src/Parser.ts", "docs/café.md"],
  before: new Map(),
};

function rules(change: Change, more: Partial<ChangeLimits> = {}): string[] {
  const verdict = validateChange(change, { ...limits, ...more });
  return verdict.kind === "valid" ? [] : [...new Set(verdict.problems.map(({ rule }) => rule))];
}

describe("an ordinary change is valid", () => {
  it.each([
    ["nothing", []],
    ["an addition, an edit and a deletion", [deleted("a.ts"), edited("b.ts"), added("c/d.ts")]],
    ["an executable", [added("run.sh", "#!/bin/sh\n", "100755")]],
    ["a file that becomes executable", [{ ...edited("run.sh"), after: side("x\n", "100755") }]],
    [
      "names with dots, spaces, brackets and letters of any script",
      [added("src/app/[...slug]/page one.tsx"), added("src/日本/é.ts")],
    ],
    [
      "names near forbidden ones",
      [added(".github/x.md"), added(".gitignore"), added("git"), added("src/auxiliary.ts"), added("src/com10.ts")],
    ],
    ["a rename that only changes case", [deleted("README.md"), added("Readme.md")]],
    ["a file where a folder was", [added("docs", "x"), deleted("docs/café.md")]],
    ["an edit of a file whose name Windows could not hold", [edited("src/aux.ts")]],
    ["bytes that are no text", [added("x.png", Buffer.from([0x89, 0x50, 0, 0xff]))]],
    ["the same blob at two paths", [added("a.ts"), added("b.ts")]],
  ] satisfies [string, Change][])("%s", (_, change) => {
    expect(ChangeSchema.parse(change)).toEqual(change);
    expect(validateChange(change, limits)).toEqual({ kind: "valid" });
  });
});

describe("refused, with the rule's name", () => {
  const hash = blobSha(Buffer.from("other"));
  it.each([
    ["change-order", [added("b"), added("a")]],
    ["change-order", [added("é"), added("z")]],
    ["change-duplicate", [added("a"), added("a")]],
    ["entry-empty", [{ path: "a", before: null, after: null }]],
    [
      "entry-unchanged",
      [{ path: "a", before: { mode: "100644", sha: blobSha(Buffer.from("x\n")) }, after: side("x\n") }],
    ],
    ["submodule", [{ path: "lib", before: null, after: { mode: "160000", sha: hash, content: "" } }]],
    ["submodule", [deleted("lib", "160000")]],
    ["type-change", [{ path: "a", before: { mode: "100644", sha: hash }, after: side("b", "120000") }]],
    ["type-change", [{ path: "a", before: { mode: "120000", sha: hash }, after: side("b") }]],
    ["content-hash", [{ path: "a", before: null, after: { ...side("a"), sha: hash } }]],
    [
      "content-hash",
      [{ path: "a", before: null, after: { ...side("a"), content: Buffer.from("b").toString("base64") } }],
    ],
    ["symlink", [added("a", "../b", "120000")]],
    ["path-git", [added(".git/hooks/pre-commit")]],
    ["path-gitmodules", [added(".gitmodules")]],
    ["path-gitmodules", [deleted(".gitmodules")]],
    ["path-traversal", [added("../a")]],
    ["path-control", [edited("a\nb")]],
    ["path-collision", [added("readme.md")]],
    ["path-conflict", [added("README.md/a")]],
    ["hidden-character", [added("a.ts", "if (x) { /*\u202e } */ }\n")]],
  ] satisfies [string, Change][])("%s", (rule, change) => {
    expect(rules(change)).toEqual([rule]);
  });

  it("a path rule holds for deletions and edits too", () => {
    expect([rules([deleted(".GIT/config")]), rules([edited("a\\b")]), rules([deleted("a\u200bb")])]).toEqual([
      ["path-git"],
      ["path-backslash"],
      ["path-invisible"],
    ]);
  });
});

describe("caps", () => {
  const three = [added("a", "12345"), added("b", "12345"), deleted("c")];

  it("names the limit and both numbers", () => {
    expect(validateChange(three, { ...limits, filesMax: 2, bytesMax: 9 })).toEqual({
      kind: "refused",
      problems: [
        { path: "", rule: "change-files", message: "The change touches 3 files; limits.change_files allows 2." },
        {
          path: "",
          rule: "change-bytes",
          message: "The change has 10 bytes of new content; limits.change_bytes allows 9.",
        },
      ],
    });
  });

  it("allows exactly the limit", () => {
    expect(validateChange(three, { ...limits, filesMax: 3, bytesMax: 10 })).toEqual({ kind: "valid" });
  });
});

describe("what the base already has", () => {
  const bidi = "// \u202e\n";
  it("a hidden character that was there before may stay", () => {
    const change = [edited("a.ts", `${bidi}more\n`)];
    expect(rules(change, { before: new Map([["a.ts", Buffer.from(bidi)]]) })).toEqual([]);
    expect(rules(change, { before: new Map([["a.ts", Buffer.from("clean\n")]]) })).toEqual(["hidden-character"]);
  });

  it("without the old content every hidden character is new", () => {
    expect(rules([edited("a.ts", bidi)])).toEqual(["hidden-character"]);
  });

  it("names are compared with the Change's own when the base is not given", () => {
    const { basePaths: _, ...own } = limits;
    expect(validateChange([added("readme.md")], own)).toEqual({ kind: "valid" });
    expect(validateChange([added("Readme.md"), added("readme.md")], own)).toMatchObject({ kind: "refused" });
  });
});

it("every problem is reported, each with its path", () => {
  const verdict = validateChange([added(".git/x", "\u202e"), added("a\\b"), added("con")], limits);
  expect(verdict).toEqual({
    kind: "refused",
    problems: [
      {
        path: ".git/x",
        rule: "path-git",
        message: "The path is git's own directory, or a name that some file system takes for `.git`.",
      },
      {
        path: ".git/x",
        rule: "hidden-character",
        message:
          "Line 1 gains the invisible or control character U+202E, which makes code read otherwise than it runs.",
      },
      {
        path: "a\\b",
        rule: "path-backslash",
        message: "The path has a backslash, which Windows takes for a separator.",
      },
      {
        path: "con",
        rule: "path-windows",
        message: 'Windows cannot hold this name (reserved name, one of <>:"|?*, or a dot or space at its end).',
      },
    ],
  });
});
