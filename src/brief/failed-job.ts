import { hideSecrets } from "../text/hide-secrets.ts";
import { errorLine } from "./error-line.ts";
import { cutPart, failingPart } from "./failing-part.ts";
import { logLines } from "./log-lines.ts";
import { signatureOf } from "./signature.ts";

export interface FailedJob {
  /** Path of the workflow's file. */
  workflow: string;
  name: string;
  steps: readonly { name: string; conclusion: string | null }[];
  /** null: GitHub does not hold it any more. */
  log: string | null;
}

/** What a job's log says about how it failed. */
export interface ReadJob {
  signature: string;
  step: string | null;
  error: string;
  /** Cut, with secrets blanked; null without a log. */
  log: string | null;
  /** Whether something was blanked. */
  hidden: boolean;
  /** The failing step's lines, uncut, with secrets blanked. */
  part: readonly string[];
}

/** UTF-16 code units of one line: a minified file in a stack trace says nothing beyond. */
const lineUnitsMax = 600;

/**
 * Reads how a job failed. Everything that it gives passed the search for secrets: GitHub masks those of its settings, and no others. Pure.
 * Without a log the signature is that of the step alone.
 */
export function readJob({ workflow, name, steps, log }: FailedJob): ReadJob {
  const ended = (wanted: string[]) => steps.find(({ conclusion }) => wanted.includes(conclusion ?? ""))?.name ?? null;
  const step = ended(["failure", "timed_out"]) ?? ended(["cancelled"]);
  const { text, hidden } = hideSecrets(failingPart(logLines(log ?? ""), step).join("\n"), []);
  // Lines are cut only now: half a secret would not be found.
  const part = text === "" ? [] : text.split("\n").map(cutLine);
  const error = errorLine(part);
  return {
    signature: signatureOf({ workflow, job: name, step, error }),
    step,
    error,
    log: log === null ? null : cutPart(part),
    hidden,
    part,
  };
}

function cutLine(line: string): string {
  return line.length <= lineUnitsMax ? line : `${line.slice(0, lineUnitsMax).toWellFormed()} …`;
}
