import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeCounts, testCounts } from "../../src/checks/counts.ts";

const samples: [string, string, ReturnType<typeof testCounts>][] = [
  [
    "vitest",
    " Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 14 passed | 2 skipped | 1 todo (18)\n   Start at  10:00:00\n",
    { passed: 14, failed: 1, skipped: 3 },
  ],
  ["vitest with errors", " Test Files  1 failed (1)\n      Tests  no tests\n", { passed: 0, failed: 0, skipped: 0 }],
  [
    "vitest in two packages",
    "      Tests  3 passed (3)\n\n      Tests  4 passed (4)\n",
    { passed: 7, failed: 0, skipped: 0 },
  ],
  [
    "jest",
    "Test Suites: 1 failed, 1 total\nTests:       1 failed, 2 skipped, 3 todo, 14 passed, 20 total\n",
    { passed: 14, failed: 1, skipped: 5 },
  ],
  [
    "node:test as TAP",
    "# tests 4\n# suites 0\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 0\n# todo 0\n",
    { passed: 2, failed: 2, skipped: 0 },
  ],
  ["mocha", "  14 passing (20ms)\n  2 pending\n  1 failing\n", { passed: 14, failed: 1, skipped: 2 }],
  ["no runner", "all good\n", null],
  ["a sentence about tests", "Tests are great: 14 passed, 3 total loss\n14 passing by (fast)\n", null],
];

describe("testCounts", () => {
  test.each(samples)("reads %s", (_, output, expected) => {
    expect(testCounts(output)).toEqual(expected);
  });

  test("reads no number that nothing can have counted", () => {
    const digits = "1".repeat(16_000);
    expect(testCounts(` Tests  ${digits} skipped | 2 passed (6)\n`)).toEqual({
      passed: 2,
      failed: 0,
      skipped: 111_111_111,
    });
  });

  test("reads what the node of this machine prints", () => {
    const directory = mkdtempSync(join(tmpdir(), "airlock-counts-"));
    const body = 'import { test } from "node:test"; test("a", () => {}); test("b", { skip: true }, () => {});';
    writeFileSync(join(directory, "a.test.mjs"), body);
    const env = { PATH: process.env.PATH };
    const output = execFileSync("node", ["--test"], { cwd: directory, env, encoding: "utf8" });
    rmSync(directory, { recursive: true });
    expect(testCounts(output)).toEqual({ passed: 1, failed: 0, skipped: 1 });
  });

  test("are told in words", () => {
    expect(describeCounts({ passed: 14, failed: 1, skipped: 2 })).toBe("17 tests: 14 passed, 1 failed, 2 skipped");
    expect(describeCounts({ passed: 14, failed: 0, skipped: 0 })).toBe("14 tests: 14 passed");
  });
});
