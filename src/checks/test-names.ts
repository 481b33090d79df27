import type { TestsByName } from "../handoff/report.ts";
import type { Ran } from "./run.ts";
import { runnerOf } from "./runner.ts";
import type { NamedTest, TestReport } from "./test-report.ts";

/** Names kept in each list of a paper. */
const namesMax = 100;

/** The report of a run; null when it has none that could be read. */
export function reportIn(ran: Ran | undefined): TestReport | null {
  return ran?.report?.kind === "read" ? ran.report.report : null;
}

/** Tests that passed on base and fail on head, as on base. A test that was renamed or moved is another test. */
export function brokenTests(base: TestReport, head: TestReport): NamedTest[] {
  return testsThat(base, "passed").filter(({ id }) => head.tests.get(id)?.status === "failed");
}

/** Tests that failed in every run of the base and pass on head, as on head. */
export function fixedTests(bases: readonly TestReport[], head: TestReport): NamedTest[] {
  return testsThat(head, "passed").filter(
    ({ id }) => bases.length > 0 && bases.every(({ tests }) => tests.get(id)?.status === "failed"),
  );
}

/** The tests of a report that passed, or failed, in its order. */
export function testsThat({ tests }: TestReport, status: "passed" | "failed"): NamedTest[] {
  return [...tests.values()].filter((test) => test.status === status);
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
    fixed: shownNames(fixedTests([before, ...(again === null ? [] : [again])], after)),
    broken: shownNames(brokenTests(before, after)),
    added: shownNames(testsThat(after, "passed").filter(({ id }) => !before.tests.has(id))),
    gone: shownNames(testsThat(before, "passed").filter(({ id }) => !after.tests.has(id))),
  };
}

/** The names of a paper's list: no more than it keeps. */
export function shownNames(tests: readonly NamedTest[]): string[] {
  return tests.slice(0, namesMax).map(({ name }) => name);
}

function whyNone({ outcome, report }: Ran): string {
  if (outcome.kind === "not_run") return "the tests were not run";
  return report === undefined || report.kind === "read" ? "no test report was asked for" : report.reason;
}
