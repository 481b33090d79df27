import { expect, test } from "vitest";
import { matchesGlob, pathGlobs } from "../../src/policy/path-globs.ts";
import { config, entry, madeFacts, said } from "./made-facts.ts";

test.each([
  ["infra/**", "infra/a/b.tf", true],
  ["infra/", "infra/a/b.tf", true],
  ["infra", "infra/a.tf", true],
  ["infra", "infra", true],
  ["infra", "src/infra/a.tf", true],
  ["/infra", "src/infra/a.tf", false],
  ["/infra", "infra/a.tf", true],
  ["src/infra", "a/src/infra/x", false],
  ["infra", "infrared/a.tf", false],
  ["*.sql", "db/deep/1.sql", true],
  ["*.sql", "db/1.sql.md", false],
  ["src/*.ts", "src/a.ts", true],
  ["src/*.ts", "src/a/b.ts", false],
  ["src/**/*.ts", "src/b.ts", true],
  ["src/**/*.ts", "src/a/b/c.ts", true],
  ["src/**/*.ts", "lib/src/a.ts", false],
  ["src/**.ts", "src/a/b.ts", true],
  ["**/keys/*", "a/b/keys/x", true],
  ["**/keys/*", "keys/x", true],
  ["a/**/b", "a/b", true],
  ["a/**/b", "ab/b", false],
  ["a?c", "abc", true],
  ["a?c", "a/c", false],
  ["a.c", "abc", false],
  ["a[b]c", "abc", false],
  ["a+(b)", "a+(b)", true],
  ["SRC/Pay.ts", "src/pay.ts", true],
  ["src/pay.ts", "src/p\u0430y.ts", true],
  ["**", "anything/at/all", true],
  ["", "a", false],
  ["/", "a", false],
])("%j on %j: %s", (glob, path, expected) => {
  expect(matchesGlob(glob, path)).toBe(expected);
});

test("A hostile pattern ends: there is no backtracking", () => {
  expect(matchesGlob(`${"*a".repeat(60)}b`, "a".repeat(300))).toBe(false);
  expect(matchesGlob(`${"**/".repeat(60)}b`, "a/".repeat(300))).toBe(false);
});

test("The configured patterns raise the level and name themselves; without them nothing is said", () => {
  const facts = madeFacts({ entries: [entry("infra/main.tf"), entry("src/core/a.ts")] });
  const risk = { ...config.risk, critical_paths: ["infra/**"], high_paths: ["src/core/**", "docs/**"] };
  expect(said(pathGlobs({ ...facts, risk }))).toEqual([
    "critical path-pattern: infra/main.tf",
    "high path-pattern: src/core/a.ts",
  ]);
  expect(pathGlobs(facts)).toEqual([]);
});
