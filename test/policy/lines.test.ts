import { expect, test } from "vitest";
import { changedLines, countLines, editsMax } from "../../src/policy/lines.ts";

const numbered = (count: number, word: string) =>
  Array.from({ length: count }, (_, line) => `${word}${line}\n`).join("");

test.each([
  ["nothing", "a\n", "a\n", [0, 0]],
  ["two empty texts", "", "", [0, 0]],
  ["a new file", "", "a\nb\n", [2, 0]],
  ["a new file without a last newline", "", "a\nb", [2, 0]],
  ["a deleted file", "a\nb\n", "", [0, 2]],
  ["one line", "a\nb\nc\n", "a\nx\nc\n", [1, 1]],
  ["only the last newline", "a", "a\n", [1, 1]],
  ["line ends", "a\r\nb\r\n", "a\nb\n", [2, 2]],
  ["only indentation", "a\n  b\n", "a\n    b\n", [1, 1]],
  ["an empty line", "a\nb\n", "a\n\nb\n", [1, 0]],
  ["a moved block", "a\nb\nc\n", "c\na\nb\n", [1, 1]],
])("Changed lines of %s", (_, before, after, expected) => {
  const { added, removed } = countLines(changedLines(before, after));
  expect([added, removed]).toEqual(expected);
});

test("The longest added line and the changed characters are counted without the unchanged ones", () => {
  const before = `${"x".repeat(900)}\nb\n`;
  expect(countLines(changedLines(before, `${before}${"y".repeat(700)}\n`))).toEqual({
    added: 1,
    removed: 0,
    units: 701,
    longest: 700,
  });
});

test("Up to the limit the difference is exact, beyond it both sides count in full", () => {
  const rest = numbered(2000, "same");
  const edits = (count: number) =>
    countLines(changedLines(numbered(count, "old") + rest, numbered(count, "new") + rest));
  expect(edits(editsMax / 2)).toMatchObject({ added: 500, removed: 500 });
  expect(edits(editsMax / 2 + 1)).toMatchObject({ added: 2501, removed: 2501 });
});
