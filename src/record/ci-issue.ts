import {
  clipped,
  code,
  joined,
  type KnownSecrets,
  link,
  ours,
  type Outgoing,
  textUnitsMax,
  title,
  word,
} from "../text/outgoing.ts";
import { sha256 } from "../handoff/seal.ts";
import type { TrackedIssue } from "../github/tracking.ts";
import { analysisQuote, whatFailed } from "./ci-facts.ts";
import { sentence } from "./sentence.ts";
import type { ShownFailure } from "./shown-papers.ts";

/** The label of tracking issues. Where a repository has none, no failed run is looked at without being asked. */
export const ciLabel = "airlock:ci";

/** Runs whose occurrences are remembered in an issue, newest last, so that none is counted twice. */
const rememberedMax = 20;

/** What a tracking issue says of itself in its hidden first line. Display: people can edit it, and nothing but the issue itself follows from it. */
export interface Tracked {
  signature: string;
  /** Hash of the workflow's path, by which a green run finds its issues. */
  workflow: string;
  count: number;
  /** Ids of the newest runs that failed so, oldest first. */
  runs: number[];
}

/** Names a workflow in an issue. */
export function workflowMark(path: string): string {
  return sha256(path).slice(0, 12);
}

const form =
  /^<!-- airlock:ci:([0-9a-f]{16}):([0-9a-f]{12}):([1-9]\d{0,8}):([1-9]\d{0,15}(?:,[1-9]\d{0,15}){0,19}) -->/;

/** Reads an issue's first line; null for an issue that is not one of these. Who opened it is not in it: ask GitHub. */
export function readTracked(body: string): Tracked | null {
  const match = form.exec(body);
  if (match === null) return null;
  const [, signature = "", workflow = "", count, runs = ""] = match;
  return { signature, workflow, count: Number(count), runs: runs.split(",").map(Number) };
}

/** The tracking issue of a signature: the oldest that our bot opened. Anybody can write a marker, only we as our bot. */
export function findTracking(issues: readonly TrackedIssue[], signature: string, bot: number): TrackedIssue | null {
  return issues.find(({ author, body }) => author === bot && readTracked(body)?.signature === signature) ?? null;
}

/** One more occurrence, or the same once more: a run counts once. Pure. */
export function withOccurrence(before: Tracked | null, { signature, workflow, run }: ShownFailure): Tracked {
  const runs = before?.runs ?? [];
  const count = before?.count ?? 0;
  const mark = workflowMark(workflow.path);
  if (runs.includes(run.id)) return { signature, workflow: mark, count, runs };
  return { signature, workflow: mark, count: count + 1, runs: [...runs, run.id].slice(-rememberedMax) };
}

/** The newest time that a failure came. */
export interface Occurrence {
  failure: ShownFailure;
  /** What the model said of it; absent: nothing. */
  answer: string | undefined;
  tracked: Tracked;
  /** The repository's page: a paper's own addresses are not followed. */
  home: string;
}

/** Title and body of a tracking issue. */
export function renderTracking(
  { failure, answer, tracked, home }: Occurrence,
  known: KnownSecrets,
): { title: Outgoing; body: Outgoing } {
  const { run, standing } = failure;
  const times = tracked.count === 1 ? ours`once` : ours`${tracked.count} times`;
  const said = standing.verdict === "unknown" ? ours`not clear` : word(standing.verdict, known);
  const parts = [
    ours`${markerOf(tracked)}\nA check fails on the default branch: ${whatFailed(failure, known)}`,
    ours`Seen ${times}, last in ${link(ours`run ${run.id}`, `${home}/actions/runs/${run.id}`, home)} at ${code(run.commit.slice(0, 12), known)}.`,
    ours`**What the runs say:** ${said}. ${sentence(standing.because, known)}`,
    ours`**What the model says:**\n\n${analysisQuote(answer, known)}`,
    foot,
  ];
  const name = failure.error === "" ? (failure.step ?? failure.jobs[0] ?? "") : failure.error;
  return {
    title: title(`${failure.workflow.name} fails: ${name}`, known),
    body: clipped(joined(parts, "\n\n"), textUnitsMax),
  };
}

const foot = ours`<sub>Airlock keeps this issue: it is updated when the same failure comes again, closed when the workflow is green, and opened again after that. The model looked at the code read-only; nothing was changed.</sub>`;

function markerOf({ signature, workflow, count, runs }: Tracked): Outgoing {
  const list = joined(
    runs.map((run) => ours`${run}`),
    ",",
  );
  return ours`<!-- airlock:ci:${word(signature, [])}:${word(workflow, [])}:${count}:${list} -->`;
}

/** Why an issue is closed, as a comment; its hidden first line keeps it from being said twice. */
export function greenComment(
  { id, url, headSha }: { id: number; url: string; headSha: string },
  known: KnownSecrets,
): { marker: Outgoing; body: Outgoing } {
  const home = url.split("/actions/runs/")[0] ?? "";
  const marker = ours`<!-- airlock:ci:green:${id} -->`;
  const passed = ours`✅ The workflow passed in ${link(ours`run ${id}`, url, home)} at ${code(headSha.slice(0, 12), known)}: closed. The issue is opened again when this failure comes back.`;
  return { marker, body: ours`${marker}\n${passed}` };
}
