import type { TestCounts } from "./counts.ts";
import { reportsRed, type ReportRead, type TestReport } from "./test-report.ts";

/** Failed tests that evidence names, where the runner itself printed nothing. */
const failedShown = 10;

/** What became of the report that a run was asked for. `printed`: what the output says was compared with it. */
export type ReportSeen = ReportRead | { kind: "missing"; reason: string };

interface Judged {
  counts: TestCounts | null;
  report: ReportSeen | undefined;
  /** Why a run that ended with exit code 0 is red all the same; null: it is not. */
  red: string | null;
  /** What the failed tests said, where the output does not say it. */
  told: string[];
}

/**
 * Puts together what one run of tests printed and what its report says. The report's numbers count where there is one. A report
 * with failed tests makes a run red whose exit code is 0, on either side.
 */
export function judgeEnd(
  end: "passed" | "failed",
  { printed, report }: { printed: TestCounts | null; report: ReportSeen | undefined },
): Judged {
  if (report?.kind !== "read") return { counts: printed, report, red: null, told: [] };
  const { report: read } = report;
  const told = printed === null ? failures(read) : [];
  const seen = { ...report, report: { ...read, printed } };
  if (end === "failed" || !reportsRed(read)) return { counts: read.counts, report: seen, red: null, told };
  const red = `Its exit code is 0, but its test report names failures: ${describe(read)}.`;
  return { counts: read.counts, report: seen, red, told };
}

/** Whether printed counts and report say the same; null when nothing was printed. */
export function printedAgrees({ counts, printed }: TestReport): boolean | null {
  if (printed === undefined || printed === null) return null;
  return printed.passed === counts.passed && printed.failed === counts.failed;
}

function describe({ counts, brokenFiles }: TestReport): string {
  const files = brokenFiles.length > 0 ? `, ${brokenFiles.length} files that ended before their tests` : "";
  return `${counts.failed} failed${files}`;
}

function failures({ tests, brokenFiles }: TestReport): string[] {
  const red = [...tests.values()].filter(({ status }) => status === "failed");
  const shown = red.slice(0, failedShown).map(({ name, why }) => (why === "" ? name : `${name}\n${why}`));
  const rest = red.length - shown.length;
  return [...brokenFiles.slice(0, failedShown), ...shown, ...(rest > 0 ? [`and ${rest} more`] : [])];
}
