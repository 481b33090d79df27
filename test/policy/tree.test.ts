import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { Judgement, treeMax } from "../../src/handoff/verdict.ts";
import { catalogue } from "../../src/policy/catalogue.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { judge } from "../../src/policy/judge.ts";
import { check, checksBut, config, entry, finding, greenChecks, madeFacts } from "./made-facts.ts";

const nodes = (parts: Partial<Facts>) => judge(madeFacts(parts)).tree.flatMap(({ rules }) => rules);
const raised = (parts: Partial<Facts>) => nodes(parts).filter(({ kind }) => kind === "raised");

test("Every rule of the catalogue is in the tree of a change that nothing speaks against, with what it looked at", () => {
  const { tree } = judge(madeFacts());
  expect(tree.map(({ family }) => family)).toEqual(catalogue.map(({ family }) => family));
  expect(tree.flatMap(({ rules }) => rules.map(({ rule }) => rule))).toEqual(
    catalogue.flatMap(({ rules }) => rules.map(({ rule }) => rule)),
  );
  expect(tree.flatMap(({ rules }) => rules).every(({ kind, saw }) => kind === "satisfied" && saw !== "")).toBe(true);
});

test("What raised the level says what it saw, in which words, and what would take it away", () => {
  const parts = { entries: [entry("src/auth.ts")], verification: checksBut(check("tests", "regressed")) };
  expect(raised(parts)).toEqual([
    {
      kind: "raised",
      rule: "path-word",
      level: "critical",
      saw: "src/auth.ts",
      phrase: 'The path contains the word "auth", which this repository treats as critical.',
      lower: "Leave src/auth.ts out of the change.",
    },
    {
      kind: "raised",
      rule: "path-not-low",
      level: "medium",
      saw: "src/auth.ts",
      phrase: "Only the paths in risk.low_paths can be low.",
      lower: "Change only paths that risk.low_paths names, or have the path added to it on the base branch.",
    },
    {
      kind: "raised",
      rule: "check-regressed",
      level: "high",
      saw: "tests: regressed (base passed, head failed)",
      phrase: "tests passes without the change and fails with it.",
      lower: "Make tests pass.",
    },
  ]);
  // The good news of the checks is not told beside the bad.
  expect(nodes(parts).map(({ rule }) => rule)).not.toContain("checks");
});

test("Findings and the validator's problems stand under the rule that is meant, by their own names", () => {
  const parts = {
    findings: [finding({ rule: "v03-test-skipped", level: "block" })],
    problems: [{ path: "a/../b", rule: "path-parent", message: "No." }],
  };
  const { tree } = judge(madeFacts(parts));
  const of = (name: string) =>
    tree.find(({ family }) => family === name)?.rules.map(({ rule, kind }) => `${kind} ${rule}`);
  expect(of("findings")).toEqual(["raised v03-test-skipped"]);
  expect(of("change")).toEqual(["raised path-parent"]);
});

test("Checks that were left out are not asked, which is not satisfied", () => {
  const { tree } = judge(madeFacts({ verification: { kind: "left-out" } }));
  const rules = tree.find(({ family }) => family === "checks")?.rules ?? [];
  expect(rules.length).toBeGreaterThan(5);
  expect(new Set(rules.map(({ kind }) => kind))).toEqual(new Set(["not-asked"]));
});

test("Beside a secret nothing is asked and nothing is quoted", () => {
  const secret = finding({ rule: "secret", level: "block", path: "a.ts", line: 3, message: "A secret." });
  const parts = { findings: [secret], entries: [entry("src/auth-hunter2.ts")] };
  expect(raised(parts).map(({ rule }) => rule)).toEqual(["secret"]);
  expect(
    nodes(parts)
      .filter(({ kind }) => kind === "satisfied")
      .map(({ rule }) => rule),
  ).toEqual(["partial-result"]);
  expect(JSON.stringify(judge(madeFacts(parts)).tree)).not.toContain("hunter2");
});

describe("the tree has a size", () => {
  test("more nodes than the cap: what was found goes first, and the rest is counted", () => {
    const words = Array.from(
      { length: 300 },
      (_, at) => `w${String.fromCharCode(97 + (at % 26), 97 + ((at / 26) | 0))}`,
    );
    const { risk } = Config.parse({ risk: { critical_words: words } });
    const judged = judge(madeFacts({ risk, entries: words.map((word) => entry(`${word}/a.md`, { type: "text" })) }));
    const rules = judged.tree.find(({ family }) => family === "paths")?.rules ?? [];
    expect(rules).toHaveLength(treeMax.rules);
    expect(rules.at(-1)?.phrase).toMatch(/^\d+ more of this family\.$/);
    expect(Judgement.parse(judged)).toEqual(judged);
  });

  test("long and hostile names are cut and shown harmlessly, and the paper still reads", () => {
    const path = `${"x".repeat(3_000)}\u202e\u0007auth.sh`;
    const judged = judge(
      madeFacts({
        entries: [entry(path, { type: "other" })],
        findings: [finding({ rule: `v${"9".repeat(500)}`, level: "block", path, message: "m".repeat(5_000) })],
        verification: {
          kind: "ran",
          checks: [check("custom", "regressed", { name: "n".repeat(40) }), ...greenChecks],
          configured: [],
        },
      }),
    );
    expect(Judgement.parse(judged)).toEqual(judged);
    expect(JSON.stringify(judged.tree)).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});

test("Everything that raised something says what would take it away", () => {
  const risk = { ...config.risk, high_paths: ["src/**"], owners: [{ paths: ["**"], users: ["mona"], teams: [] }] };
  const classes = ["regressed", "pre-existing", "flaky", "not run", "not configured"] as const;
  const checks = classes.map((seen, at) => check((["types", "lint", "tests", "build", "audit"] as const)[at]!, seen));
  const found = raised({
    risk,
    entries: [
      entry("src/auth.sh", { type: "other", binary: true, added: 900, units: 90_000, longest: 900 }),
      entry("b.md", { covers: { blankRun: 999, blankLines: 0, lookAlikes: true } }),
    ],
    findings: [
      finding({ level: "block", rule: "x" }),
      finding({ level: "warn", rule: "y" }),
      finding({ level: "block", rule: "symlink" }),
    ],
    verification: { kind: "ran", checks, configured: ["smoke"] },
    problems: [{ path: "", rule: "change-files", message: "Too many." }],
    configProblems: [{ file: "a", line: 1, column: 1, key: "", message: "no", allowed: null }],
  });
  expect(found.length).toBeGreaterThan(15);
  expect(found.filter((node) => node.kind === "raised" && (node.lower === null || node.lower === ""))).toEqual([]);
});
