import type { Ran } from "./run.ts";
import { printedAgrees } from "./seen-report.ts";
import { reportsRed } from "./test-report.ts";
import { reportIn } from "./test-names.ts";

/**
 * Exit code, test report and printed counts of one run come from processes in which the code under test ran, so each can be forged;
 * together they are harder to forge. Out: a sentence that says which of them disagree on head; null when they agree, and where the
 * base already showed the same disagreement, because then it is the repository's own way.
 */
export function disagreement(base: Ran, head: Ran): string | null {
  const { kind } = head.outcome;
  if ((kind !== "passed" && kind !== "failed") || !ended(base)) return null;
  return lostReport(base, head) ?? greenReport(base, head) ?? otherCounts(base, head);
}

/** Exit code 0 where nothing else says that tests ran. */
function lostReport(base: Ran, head: Ran): string | null {
  if (head.outcome.kind !== "passed") return null;
  if (reportIn(base) !== null && head.report !== undefined && head.report.kind !== "read") {
    return `Its exit code is 0, but ${head.report.reason}; on the base its report could be read.`;
  }
  if (base.counts !== null && head.counts === null) {
    return `Its exit code is 0, but its tests did not report; on the base ${base.counts.passed} passed.`;
  }
  return null;
}

/** A red exit code beside a report without one failure: the base of a coverage threshold or an unhandled error shows the same. */
function greenReport(base: Ran, head: Ran): string | null {
  if (!redBesideGreen(head) || redBesideGreen(base)) return null;
  return "Its exit code says that it failed, but its test report names no failure.";
}

/** A red exit code beside a report that names no failure. */
export function redBesideGreen(ran: Ran): boolean {
  const report = reportIn(ran);
  return ran.outcome.kind === "failed" && report !== null && !reportsRed(report);
}

/** What is printed is compared only where the base's output and report agree: some tests print other runners' summaries. */
function otherCounts(base: Ran, head: Ran): string | null {
  const [before, after] = [reportIn(base), reportIn(head)];
  if (before === null || after === null || printedAgrees(before) !== true) return null;
  const { counts, printed = null } = after;
  if (printed === null) {
    // A runner that ended badly prints no summary; one that ended well does.
    return head.outcome.kind === "passed" ? "Its test report is there, but its output has no summary." : null;
  }
  if (printedAgrees(after) !== false) return null;
  return `Its test report counts ${counts.passed} passed and ${counts.failed} failed, its output ${printed.passed} and ${printed.failed}.`;
}

function ended({ outcome }: Ran): boolean {
  return outcome.kind === "passed" || outcome.kind === "failed";
}
