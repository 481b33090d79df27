import type { CheckClass, Outcome } from "../handoff/report.ts";
import { disagreement } from "./disagree.ts";
import { failedBecause, fewerTests, moreFailures } from "./judge-side.ts";
import type { Ran } from "./run.ts";

/** What is known of one check once both sides ran, and the red ones once more alone. */
export interface Runs {
  base: Ran;
  head: Ran;
  /** The second run of a red side, alone on the machine. */
  baseAgain?: Ran;
  headAgain?: Ran;
}

export interface Compared {
  base: Outcome;
  head: Outcome;
  class: CheckClass;
}

/** null: it says nothing either way. */
const passedOn: Record<Outcome["kind"], boolean | null> = {
  passed: true,
  failed: false,
  not_run: null,
  not_configured: null,
};

/**
 * The side to run once more, alone; null when nothing is left to ask. Both sides run at the same time as one user, so one can
 * starve the other (processes, memory, time): a red that decides the class must repeat when nothing else runs. A base that is
 * red together with its head may be the head's doing; the head gets its second chance when that would make it the culprit.
 */
export function runAgain({ base, head, baseAgain, headAgain }: Runs): "base" | "head" | null {
  if (base.outcome.kind === "failed" && passedOn[head.outcome.kind] !== null && baseAgain === undefined) return "base";
  if (head.outcome.kind !== "failed" || headAgain !== undefined) return null;
  const before = baseAgain ?? base;
  const worse = moreFailures(before, head) !== null || disagreement(before, head) !== null;
  return before.outcome.kind === "passed" || worse ? "head" : null;
}

/**
 * The outcomes to show and their class. Two reds are the base's old trouble only if the head is not redder: a test that fails
 * or no longer passes is the change's doing even where others failed before.
 */
export function compare({ base, head, baseAgain, headAgain }: Runs): Compared {
  const bothRed = base.outcome.kind === "failed" && head.outcome.kind === "failed";
  const before = bothRed && baseAgain !== undefined ? baseAgain : base;
  const fewer = fewerTests(before, headAgain ?? head);
  if (fewer !== null) return { base: before.outcome, head: fewer, class: "regressed" };
  const odd = disagreeing(before, headAgain ?? head);
  if (odd !== null) return { base: before.outcome, head: odd, class: "regressed" };
  const again = before.outcome.kind === "failed" && !bothRed ? baseAgain : headAgain;
  const worse = moreFailures(before, headAgain ?? head);
  if (worse !== null) return { base: before.outcome, head: worse, class: "regressed" };
  return { base: before.outcome, head: head.outcome, class: classify(before.outcome, head.outcome, again?.outcome) };
}

/** What cannot be believed is shown as a failure, with the sentence that says why. */
function disagreeing(base: Ran, head: Ran): Outcome | null {
  const why = disagreement(base, head);
  const { outcome } = head;
  if (why === null || (outcome.kind !== "passed" && outcome.kind !== "failed")) return null;
  return failedBecause(why, outcome, outcome.kind === "failed" ? outcome.exit_code : 0);
}

/**
 * The class of a check from what it did on base and on head. `again` is the outcome of the second run of a red side: green
 * there means the check cannot be relied on.
 * Anything but a clear pass or failure on both sides is "not run": it is never shown as passed (promise 9).
 */
export function classify(base: Outcome, head: Outcome, again?: Outcome): CheckClass {
  if (base.kind === "not_configured" && head.kind === "not_configured") return "not configured";
  const basePassed = passedOn[base.kind];
  const headPassed = passedOn[head.kind];
  if (basePassed === null || headPassed === null) return "not run";
  if (basePassed && headPassed) return "pass";
  if (again?.kind === "passed") return "flaky";
  if (!basePassed && !headPassed) return "pre-existing";
  return headPassed ? "fixed" : "regressed";
}
