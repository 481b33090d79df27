import { expect, test } from "vitest";
import { hugeUnits, longLineUnits, size } from "../../src/policy/size.ts";
import { config, entry, madeFacts, said } from "./made-facts.ts";

test.each([
  [0, "low"],
  [1, "low"],
  [100, "low"],
  [101, "medium"],
  [500, "medium"],
  [501, "high"],
])("%i changed lines are %s", (lines, level) => {
  const [first] = size(madeFacts({ entries: [entry("a.ts", { added: lines, removed: 0 })] }));
  expect(first?.reason.level).toBe(level);
});

test("Removed lines count like added ones, over all files", () => {
  const entries = [
    entry("a.ts", { added: 40, removed: 30 }),
    entry("b.ts", { added: 0, removed: 31, kind: "deleted" }),
  ];
  expect(said(size(madeFacts({ entries })))).toEqual(["medium size: 101 changed lines in 2 files"]);
});

test("The thresholds are the repository's own", () => {
  const facts = madeFacts({ entries: [entry("a.ts", { added: 11, removed: 0 })] });
  expect(size({ ...facts, risk: { ...config.risk, medium_lines: 5, high_lines: 10 } })[0]?.reason).toEqual({
    rule: "size",
    level: "high",
    saw: "11 changed lines in 1 file",
    message: "More than 10 lines changed.",
  });
});

const cases: [string, ReturnType<typeof entry>, string[]][] = [
  ["binary content", entry("a.png", { binary: true, added: 0, removed: 0 }), ["high binary: a.png"]],
  ["one line at the limit", entry("a.ts", { longest: longLineUnits }), []],
  ["a line beyond the screen", entry("a.ts", { longest: longLineUnits + 1 }), ["medium long-line: a.ts"]],
  ["a file at the limit", entry("a.ts", { units: hugeUnits }), []],
  ["a minified bundle on one line", entry("a.js", { added: 1, units: hugeUnits + 1 }), ["high huge-file: a.js"]],
];

test.each(cases)("What cannot be read: %s", (_, one, expected) => {
  expect(said(size(madeFacts({ entries: [one] }))).slice(1)).toEqual(expected);
});
