import { readJob } from "../brief/failed-job.ts";
import type { GitHub } from "../github/github.ts";
import type { WorkflowRun } from "../github/jobs.ts";
import { historyMax, type PastRun } from "../handoff/ci.ts";
import { hasFailed } from "../request/failed-run.ts";
import { failedJobs, withLog } from "./ci-jobs.ts";

/** Earlier failed runs, and jobs of each, whose logs are read to tell whether they failed in the same way. */
const readsMax = 5;
const jobsMax = 3;

/** Runs of the same workflow on the default branch that passed or failed, newest first; before the run itself where it is one of them. */
export async function pastRuns(
  run: WorkflowRun,
  place: { github: GitHub; repositoryId: number; defaultBranch: string; onDefault: boolean },
): Promise<WorkflowRun[]> {
  const found = await place.github.latestRuns(run.workflow, place.defaultBranch, historyMax * 2);
  return found
    .filter(
      (past) =>
        past.id !== run.id &&
        (!place.onDefault || past.id < run.id) &&
        past.headRepository === place.repositoryId &&
        !past.event.startsWith("pull_request") &&
        (past.conclusion === "success" || hasFailed(past)),
    )
    .slice(0, historyMax);
}

/** What earlier runs say about one way to fail. */
export async function pastOf(signature: string, past: readonly WorkflowRun[], github: GitHub): Promise<PastRun[]> {
  const history: PastRun[] = [];
  let reads = 0;
  for (const run of past) {
    const isRead = run.conclusion !== "success" && reads < readsMax;
    if (isRead) reads += 1;
    const outcome =
      run.conclusion === "success" ? "passed" : isRead ? await howItFailed(signature, run, github) : "unread";
    const { id, attempt, headSha, createdAt } = run;
    history.push({ run: id, attempt, commit: headSha, created_at: new Date(createdAt).toISOString(), outcome });
  }
  return history;
}

async function howItFailed(signature: string, run: WorkflowRun, github: GitHub): Promise<PastRun["outcome"]> {
  let unread = false;
  for (const job of failedJobs(run, await github.jobs(run.id)).slice(0, jobsMax)) {
    const facts = await withLog(run, job, github);
    if (readJob(facts).signature === signature) return "same";
    unread ||= facts.log === null;
  }
  return unread ? "unread" : "other";
}
