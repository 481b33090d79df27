import type { GitHub, Run } from "../github/github.ts";
import type { TrackedIssue } from "../github/tracking.ts";
import {
  ciLabel,
  findTracking,
  type Occurrence,
  readTracked,
  renderTracking,
  withOccurrence,
} from "../record/ci-issue.ts";
import type { ShownFailure } from "../record/shown-papers.ts";
import { notOfDefaultBranch } from "../request/failed-run.ts";
import { earlierRun, type RunName, runsSince, workflowFile } from "../request/run-name.ts";
import { closeGreen } from "./close-green.ts";
import type { Log } from "./log.ts";
import { runPapers } from "./run-papers.ts";

interface Place {
  github: GitHub;
  /** Account id of the App's bot. */
  bot: number;
  repositoryId: number;
  defaultBranch: string;
}

/** What is to be shown of one failure. */
type Shown = Omit<Occurrence, "tracked">;

/** Newest runs of a workflow among which is looked for one that passed in the meantime. */
const laterRunsMax = 10;

/** Keeps the tracking issues. */
export interface FailureTracker {
  /**
   * The end of a run that analysed a failure on the default branch: one tracking issue for each way it failed, opened once and updated from
   * then on. What failed comes from the Task; the model's words are shown as its own. May be repeated without doubling anything; ends of
   * one repository are shown one after the other, because of two at a time neither would see what the other opens.
   */
  show(run: Run, name: RunName, place: Place, log: Log): Promise<void>;
}

/** Remembers nothing once an end was shown. */
export function failureTracker(): FailureTracker {
  const turns = new Map<number, Promise<void>>();
  return {
    show(run, name, place, log) {
      const before = turns.get(place.repositoryId) ?? Promise.resolve();
      const mine = before.catch(() => undefined).then(() => showAnalysis(run, name, place, log));
      turns.set(place.repositoryId, mine);
      const forget = () => {
        if (turns.get(place.repositoryId) === mine) turns.delete(place.repositoryId);
      };
      mine.then(forget, forget);
      return mine;
    },
  };
}

async function showAnalysis(run: Run, name: RunName, place: Place, log: Log): Promise<void> {
  if (run.status !== "completed") return;
  const { github, bot, repositoryId } = place;
  const runs = await github.runs(workflowFile, runsSince(run, await github.run(name.id)));
  if (earlierRun(runs, run, bot) !== null) return;
  const papers = await runPapers(github, run, { repositoryId, log });
  const { task, solution, stop } = papers;
  log.info("ci.ended", { run: run.id, failed: name.id, stop: stop?.kind ?? null });
  if (task?.brief?.kind !== "ci-failure" || task.brief.number !== null) return;
  const answer = run.conclusion === "success" ? solution?.answer : undefined;
  for (const failure of task.brief.failures) {
    if (failure.run.id !== name.id) log.warn("ci.other_run", { run: run.id, named: failure.run.id });
    else await track({ failure, answer, home: run.url.split("/actions/runs/")[0] ?? "" }, place, log);
  }
  await closeIfGreenNow(name.id, place, log);
}

/** While the failure was analysed its workflow may have passed: nothing else would close the issue then. */
async function closeIfGreenNow(id: number, place: Place, log: Log): Promise<void> {
  const { github, bot, defaultBranch } = place;
  const failed = await github.workflowRun(id);
  if (failed === null) return;
  const later = await github.latestRuns(failed.workflow, defaultBranch, laterRunsMax);
  const newest = later.find((one) => notOfDefaultBranch(one, place) === null);
  if (newest !== undefined && newest.id >= failed.id && newest.conclusion === "success")
    await closeGreen(newest, bot, { github, log });
}

async function track(shown: Shown, place: Place, log: Log): Promise<void> {
  const { github } = place;
  const { failure } = shown;
  const found = await trackingOf(failure, place);
  if (found !== null) return await update(found, shown, place);
  const tracked = withOccurrence(null, failure);
  const made = await github.createIssue({ ...renderTracking({ ...shown, tracked }, []), labels: [ciLabel] });
  log.info("ci.opened", { issue: made.number, signature: failure.signature });
  // Another server may have opened one in the same moment: the older stays.
  const oldest = await trackingOf(failure, place);
  if (oldest === null || oldest.number === made.number) return;
  await github.updateIssue(made.number, { state: "closed", reason: "not_planned" });
  await update(oldest, shown, place);
}

async function trackingOf({ signature }: ShownFailure, { github, bot }: Place): Promise<TrackedIssue | null> {
  return findTracking(await github.issuesLabelled(ciLabel), signature, bot);
}

async function update(issue: TrackedIssue, shown: Shown, { github }: Place): Promise<void> {
  const { failure } = shown;
  const before = readTracked(issue.body);
  // Told once more: a later failure, or a run that passed, has had the last word since.
  const isTold = before !== null && before.runs.includes(failure.run.id);
  if (isTold && (issue.state === "closed" || before.runs.at(-1) !== failure.run.id)) return;
  const { title, body } = renderTracking({ ...shown, tracked: withOccurrence(before, failure) }, []);
  if (body === issue.body && issue.state === "open") return;
  await github.updateIssue(issue.number, { title, body, state: "open" });
}
