import { expect, test } from "vitest";
import { blankLinesMax, blankRunMax, covers, coversIn } from "../../src/policy/covers.ts";
import { entry, madeFacts, said } from "./made-facts.ts";

const wide = " ".repeat(blankRunMax + 1);

test.each<[string, string[], ReturnType<typeof coversIn>]>([
  ["plain code", ["const a = 1;\n"], { blankRun: 1, blankLines: 0, lookAlikes: false }],
  ["text far to the right", [`a;${wide}b;\n`], { blankRun: 121, blankLines: 0, lookAlikes: false }],
  ["text far indented", [`${wide}b;\n`], { blankRun: 121, blankLines: 0, lookAlikes: false }],
  [
    "blanks of other kinds",
    [`a${"\u00a0\u3000\t\u2800\u3164".repeat(30)}b\n`],
    { blankRun: 150, blankLines: 0, lookAlikes: false },
  ],
  ["blanks at the end", [`a${wide}\n`], { blankRun: 0, blankLines: 0, lookAlikes: false }],
  ["blank lines before text", ["a\n", "\n", "  \n", "\n", "b\n"], { blankRun: 0, blankLines: 3, lookAlikes: false }],
  ["blank lines at the end", ["a\n", "\n", "\n"], { blankRun: 0, blankLines: 0, lookAlikes: false }],
  ["a Cyrillic letter in a Latin word", ["is\u0410dmin\n"], { blankRun: 0, blankLines: 0, lookAlikes: true }],
  ["a Greek letter in a Latin word", ["t\u03bfken\n"], { blankRun: 0, blankLines: 0, lookAlikes: true }],
  [
    "a word in Russian",
    ["\u043f\u0440\u0438\u0432\u0435\u0442 world\n"],
    { blankRun: 1, blankLines: 0, lookAlikes: false },
  ],
  ["Latin with accents", ["caf\u00e9 na\u00efve\n"], { blankRun: 1, blankLines: 0, lookAlikes: false }],
  [
    "a letter that looks like no Latin one",
    ["\u0394x = 5\u03bcs\n"],
    { blankRun: 1, blankLines: 0, lookAlikes: false },
  ],
  ["no lines", [], { blankRun: 0, blankLines: 0, lookAlikes: false }],
])("What hides in %s", (_, added, expected) => {
  expect(coversIn(added)).toEqual(expected);
});

test("A cover is high, up to the limit it is nothing", () => {
  const none = { blankRun: blankRunMax, blankLines: blankLinesMax, lookAlikes: false };
  const facts = (parts: Partial<typeof none>) =>
    madeFacts({ entries: [entry("a.md", { covers: { ...none, ...parts } })] });
  expect(covers(facts({}))).toEqual([]);
  expect(said(covers(facts({ blankRun: blankRunMax + 1 })))).toEqual(["high covered-text: a.md"]);
  expect(said(covers(facts({ blankLines: blankLinesMax + 1 })))).toEqual(["high covered-text: a.md"]);
  expect(said(covers(facts({ lookAlikes: true })))).toEqual(["high look-alike-letters: a.md"]);
});

test("A long line ends in time in proportion to its length", () => {
  expect(coversIn([`${" a".repeat(500_000)}\n`]).blankRun).toBe(1);
});
