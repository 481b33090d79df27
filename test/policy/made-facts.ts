import { Config } from "../../src/config.ts";
import type { Finding } from "../../src/handoff/finding.ts";
import type { CheckClass, CheckResult, Outcome } from "../../src/handoff/report.ts";
import type { EntryFacts, Facts } from "../../src/policy/facts.ts";
import type { Opinion } from "../../src/policy/opinion.ts";
import { findingOf } from "../../src/inspect/finding-id.ts";

export const config = Config.parse({});

/** A small, harmless, fully verified change, with the named parts replaced. */
export function madeFacts(parts: Partial<Facts> = {}): Facts {
  return {
    entries: [entry("docs/sum.md", { type: "text" })],
    findings: [],
    verification: { kind: "ran", checks: greenChecks, configured: [] },
    added: [],
    packages: { kind: "none" },
    problems: [],
    configProblems: [],
    codeowners: null,
    merging: { now: 0, earlier: [] },
    risk: config.risk,
    labels: config.labels,
    auto_merge: config.auto_merge,
    ...parts,
  };
}

export function entry(path: string, parts: Partial<EntryFacts> = {}): EntryFacts {
  return {
    path,
    kind: "modified",
    type: "source",
    binary: false,
    added: 3,
    removed: 1,
    units: 80,
    longest: 30,
    covers: { blankRun: 0, blankLines: 0, lookAlikes: false },
    ...parts,
  };
}

export function finding(parts: Partial<Finding> = {}): Finding {
  const { id, ...seen } = {
    id: "",
    rule: "v01-test-file-deleted",
    level: "warn" as const,
    path: "a.test.ts",
    line: null,
    message: "A test file was deleted.",
    before: null,
    after: null,
    ...parts,
  };
  return id === "" ? findingOf(seen) : { id, ...seen };
}

const passed: Outcome = { kind: "passed", ms: 1, evidence: "" };
const failed: Outcome = { kind: "failed", ms: 1, exit_code: 1, evidence: "" };
const notRun: Outcome = { kind: "not_run", cause: "time-out", reason: "it did not end within 900 s" };
const none: Outcome = { kind: "not_configured" };
export const outcomes = { passed, failed, notRun, none };

const sides: Record<CheckClass, [Outcome, Outcome]> = {
  pass: [passed, passed],
  fixed: [failed, passed],
  regressed: [passed, failed],
  "pre-existing": [failed, failed],
  flaky: [passed, passed],
  "not configured": [none, none],
  "not run": [passed, notRun],
};

export function check(kind: CheckResult["kind"], seen: CheckClass, parts: Partial<CheckResult> = {}): CheckResult {
  const [base, head] = sides[seen];
  return { name: kind, kind, command: [], base, head, class: seen, ...parts };
}

const kinds = ["types", "lint", "tests", "build", "secrets", "audit"] as const;
export const greenChecks = kinds.map((kind) => check(kind, "pass"));

/** All rows green but the named ones. */
export function checksBut(...rows: CheckResult[]): Facts["verification"] {
  const others = greenChecks.filter(({ kind }) => !rows.some((row) => row.kind === kind));
  return { kind: "ran", checks: [...rows, ...others], configured: [] };
}

/** What a table compares. */
export function said(opinions: readonly Opinion[]): string[] {
  return opinions.map(
    ({ reason: { rule, level, saw }, effect }) => `${level} ${rule}: ${saw}${effect === "none" ? "" : ` [${effect}]`}`,
  );
}
