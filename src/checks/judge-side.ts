import type { CheckKind } from "../config.ts";
import type { Outcome } from "../handoff/report.ts";
import type { Ran } from "./run.ts";

/** Paths named in evidence. */
const pathsMax = 10;

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
    return { ...ran, outcome: { kind: "not_run", reason: "its command ended well without running a test" } };
  }
  if (changed.length === 0) return ran;
  const note = `it changed tracked files: ${listPaths(changed)}`;
  if (outcome.kind === "passed" && kind !== "build") {
    return { ...ran, outcome: { kind: "not_run", reason: `${note}; so it did not check the code as it is` } };
  }
  return { ...ran, outcome: { ...outcome, evidence: `${outcome.evidence}\n(${note})`.trim() } };
}

/**
 * Tests on head that pass only because there are fewer of them: a removed test cannot fail. Out: the failure to show instead of
 * the pass; null when there are not fewer. Counts that no known runner reported are not compared.
 */
export function fewerTests(base: Ran, head: Ran): Outcome | null {
  if (base.outcome.kind === "not_run" || base.outcome.kind === "not_configured") return null;
  if (base.counts === null || head.counts === null || head.outcome.kind !== "passed") return null;
  const before = base.counts.passed + base.counts.failed;
  const now = head.counts.passed + head.counts.failed;
  if (now >= before) return null;
  return failedBecause(`Only ${now} ${now === 1 ? "test" : "tests"} ran; on the base ${before} did.`, head.outcome, 0);
}

/**
 * Tests that are red on both sides, but redder on head: more fail, fewer pass, or the runner that reported on the base did not
 * get so far. Out: the failure to show, which names the numbers; null when head is no worse, or when the base has no counts.
 */
export function moreFailures(base: Ran, head: Ran): Outcome | null {
  if (base.outcome.kind !== "failed" || head.outcome.kind !== "failed" || base.counts === null) return null;
  const { exit_code } = head.outcome;
  const was = `${base.counts.passed} passed, ${base.counts.failed} failed`;
  if (head.counts === null) {
    return failedBecause(`Its tests did not report; on the base ${was}.`, head.outcome, exit_code);
  }
  const { passed, failed } = head.counts;
  if (failed <= base.counts.failed && passed >= base.counts.passed) return null;
  return failedBecause(`${passed} passed, ${failed} failed; on the base ${was}.`, head.outcome, exit_code);
}

function failedBecause(why: string, { ms, evidence }: { ms: number; evidence: string }, exit_code: number): Outcome {
  return { kind: "failed", ms, exit_code, evidence: `${why}\n${evidence}`.trim() };
}

function listPaths(paths: readonly string[]): string {
  const shown = paths.slice(0, pathsMax).map((path) => JSON.stringify(path));
  const rest = paths.length - shown.length;
  return shown.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
