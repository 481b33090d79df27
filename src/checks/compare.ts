import type { CheckClass, Outcome } from "../handoff/report.ts";

/** null: it says nothing either way. */
const passedOn: Record<Outcome["kind"], boolean | null> = {
  passed: true,
  failed: false,
  not_run: null,
  not_configured: null,
};

/**
 * The class of a check from what it did on base and on head. A red that stands alone may be run once more: `again` is the
 * outcome of that second run of the red side, and green there means the check cannot be relied on.
 * Anything but a clear pass or failure on both sides is "not run": it is never shown as passed (promise 9).
 */
export function classify(base: Outcome, head: Outcome, again?: Outcome): CheckClass {
  if (base.kind === "not_configured" && head.kind === "not_configured") return "not configured";
  const basePassed = passedOn[base.kind];
  const headPassed = passedOn[head.kind];
  if (basePassed === null || headPassed === null) return "not run";
  if (basePassed === headPassed) return headPassed ? "pass" : "pre-existing";
  if (again?.kind === "passed") return "flaky";
  return headPassed ? "fixed" : "regressed";
}

/** The side that is red while the other is green, which is worth a second run alone; null when there is none. */
export function redSide(base: Outcome, head: Outcome): "base" | "head" | null {
  if (base.kind === "failed" && head.kind === "passed") return "base";
  if (base.kind === "passed" && head.kind === "failed") return "head";
  return null;
}
