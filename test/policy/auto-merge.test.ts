import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { type EarlierMerge, budgetDays } from "../../src/policy/auto-merge.ts";
import { parseCodeowners } from "../../src/policy/codeowners.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { judge } from "../../src/policy/judge.ts";
import { check, checksBut, config, entry, finding, greenChecks, madeFacts } from "./made-facts.ts";

const dayMs = 86_400_000;
const now = 100 * dayMs;
const { auto_merge } = Config.parse({ auto_merge: { enabled: true, budget_lines: 100, budget_changes: 3 } });
const decided = (parts: Partial<Facts> = {}) =>
  judge(madeFacts({ auto_merge, merging: { now, earlier: [] }, ...parts })).auto_merge;
const because = (parts: Partial<Facts>) => {
  const decision = decided(parts);
  return decision.kind === "allowed" ? [] : decision.because;
};

test("A small change of prose with green checks may be merged without a person, once that is enabled", () => {
  expect(decided()).toEqual({ kind: "allowed" });
  expect(decided({ auto_merge: config.auto_merge })).toEqual({
    kind: "not",
    because: ["Merging without a person is not enabled (auto_merge.enabled)."],
  });
});

describe("what keeps it from that, whatever else is right", () => {
  const low = { ...config.risk, low_paths: ["**"] };
  const source = [entry("docs/a.ts")];
  test.each<[string, Partial<Facts>, string]>([
    ["source code, although its level is low", { risk: low, entries: source }, "Something may execute docs/a.ts."],
    ["a level above low", { entries: [entry("src/a.md", { type: "text" })] }, "The level is medium, not low."],
    [
      "a binary file",
      { entries: [entry("docs/a.txt", { type: "text", binary: true })] },
      "Something may execute docs/a.txt.",
    ],
    [
      "a finding that warns",
      { findings: [finding({ rule: "v09", level: "warn" })] },
      "Inspection found something (v09).",
    ],
    [
      "a finding that blocks",
      { findings: [finding({ rule: "v03-test-skipped", level: "block" })] },
      "Inspection found something (v03-test-skipped).",
    ],
    ["a flaky check", { verification: checksBut(check("tests", "flaky")) }, "The check tests is flaky, not green."],
    [
      "a check that failed before",
      { verification: checksBut(check("tests", "pre-existing")) },
      "The check tests is pre-existing, not green.",
    ],
    [
      "a check that did not run",
      { verification: checksBut(check("audit", "not run")) },
      "The check audit is not run, not green.",
    ],
    [
      "a regression",
      { verification: checksBut(check("lint", "regressed")) },
      "The check lint is regressed, not green.",
    ],
    ["checks that were left out", { verification: { kind: "left-out" } }, "The checks were not run."],
    [
      "a configured check without a row",
      { verification: { kind: "ran", checks: greenChecks, configured: ["smoke"] } },
      "The check smoke is missing.",
    ],
    [
      "no check of the repository",
      {
        verification: {
          kind: "ran",
          configured: [],
          checks: [
            ...(["types", "lint", "tests", "build"] as const).map((kind) => check(kind, "not configured")),
            check("secrets", "pass"),
            check("audit", "pass"),
          ],
        },
      },
      "No check of the repository passed.",
    ],
    ["a person who is required", { codeowners: parseCodeowners("CODEOWNERS", "") }, "A person is required."],
    [
      "a level that asks for a person",
      {
        risk: { ...config.risk, low: { reviewers: 1, security_review: false, manual_verification: false } },
      },
      "A person is required.",
    ],
    ["nothing changed", { entries: [] }, "The change is empty."],
    [
      "an unknown past",
      { merging: { now, earlier: null } },
      "What was merged without a person in the last 7 days is not known.",
    ],
  ])("%s", (_, parts, why) => {
    expect(because(parts)).toContain(why);
  });
});

describe("the budget of a directory, against one large change in many small ones", () => {
  const merge = (path: string, lines: number, daysAgo = 1): EarlierMerge => ({
    at: now - daysAgo * dayMs,
    files: [{ path, lines }],
  });
  const prose = (path: string, added = 10) => [entry(path, { type: "text", added, removed: 0 })];
  const lines = (count: number, place: string) =>
    `With this change ${count} lines of ${place} would be merged without a person within 7 days; the budget is 100.`;
  const changes = (count: number, place: string) =>
    `With this change ${count} changes of ${place} would be merged without a person within 7 days; the budget is 3.`;

  test.each<[string, string, EarlierMerge[], string[]]>([
    ["up to the lines of the budget", "docs/a.md", [merge("docs/b.md", 90)], []],
    ["one line more", "docs/a.md", [merge("docs/b.md", 91)], [lines(101, "docs")]],
    ["the same lines elsewhere", "docs/a.md", [merge("guide/b.md", 91)], []],
    ["the same lines deeper", "docs/a.md", [merge("docs/deep/er/b.md", 91)], [lines(101, "docs")]],
    ["the same folder in capitals", "docs/a.md", [merge("Docs/b.md", 91)], [lines(101, "docs")]],
    ["the same folder with a look-alike", "docs/a.md", [merge("d\u043ecs/b.md", 91)], [lines(101, "docs")]],
    ["the top directory for itself", "NOTES.md", [merge("README.md", 91)], [lines(101, "the top directory")]],
    ["the top directory and not what is below it", "NOTES.md", [merge("docs/b.md", 91)], []],
    ["just within the days", "docs/a.md", [merge("docs/b.md", 91, budgetDays - 0.01)], [lines(101, "docs")]],
    ["after the days", "docs/a.md", [merge("docs/b.md", 91, budgetDays)], []],
    ["a clock that goes wrong", "docs/a.md", [merge("docs/b.md", 91, -3)], [lines(101, "docs")]],
    ["up to the changes of the budget", "docs/a.md", [merge("docs/b.md", 1), merge("docs/c.md", 1)], []],
    ["one change more", "docs/a.md", [1, 2, 3].map((day) => merge("docs/b.md", 1, day)), [changes(4, "docs")]],
  ])("%s", (_, path, earlier, expected) => {
    expect(because({ entries: prose(path), merging: { now, earlier } })).toEqual(expected);
  });

  test("ten small changes in a row: the budget stops them", () => {
    const earlier: EarlierMerge[] = [];
    const merged = Array.from({ length: 10 }, (_, day) => {
      const at = now + day * (dayMs / 10);
      const allowed =
        decided({ entries: prose(`docs/${day}.md`, 20), merging: { now: at, earlier } }).kind === "allowed";
      if (allowed) earlier.push({ at, files: [{ path: `docs/${day}.md`, lines: 20 }] });
      return allowed;
    });
    expect(merged).toEqual([true, true, true, false, false, false, false, false, false, false]);
  });
});

test("The keys only narrow the rule: no configuration lets a program be merged without a person", () => {
  const generous = Config.parse({
    risk: { low_paths: ["**"], critical_words: [], high_words: [] },
    auto_merge: { enabled: true, budget_lines: 100_000, budget_changes: 1000 },
  });
  const facts = madeFacts({ entries: [entry("src/a.ts")], risk: generous.risk, auto_merge: generous.auto_merge });
  expect(judge(facts)).toMatchObject({ level: "low", auto_merge: { kind: "not" } });
});
