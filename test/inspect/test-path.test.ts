import { expect, test } from "vitest";
import { isTestPath } from "../../src/inspect/test-path.ts";

test.each([
  ["src/a.test.ts", true],
  ["src/a.spec.mjs", true],
  ["src/a_test.js", true],
  ["test/a.ts", true],
  ["packages/a/__tests__/b.tsx", true],
  ["e2e/login.ts", true],
  ["test.js", true],
  ["test-a.js", true],
  ["src/contest.ts", false],
  ["src/latest/a.ts", false],
  ["src/testing.ts", false],
  ["test/data.json", false],
  ["test/README.md", false],
])("%s is a test: %s", (path, expected) => {
  expect(isTestPath(path)).toBe(expected);
});
