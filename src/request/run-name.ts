import { asVerb, type Verb } from "./command.ts";

/** The workflow that answers every command: the one the App dispatches, and whose runs alone are believed. */
export const workflowFile = "airlock.yml";
export const workflowPath = `.github/workflows/${workflowFile}`;

/** What a run's name says: ids only, so that a list of runs is a list of requests (design §5). */
export interface RunName {
  verb: Verb;
  issue: number;
  comment: number;
  /** Numeric id of the person who asked. */
  requester: number;
}

/** The evaluated `run-name` of the workflow, character for character. */
export function renderRunName({ verb, issue, comment, requester }: RunName): string {
  return `airlock ${verb} #${issue} comment ${comment} by ${requester}`;
}

/** Reads a run's name. Anything but the exact form is null: a run that is not ours, or that was named by hand. */
export function parseRunName(title: string): RunName | null {
  const match = /^airlock ([a-z]{1,20}) #([1-9]\d{0,15}) comment ([1-9]\d{0,15}) by ([1-9]\d{0,15})$/.exec(title);
  if (match === null) return null;
  const verb = asVerb(match[1] ?? "");
  const [issue, comment, requester] = [Number(match[2]), Number(match[3]), Number(match[4])];
  if (verb === null || ![issue, comment, requester].every((id) => Number.isSafeInteger(id))) return null;
  return { verb, issue, comment, requester };
}

/** What must be known of a run to tell whose request it answers. */
interface NamedRun {
  id: number;
  title: string;
  actor: { id: number };
}

/**
 * The run that was dispatched first for the same comment, if it is not this one: dispatch happens at least once, and the lowest id
 * goes on (design §5). Only runs of our App's bot count, so that nobody can take a request away by hand. Pure.
 */
export function earlierRun(runs: readonly NamedRun[], run: NamedRun, bot: number): NamedRun | null {
  const comment = parseRunName(run.title)?.comment;
  const same = runs.filter(
    (other) => other.id < run.id && other.actor.id === bot && parseRunName(other.title)?.comment === comment,
  );
  return same.toSorted((a, b) => a.id - b.id)[0] ?? null;
}

/** Seconds by which GitHub's own times may differ, and days for which a delivery can be sent again. */
const skewSeconds = 60;
const redeliveryDays = 3;

/**
 * The moment from which on runs for one comment can exist: none is older than the comment, however late it was delivered again.
 * In: when the run was created, and the comment; null when the comment is gone.
 */
export function runsSince(run: { createdAt: string }, comment: { createdAt: string } | null): Date {
  if (comment !== null) return new Date(Date.parse(comment.createdAt) - skewSeconds * 1000);
  return new Date(Date.parse(run.createdAt) - redeliveryDays * 24 * 60 * 60_000);
}
