import type { CheckKind } from "../config.ts";
import type { Outcome } from "../handoff/report.ts";
import type { TestCounts } from "./counts.ts";
import type { Ran } from "./run.ts";
import { brokenTests, reportIn } from "./test-names.ts";

/** Paths named in evidence. */
const pathsMax = 10;
const namesShown = 5;

/**
 * What a check's run is worth once its files were hashed again. `changed` are the tracked files that the check rewrote.
 * A check that passed after it rewrote the code judged other code than would be published, so it counts as not run; only a
 * build may rewrite tracked files (committed output), and says so. A failure stays a failure. Tests that ran no test are
 * not run either.
 */
export function judgeSide(kind: CheckKind, ran: Ran, changed: readonly string[]): Ran {
  const { outcome, counts } = ran;
  if (outcome.kind === "not_run" || outcome.kind === "not_configured") return ran;
  if (outcome.kind === "passed" && counts !== null && counts.passed + counts.failed === 0) {
    return {
      ...ran,
      outcome: { kind: "not_run", cause: "other", reason: "its command ended well without running a test" },
    };
  }
  if (changed.length === 0) return ran;
  const note = `it changed tracked files: ${listPaths(changed)}`;
  if (outcome.kind === "passed" && kind !== "build") {
    return {
      ...ran,
      outcome: { kind: "not_run", cause: "other", reason: `${note}; so it did not check the code as it is` },
    };
  }
  return { ...ran, outcome: { ...outcome, evidence: `${outcome.evidence}\n(${note})`.trim() } };
}

/**
 * Tests on head that pass only because there are fewer of them: a removed test cannot fail (rule V26). Fewer ran, fewer passed, or
 * fewer are left counting the skipped ones; no test at all where the base had some is the extreme of it. Out: the failure to show
 * instead of the pass; null when there are not fewer. Counts that no known runner reported are not compared.
 */
export function fewerTests(base: Ran, head: Ran): Outcome | null {
  if (base.outcome.kind === "not_run" || base.outcome.kind === "not_configured") return null;
  if (base.counts === null || head.counts === null) return null;
  const before = { ran: base.counts.passed + base.counts.failed, all: totalOf(base.counts) };
  const now = { ran: head.counts.passed + head.counts.failed, all: totalOf(head.counts) };
  if (head.outcome.kind === "not_run" && now.ran === 0 && before.ran > 0) {
    return failedBecause(`No test ran; on the base ${before.ran} did.`, { ms: 0, evidence: "" }, 0);
  }
  if (head.outcome.kind !== "passed") return null;
  if (now.ran < before.ran) {
    return failedBecause(
      `Only ${now.ran} ${now.ran === 1 ? "test" : "tests"} ran; on the base ${before.ran} did.`,
      head.outcome,
      0,
    );
  }
  if (now.all >= before.all) return null;
  return failedBecause(
    `Only ${now.all} tests are left, skipped ones counted; on the base there are ${before.all}.`,
    head.outcome,
    0,
  );
}

function totalOf({ passed, failed, skipped }: TestCounts): number {
  return passed + failed + skipped;
}

/**
 * Tests that are red on both sides, but redder on head: one that passed on the base fails, more fail, fewer pass, or the runner that reported on the base did not
 * get so far. Out: the failure to show, which names the numbers; null when head is no worse, or when the base has no counts.
 */
export function moreFailures(base: Ran, head: Ran): Outcome | null {
  if (base.outcome.kind !== "failed" || head.outcome.kind !== "failed" || base.counts === null) return null;
  const { exit_code } = head.outcome;
  const [before, after] = [reportIn(base), reportIn(head)];
  const broken = before === null || after === null ? [] : brokenTests(before, after);
  if (broken.length > 0) return failedBecause(brokenSentence(broken.map(({ name }) => name)), head.outcome, exit_code);
  const was = `${base.counts.passed} passed, ${base.counts.failed} failed`;
  if (head.counts === null) {
    return failedBecause(`Its tests did not report; on the base ${was}.`, head.outcome, exit_code);
  }
  const { passed, failed } = head.counts;
  if (failed <= base.counts.failed && passed >= base.counts.passed) return null;
  return failedBecause(`${passed} passed, ${failed} failed; on the base ${was}.`, head.outcome, exit_code);
}

function brokenSentence(broken: readonly string[]): string {
  const rest = broken.length - namesShown;
  const names = broken.slice(0, namesShown).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
  return `It breaks tests that pass on the base: ${names}.`;
}

/** The failure to show for a reason of ours, with what the run said behind it. */
export function failedBecause(
  why: string,
  { ms, evidence }: { ms: number; evidence: string },
  exit_code: number,
): Outcome {
  return { kind: "failed", ms, exit_code, evidence: `${why}\n${evidence}`.trim() };
}

function listPaths(paths: readonly string[]): string {
  const shown = paths.slice(0, pathsMax).map((path) => JSON.stringify(path));
  const rest = paths.length - shown.length;
  return shown.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
