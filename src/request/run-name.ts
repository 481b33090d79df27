import { asVerb, type Verb } from "./command.ts";

/** The workflow that answers every command: the one the App dispatches, and whose runs alone are believed. */
export const workflowFile = "airlock.yml";
export const workflowPath = `.github/workflows/${workflowFile}`;

/** What can start a run. An id belongs to its kind: comment 7 is not review 7. */
export const triggerKinds = ["comment", "review", "run"] as const;
export type TriggerKind = (typeof triggerKinds)[number];

/** What a run's name says: ids only, so that a list of runs is a list of requests (design §5). */
export interface RunName {
  verb: Verb;
  /** Number of the issue or pull request that it is about; 0 for the default branch, which only a failed run (`run`) asks about. */
  issue: number;
  trigger: TriggerKind;
  /** Id of the comment (or whatever `trigger` names) that asked. */
  id: number;
  /** Numeric id of the person who asked; of our App's bot for `run`. */
  requester: number;
}

/** The evaluated `run-name` of the workflow, character for character. */
export function renderRunName({ verb, issue, trigger, id, requester }: RunName): string {
  return `airlock ${verb} #${issue} ${trigger} ${id} by ${requester}`;
}

/** Reads a run's name. Anything but the exact form is null: a run that is not ours, or that was named by hand. */
export function parseRunName(title: string): RunName | null {
  const form = /^airlock ([a-z]{1,20}) #(0|[1-9]\d{0,15}) ([a-z]{1,20}) ([1-9]\d{0,15}) by ([1-9]\d{0,15})$/;
  const match = form.exec(title);
  if (match === null) return null;
  const verb = asVerb(match[1] ?? "");
  const trigger = triggerKinds.find((kind) => kind === match[3]);
  const [issue, id, requester] = [Number(match[2]), Number(match[4]), Number(match[5])];
  if (verb === null || trigger === undefined || ![issue, id, requester].every((one) => Number.isSafeInteger(one)))
    return null;
  if ((issue === 0) !== (trigger === "run")) return null;
  return { verb, issue, trigger, id, requester };
}

/** What must be known of a run to tell whose request it answers. */
interface NamedRun {
  id: number;
  title: string;
  actor: { id: number };
}

/**
 * The run that was dispatched first for the same trigger, if it is not this one: dispatch happens at least once, and the lowest id
 * goes on (design §5). Only runs of our App's bot count, so that nobody can take a request away by hand. Pure.
 */
export function earlierRun(runs: readonly NamedRun[], run: NamedRun, bot: number): NamedRun | null {
  const name = parseRunName(run.title);
  const same = runs.filter((other) => {
    const its = parseRunName(other.title);
    return other.id < run.id && other.actor.id === bot && its?.trigger === name?.trigger && its?.id === name?.id;
  });
  return same.toSorted((a, b) => a.id - b.id)[0] ?? null;
}

/** The commits on which runs of our App for a verb worked, newest run first, each once. Pure. */
export function commitsOfRuns(
  runs: readonly (NamedRun & { headSha: string })[],
  { verb, bot }: { verb: Verb; bot: number },
): string[] {
  const ours = runs.filter(({ actor, title }) => actor.id === bot && parseRunName(title)?.verb === verb);
  return [...new Set(ours.toSorted((a, b) => b.id - a.id).map(({ headSha }) => headSha))];
}

/** Seconds by which GitHub's own times may differ, and days for which a delivery can be sent again. */
const skewSeconds = 60;
const redeliveryDays = 3;

/**
 * The moment from which on runs for one trigger can exist: none is older than it, however late it was delivered again.
 * In: when the run was created, and the comment or review that asked; null when that is gone.
 */
export function runsSince(run: { createdAt: string }, origin: { createdAt: string } | null): Date {
  if (origin !== null) return new Date(Date.parse(origin.createdAt) - skewSeconds * 1000);
  return new Date(Date.parse(run.createdAt) - redeliveryDays * 24 * 60 * 60_000);
}
