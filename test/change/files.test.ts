import { describe, expect, test } from "vitest";
import { differences, type Files, filesAfter } from "../../src/change/files.ts";
import { entry } from "../workspace/repository.ts";

const at = (text: string) => entry("x", text, null).before ?? { mode: "100644" as const, sha: "" };
const files: Files = new Map([
  ["a.txt", at("a\n")],
  ["b.txt", at("b\n")],
]);

test("a change makes the files after it, and what differs between both is the change again", () => {
  const change = [entry("a.txt", "a\n", null), entry("b.txt", "b\n", "B\n"), entry("é.txt", null, "new\n")];
  const after = filesAfter(files, change);
  const expected = new Map([
    ["b.txt", at("B\n")],
    ["é.txt", at("new\n")],
  ]);
  expect(after).toEqual({ kind: "files", files: expected });
  expect(differences(files, expected)).toEqual(
    change.map(({ path, before, after: now }) => ({
      path,
      before,
      after: now === null ? null : { mode: now.mode, sha: now.sha },
    })),
  );
});

describe("a change that tells of other files is a mismatch", () => {
  test.each([
    ["another content", entry("a.txt", "other\n", "A\n")],
    ["a file that is not there", entry("c.txt", "c\n", null)],
    ["no file where one is", entry("a.txt", null, "A\n")],
  ])("%s", (_title, one) => {
    expect(filesAfter(files, [one])).toEqual({ kind: "mismatch", path: one.path });
  });
});

test("differences are sorted by the bytes of the path, as a Change is", () => {
  const names = ["b", "a/b", "a.b", "Z", "\u{1F600}", "\uFFFD"];
  const made = differences(new Map(), new Map(names.map((name) => [name, at(name)])));
  expect(made.map(({ path }) => path)).toEqual(["Z", "a.b", "a/b", "b", "\uFFFD", "\u{1F600}"]);
});

test("a mode alone is a difference", () => {
  const script = { ...at("a\n"), mode: "100755" as const };
  expect(differences(files, new Map([...files, ["a.txt", script]]))).toEqual([
    { path: "a.txt", before: at("a\n"), after: script },
  ]);
});
