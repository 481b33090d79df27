import { expect, test } from "vitest";
import { inspectModes } from "../../src/inspect/modes.ts";
import { madeSides, said, type Edit } from "./made-change.ts";

const cases: [string, Edit, string[]][] = [
  ["an ordinary edit says nothing", ["a", "b"], []],
  ["a new executable", [null, "x", { after: "100755" }], ["warn executable f: The new file is executable."]],
  ["a file made executable", ["a", "a", { after: "100755" }], ["warn executable f: The file became executable."]],
  ["an executable that stays one", ["a", "b", { before: "100755", after: "100755" }], []],
  ["the bit taken away", ["a", "a", { before: "100755" }], []],
  [
    "a new symbolic link",
    [null, "README.md", { after: "120000" }],
    ["block symlink f: The path is a symbolic link: what it names can change without a change here."],
  ],
  [
    "a file turned into a link",
    ["a", "/etc/passwd", { after: "120000" }],
    [
      "block type-change f: The path was a file and is now a symbolic link.",
      "block symlink f: The path is a symbolic link: what it names can change without a change here.",
    ],
  ],
  ["a deleted link", ["target", null, { before: "120000" }], []],
  ["binary content", ["a", "a\0"], ["info binary f: The content is binary: a reviewer cannot read it."]],
  ["a deleted binary", ["a\0", null], ["info binary f: The content is binary: a reviewer cannot read it."]],
  [
    "a new submodule",
    [null, "", { after: "160000" }],
    ["block submodule f: A submodule brings in another repository, which nobody judged here."],
  ],
];

test.each(cases)("Modes: %s", (_, edit, expected) => {
  expect(said(inspectModes(madeSides({ f: edit })))).toEqual(expected);
});

test("A changed link names both targets", () => {
  const [finding] = inspectModes(madeSides({ f: ["a", "b", { before: "120000", after: "120000" }] }));
  expect([finding?.before, finding?.after]).toEqual(["a", "b"]);
});
