import { describe, expect, test } from "vitest";
import { applyChunks } from "../../src/tools/patch-apply.ts";
import { parsePatch } from "../../src/tools/patch-parse.ts";

/** The lines of an update's body, applied to a text. */
function apply(text: string, ...body: string[]) {
  const parsed = parsePatch(["*** Begin Patch", "*** Update File: a", ...body, "*** End Patch"].join("\n"));
  if (parsed.kind !== "patch" || parsed.hunks[0]?.kind !== "update") throw new Error(JSON.stringify(parsed));
  return applyChunks(text, parsed.hunks[0].chunks);
}

describe("an update gives", () => {
  const table: [string, string, string[], string][] = [
    ["a changed line", "1\n2\n3\n", ["@@", "-2", "+two"], "1\ntwo\n3\n"],
    ["two chunks in order", "1\n2\n3\n4\n", ["@@", "-1", "+one", "@@", "-4", "+four"], "one\n2\n3\nfour\n"],
    ["repeated lines in file order", "x\nx\nx\n", ["@@", "-x", "+1", "@@", "-x", "+2"], "1\n2\nx\n"],
    ["the line after its context", "a\nx\nb\nx\n", ["@@ b", "-x", "+y"], "a\nx\nb\ny\n"],
    ["lines added at the end", "1\n", ["@@", "+2", "+3"], "1\n2\n3\n"],
    ["lines added before a last blank line", "1\n\n", ["@@", "+2"], "1\n2\n\n"],
    ["lines added after a context", "a\nb\n", ["@@ a", "+new"], "a\nnew\nb\n"],
    ["an addition at the end before a later change", "1\n2\n", ["@@", "+3", "@@", "-1", "+one"], "one\n2\n3\n"],
    ["an interleaved change", "a\nb\nc\nd\n", ["@@", " a", "-b", "+B", " c", "+new", " d"], "a\nB\nc\nnew\nd\n"],
    ["a removal only", "1\n2\n3\n", ["@@", " 1", "-2", " 3"], "1\n3\n"],
    ["an empty file", "1\n", ["@@", "-1"], ""],
    ["a file made from nothing", "", ["@@", "+1"], "1\n"],
    [
      "the last of two matches with an end-of-file marker",
      "x\ny\nx\n",
      ["@@", "-x", "+z", "*** End of File"],
      "x\ny\nz\n",
    ],
    ["a match elsewhere when the end does not match", "x\ny\n", ["@@", "-x", "+z", "*** End of File"], "z\ny\n"],
    ["a last line ending where there was none", "1\n2", ["@@", "-1", "+one"], "one\n2\n"],
    ["a match that ignores trailing white space, keeping it", "a  \nb\n", ["@@", " a", "-b", "+c"], "a  \nc\n"],
    ["a match that ignores indentation, keeping it", "    a\n    b\n", ["@@", " a", "-b", "+    c"], "    a\n    c\n"],
    ["a match over typographic dashes and quotes", "“a” – b\nx\n", ["@@", ' "a" - b', "-x", "+y"], "“a” – b\ny\n"],
    ["a match without the blank line the model added", "1\n2\n", ["@@", " 1", "-2", "+two", ""], "1\ntwo\n"],
    ["CRLF for new lines in a CRLF file", "1\r\n2\r\n", ["@@", " 1", "+new", " 2"], "1\r\nnew\r\n2\r\n"],
    ["CR for new lines in a CR file", "1\r2\r", ["@@", " 1", "+new", " 2"], "1\rnew\r2\r"],
    [
      "the neighbours' ending in a mixed file",
      "1\n2\n3\r\n4\r\n5\r\n",
      ["@@", " 1", "-2", "+two"],
      "1\ntwo\n3\r\n4\r\n5\r\n",
    ],
    ["a kept blank CRLF line at the end", "1\r\n\r\n", ["@@", "-1", "+one"], "one\r\n\r\n"],
    ["a kept byte order mark", "\uFEFF1\n2\n", ["@@", "-2", "+two"], "\uFEFF1\ntwo\n"],
  ];
  test.each(table)("%s", (_title, before, body, after) => {
    expect(apply(before, ...body)).toEqual({ kind: "applied", text: after });
  });
});

describe("an update is refused", () => {
  const table: [string, string, string[], string][] = [
    ["when its old lines are not there", "1\n", ["@@", "-2", "+two"], "these lines were not found:\n2"],
    ["when its context is not there", "1\n", ["@@ nowhere", "-1", "+one"], "no line matches the context `@@ nowhere`"],
    [
      "when its lines stand only before the previous chunk",
      "1\n2\n",
      ["@@", "-2", "+b", "@@", "-1", "+a"],
      "these lines were not found after the previous chunk:\n1",
    ],
    ["when it is longer than the file", "1\n", ["@@", " 1", " 2", "-3"], "these lines were not found:\n1\n2\n3"],
    [
      "when two end-of-file chunks overlap",
      "1\n2\n",
      ["@@", "-1", "-2", "*** End of File", "@@", "-2", "*** End of File"],
      "these lines were not found after the previous chunk:\n2",
    ],
    [
      "when lines are added inside lines that go",
      "1\n\n",
      ["@@", "+new", "@@", "-1", "-"],
      "two chunks touch the same lines",
    ],
  ];
  test.each(table)("%s", (_title, before, body, why) => {
    expect(apply(before, ...body)).toEqual({ kind: "no-match", why });
  });
});

describe("the work of one patch is bounded", () => {
  const replace = (old: string, text: string) => ({
    context: null,
    lines: [
      { op: "-" as const, text: old },
      { op: "+" as const, text },
    ],
    endOfFile: false,
  });
  const long = "a\n".repeat(100_000);

  test("thousands of chunks in a long file are applied in one reading of it", () => {
    const work = { left: 1_000_000 };
    const chunks = Array.from({ length: 2_000 }, () => replace("a", "b"));
    const text = `${"b\n".repeat(2_000)}${"a\n".repeat(98_000)}`;
    expect(applyChunks(long, chunks, work)).toEqual({ kind: "applied", text });
    expect(work.left).toBeGreaterThan(0);
  });

  test("a search that finds everything but the last line, again and again, ends", () => {
    const kept = Array.from({ length: 50_000 }, () => ({ op: " " as const, text: "a" }));
    const chunk = { context: null, lines: [...kept, { op: "-" as const, text: "z" }], endOfFile: false };
    expect(applyChunks(long, [chunk])).toEqual({
      kind: "no-match",
      why: "the patch is too much work; use smaller patches",
    });
  });

  test("what one file used up is missing for the next", () => {
    const work = { left: 350_000 };
    expect(applyChunks(long, [replace("a", "b")], work).kind).toBe("applied");
    expect(applyChunks(long, [replace("a", "b")], work).kind).toBe("no-match");
  });
});
