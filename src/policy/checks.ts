import type { CheckResult } from "../handoff/report.ts";
import type { Reason } from "../handoff/verdict.ts";
import { foldPath } from "../inspect/fold-path.ts";
import type { Facts } from "./facts.ts";
import { opinion, type Opinion } from "./opinion.ts";

/** The kinds a Report must have a row for; `not configured` and `not run` are rows too. */
const required = ["types", "lint", "tests", "build", "secrets", "audit"] as const;

/** What the reason says it saw when the checks were not part of the judgement. */
export const notRunSaw = "no Report";
const leftOut = "Checks were not part of this judgement.";

/**
 * What verification saw. A check that did not run never passes, a row that is missing or contradicts itself is not believed, and
 * a Report without a required row holds the change: a gate that failed to run blocks (design, promise 9).
 */
export function checks(facts: Facts): Opinion[] {
  const { verification } = facts;
  switch (verification.kind) {
    case "left-out":
      return [opinion({ rule: "checks", level: "low", saw: notRunSaw, message: leftOut }, null)];
    case "ran": {
      const rows = verification.checks.flatMap((check) => row(check, facts));
      const gaps = missing(verification.checks, verification.configured);
      return rows.length + gaps.length > 0 ? [...gaps, ...rows] : [allGreen(verification.checks)];
    }
  }
}

function missing(rows: readonly CheckResult[], configured: readonly string[]): Opinion[] {
  const kinds = required.filter((kind) => !rows.some((check) => check.kind === kind));
  const names = configured.filter((name) => !rows.some((check) => check.name === name));
  return [...new Set([...kinds, ...names])].map((name) => ({
    ...opinion(
      { rule: "check-missing", level: "high", saw: name, message: `The Report has no row for ${name}.` },
      `Run the verification again until it reports ${name}.`,
    ),
    effect: "hold",
    needsPerson: true,
  }));
}

/** What one row adds. Nothing for a check that passes on head and says so consistently. */
function row(check: CheckResult, facts: Facts): Opinion[] {
  const { name, base, head } = check;
  switch (check.class) {
    case "pass":
    case "fixed":
      return head.kind === "passed" ? [] : [contradiction(check)];
    case "regressed": {
      const message = `${name} passes without the change and fails with it.`;
      return [draft(say(check, { rule: "check-regressed", level: "high", message }, `Make ${name} pass.`))];
    }
    case "pre-existing": {
      if (head.kind !== "failed" || base.kind !== "failed") return [contradiction(check)];
      const message = `${name} fails with and without the change, so it proves nothing.`;
      const lower = `Make ${name} pass on the base branch first.`;
      return [say(check, { rule: "check-pre-existing", level: "medium", message }, lower)];
    }
    case "flaky": {
      if (head.kind !== "passed" && head.kind !== "failed") return [contradiction(check)];
      const message = `${name} failed once and passed when it ran again.`;
      return [say(check, { rule: "check-flaky", level: "medium", message }, `Make ${name} reliable.`)];
    }
    case "not configured":
      return notConfigured(check, facts);
    case "not run":
      return [notRun(check, facts)];
  }
}

/** Types, lint or build may not exist in a repository; tests must, for a change that is more than text. Our own scans always do. */
function notConfigured(check: CheckResult, facts: Facts): Opinion[] {
  const { kind, base, head } = check;
  if (base.kind !== "not_configured" || head.kind !== "not_configured") return [contradiction(check)];
  if (kind === "secrets" || (kind === "audit" && touchesDependencies(facts))) return [notRun(check, facts)];
  const textOnly = facts.entries.every(({ type }) => type === "text");
  if (kind !== "tests" || textOnly) return [];
  const message = "The repository has no tests that could judge this change.";
  return [say(check, { rule: "tests-not-configured", level: "medium", message }, "Configure a test command.")];
}

/**
 * The audit compares dependencies; where the change leaves them alone both sides are the same, so an unreachable advisory
 * service asks for a reviewer but does not make the pull request a draft.
 */
function notRun(check: CheckResult, facts: Facts): Opinion {
  const { name, kind } = check;
  if (kind === "audit" && !touchesDependencies(facts)) {
    const message = `${name} did not run; the change leaves the dependencies as they are.`;
    return say(check, { rule: "check-not-run", level: "medium", message }, `Run ${name} again.`);
  }
  const message = `${name} did not run, which is not a pass.`;
  return draft(say(check, { rule: "check-not-run", level: "high", message }, `Run ${name} until it ends by itself.`));
}

function contradiction(check: CheckResult): Opinion {
  const message = `The row of ${check.name} contradicts itself and is not believed.`;
  const reason = { rule: "check-contradicts", level: "high", message } as const;
  return draft(say(check, reason, "Run the verification again."));
}

function allGreen(rows: readonly CheckResult[]): Opinion {
  const run = rows.filter(({ head }) => head.kind === "passed").map(({ name }) => name);
  const message = "Every check that is configured passes with the change.";
  return opinion({ rule: "checks", level: "low", saw: run.join(", "), message }, null);
}

const dependencyFile = /(^|\/)((package|package-lock|npm-shrinkwrap)\.json|pnpm-lock\.ya?ml|yarn\.lock|bun\.lockb?)$/;

function touchesDependencies({ entries }: Facts): boolean {
  return entries.some(({ path }) => dependencyFile.test(foldPath(path)));
}

function say({ name, class: seen, base, head }: CheckResult, reason: Omit<Reason, "saw">, lower: string): Opinion {
  return opinion({ ...reason, saw: `${name}: ${seen} (base ${inWords(base)}, head ${inWords(head)})` }, lower);
}

function inWords({ kind }: CheckResult["base"]): string {
  return kind.replace("_", " ");
}

function draft(one: Opinion): Opinion {
  return { ...one, effect: "draft" };
}
