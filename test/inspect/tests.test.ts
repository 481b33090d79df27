import { expect, test } from "vitest";
import { inspectTests, isTestPath } from "../../src/inspect/tests.ts";
import { madeSides, said, type Edit } from "./made-change.ts";

test.each([
  ["src/a.test.ts", true],
  ["src/a.spec.mjs", true],
  ["src/a_test.js", true],
  ["test/a.ts", true],
  ["packages/a/__tests__/b.tsx", true],
  ["e2e/login.ts", true],
  ["src/contest.ts", false],
  ["src/latest/a.ts", false],
  ["src/testing.ts", false],
  ["test/data.json", false],
  ["test/README.md", false],
])("%s is a test: %s", (path, expected) => {
  expect(isTestPath(path)).toBe(expected);
});

const cases: [string, Record<string, Edit>, string[]][] = [
  ["nothing", { "a.test.ts": ["it('a')", "it('b')"] }, []],
  ["a deleted test", { "a.test.ts": ["x", null] }, ["warn test-deleted a.test.ts: A test file was deleted."]],
  ["a deleted source", { "a.ts": ["x", null] }, []],
  [
    "a moved test",
    { "a.test.ts": ["x", null], "b/a.test.ts": [null, "x"] },
    ["info test-moved a.test.ts: A test file moved without a change."],
  ],
  [
    "a test moved to where no runner finds it",
    { "a.test.ts": ["x", null], "b/a.ts": [null, "x"] },
    ["warn test-deleted a.test.ts: A test file was deleted."],
  ],
  [
    "a skipped test",
    { "a.test.ts": ["it('a')", "it.skip('a')"] },
    ["warn test-skipped a.test.ts: The file has a skipped test: 1 now, 0 before."],
  ],
  [
    "a skipped concurrent test",
    { "a.test.ts": ["test.concurrent('a')", "test.concurrent.skip('a')"] },
    ["warn test-skipped a.test.ts: The file has a skipped test: 1 now, 0 before."],
  ],
  [
    "todo, x-form and only",
    { "a.test.ts": ["", "it.todo('a')\nxit('b')\ndescribe.only('c')\nfit('d')"] },
    [
      "warn test-skipped a.test.ts: The file has a skipped test: 1 now, 0 before.",
      "warn test-skipped a.test.ts: The file has a skipped test (x-form): 1 now, 0 before.",
      "warn test-focused a.test.ts: The file has a focused test: 1 now, 0 before.",
      "warn test-focused a.test.ts: The file has a focused test (f-form): 1 now, 0 before.",
    ],
  ],
  [
    "suppressed checks",
    { "a.ts": ["// @ts-ignore\n", "// @ts-ignore\n// @ts-ignore\n/* eslint-disable */ // @ts-nocheck"] },
    [
      "warn check-suppressed a.ts: The file has @ts-ignore: 2 now, 1 before.",
      "warn check-suppressed a.ts: The file has @ts-nocheck: 1 now, 0 before.",
      "warn check-suppressed a.ts: The file has eslint-disable: 1 now, 0 before.",
    ],
  ],
  ["a suppression that moved", { "a.ts": ["// @ts-ignore", ""], "b.ts": [null, "// @ts-ignore"] }, []],
  ["a suppression taken away", { "a.ts": ["// @ts-ignore", ""] }, []],
  ["other members called skip", { "a.ts": ["", "query.skip(1); list.only; submit.skip"] }, []],
  ["words in documents", { "a.md": ["", "use it.skip and @ts-ignore"] }, []],
];

test.each(cases)("Tests: %s", (_, edits, expected) => {
  expect(said(inspectTests(madeSides(edits)))).toEqual(expected);
});
