import type { GitHub, Run } from "../github/github.ts";
import type { WorkflowRun } from "../github/jobs.ts";
import { failedOnItsOwn } from "../request/failed-run.ts";
import { parseRunName, workflowFile } from "../request/run-name.ts";
import type { RunRequest } from "./asked.ts";
import { stop, type Stopped } from "./stop.ts";

/** Hours between the start of a failed run and that of its analysis, above which nobody needs it any more: GitHub redelivers for three days. */
const failedRunAgeHours = 72;
/** Runs that may analyse a failure without being asked, per repository and 24 hours: nobody looks while the money is spent. */
const analysesPerDayMax = 20;

export interface AskedByRun {
  kind: "asked-by-run";
  failed: WorkflowRun;
}

/**
 * A failed run as it stands now (trigger `run`): nobody asked, so all that counts is what GitHub says of it. It must have failed on the
 * default branch, by itself, from this repository, and be no run of ours. Whether the trusted configuration wants it analysed is asked later.
 */
export async function readFailedRun(
  { inputs, identity, appBotId }: RunRequest,
  run: Run,
  { github, defaultBranch }: { github: GitHub; defaultBranch: string },
): Promise<AskedByRun | Stopped> {
  if (inputs.verb !== "ci" || inputs.requester !== appBotId)
    return stop("not-allowed", "A failed run can only be analysed, and only the app asks for that by itself.", "");
  const failed = await github.workflowRun(inputs.id);
  if (failed === null) return stop("not-available", "The failed run is gone.", "");
  const why = failedOnItsOwn(failed, { repositoryId: identity.repository.id, defaultBranch });
  if (why !== null) return stop("not-allowed", `Run ${failed.id} is not analysed by itself: ${why}.`, "");
  const hours = (Date.parse(run.createdAt) - Date.parse(failed.createdAt)) / 3_600_000;
  if (!(hours <= failedRunAgeHours))
    return stop(
      "expired",
      `The failed run was ${Math.round(hours)} hours old; ${failedRunAgeHours} are allowed.`,
      "Run the workflow again.",
    );
  if ((await analysesBefore(run, appBotId, github)) >= analysesPerDayMax)
    return stop(
      "limit",
      `${analysesPerDayMax} failed runs were analysed by themselves in the last 24 hours; that is the limit.`,
      "Comment `/agent ci` on a pull request, or wait.",
    );
  return { kind: "asked-by-run", failed };
}

/** How many runs our App dispatched for failures in the day before this one. */
async function analysesBefore(run: Run, bot: number, github: GitHub): Promise<number> {
  const since = new Date(Date.parse(run.createdAt) - 24 * 3_600_000);
  const runs = await github.runs(workflowFile, since);
  return runs.filter(
    ({ id, actor, title }) => id < run.id && actor.id === bot && parseRunName(title)?.trigger === "run",
  ).length;
}
