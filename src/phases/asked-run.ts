import type { GitHub, Run } from "../github/github.ts";
import type { WorkflowRun } from "../github/jobs.ts";
import { failedOnItsOwn } from "../request/failed-run.ts";
import type { RunRequest } from "./asked.ts";
import { stop, type Stopped } from "./stop.ts";

/** Hours between the start of a failed run and that of its analysis, above which nobody needs it any more: GitHub redelivers for three days. */
const failedRunAgeHours = 72;

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
  return { kind: "asked-by-run", failed };
}
