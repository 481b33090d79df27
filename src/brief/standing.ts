import type { CiVerdict, Failure, PastRun } from "../handoff/ci.ts";

/** How often a failure must have gone away by itself, on the default branch, before it is called flaky. */
const goneMin = 2;

/** Words of the runner, the network and services, which no change of the repository causes. */
const outside: readonly RegExp[] = [
  /\b(?:ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ECONNREFUSED)\b/,
  /\bENOTFOUND\b.*(?:registry|\.npmjs\.|getaddrinfo)/,
  /\b(?:npm (?:error|ERR!)|fetch|registry)\b.*\b(?:429|50[0234])\b/i,
  /runner has received a shutdown signal|lost communication with the server|No space left on device|ENOSPC/,
  /Unable to (?:download|resolve) action|The hosted runner/i,
];

export interface StandingFacts {
  /** The failing step's lines. */
  part: readonly string[];
  /** Whether another attempt or run of the same workflow passed on this very commit. */
  passedHere: boolean;
  /** Attempts of this run that failed at the same step, this one included. */
  failedHere: number;
  /** Runs on the default branch before this one, newest first. */
  history: readonly PastRun[];
  /** Whether the run is one of the default branch. */
  onDefault: boolean;
}

/**
 * What runs and log lines alone say about a failure, without anybody's opinion. Pure. The same commit that passes and fails is flaky,
 * whatever the log says; what failed twice with nothing between is broken.
 */
export function standingOf(facts: StandingFacts): Failure["standing"] {
  const { part, passedHere, failedHere, history, onDefault } = facts;
  const said = (verdict: CiVerdict, because: string) => ({ verdict, because });
  if (passedHere) return said("flaky", "The same commit passed in another attempt or run of this workflow.");
  const gone = wentAway(history);
  if (gone >= goneMin)
    return said("flaky", `It came and went ${gone} times in the last ${history.length} runs on the default branch.`);
  if (part.some((line) => outside.some((form) => form.test(line))))
    return said("infrastructure", "The log holds an error of the network, the machine or a service.");
  const row = sameInARow(history);
  if (onDefault && row > 0)
    return said(
      "broken",
      `It failed in the same way in the ${row === 1 ? "run" : `${row} runs`} before, and did not pass since.`,
    );
  if (!onDefault && row > 0)
    return said(
      "broken",
      "The newest run on the default branch fails in the same way: this pull request did not cause it.",
    );
  if (failedHere > 1) return said("broken", `All ${failedHere} attempts on this commit failed at the same step.`);
  return said("unknown", "It was not seen before on the default branch.");
}

/** How often a run with this failure was followed by one that passed. */
function wentAway(history: readonly PastRun[]): number {
  const known = history.filter(({ outcome }) => outcome === "passed" || outcome === "same");
  return known.filter(({ outcome }, index) => outcome === "same" && known[index - 1]?.outcome === "passed").length;
}

/** Runs directly before this one that failed in the same way. */
function sameInARow(history: readonly PastRun[]): number {
  const end = history.findIndex(({ outcome }) => outcome !== "same");
  return end === -1 ? history.length : end;
}
