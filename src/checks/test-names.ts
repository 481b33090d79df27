import type { TestsByName } from "../handoff/report.ts";
import type { Ran } from "./run.ts";
import { runnerOf } from "./runner.ts";
import type { TestReport } from "./test-report.ts";

/** Names kept in each list of a paper. */
const namesMax = 100;

/** The report of a run; null when it has none that could be read. */
export function reportIn(ran: Ran | undefined): TestReport | null {
  return ran?.report?.kind === "read" ? ran.report.report : null;
}

/** Tests that passed on base and fail on head, by name. A test that was renamed or moved is another test. */
export function brokenTests(base: TestReport, head: TestReport): string[] {
  return namesOf(base, "passed").filter((name) => head.tests.get(name)?.status === "failed");
}

/** Tests that failed in every run of the base and pass on head. */
export function fixedTests(bases: readonly TestReport[], head: TestReport): string[] {
  return namesOf(head, "passed").filter(
    (name) => bases.length > 0 && bases.every(({ tests }) => tests.get(name)?.status === "failed"),
  );
}

export function namesOf({ tests }: TestReport, status: "passed" | "failed"): string[] {
  return [...tests].filter(([, test]) => test.status === status).map(([name]) => name);
}

/** What both sides' reports say by name, for the paper; unnamed when one has none, and why. */
export function testsByName(
  command: readonly (readonly string[])[],
  { base, baseAgain, head }: { base: Ran; baseAgain?: Ran | undefined; head: Ran },
): TestsByName {
  const runner = runnerOf(command);
  if (runner.kind === "unknown") return { kind: "unnamed", reason: runner.reason };
  const [before, after] = [reportIn(base), reportIn(head)];
  if (before === null) return { kind: "unnamed", reason: `on the base ${whyNone(base)}` };
  if (after === null) return { kind: "unnamed", reason: `on head ${whyNone(head)}` };
  const again = reportIn(baseAgain);
  return {
    kind: "named",
    runner: runner.runner,
    fixed: capped(fixedTests([before, ...(again === null ? [] : [again])], after)),
    broken: capped(brokenTests(before, after)),
    added: capped(namesOf(after, "passed").filter((name) => !before.tests.has(name))),
    gone: capped(namesOf(before, "passed").filter((name) => !after.tests.has(name))),
  };
}

export function capped(names: readonly string[]): string[] {
  return names.slice(0, namesMax);
}

function whyNone({ outcome, report }: Ran): string {
  if (outcome.kind === "not_run") return "the tests were not run";
  return report === undefined || report.kind === "read" ? "no test report was asked for" : report.reason;
}
