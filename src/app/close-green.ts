import type { GitHub } from "../github/github.ts";
import type { WorkflowRun } from "../github/jobs.ts";
import { ciLabel, greenComment, readTracked, workflowMark } from "../record/ci-issue.ts";
import type { Log } from "./log.ts";

/** Closes what our bot opened about a workflow that has passed, unless a later run has failed since. May be repeated. */
export async function closeGreen(
  run: WorkflowRun,
  bot: number,
  { github, log }: { github: GitHub; log: Log },
): Promise<void> {
  for (const issue of await github.issuesLabelled(ciLabel)) {
    const tracked = readTracked(issue.body);
    if (issue.author !== bot || issue.state === "closed" || tracked === null) continue;
    if (tracked.workflow !== workflowMark(run.path) || Math.max(...tracked.runs) > run.id) continue;
    const { marker, body } = greenComment(run, []);
    const said = (await github.comments(issue.number)).some(
      (comment) => comment.author.id === bot && comment.body.startsWith(marker),
    );
    if (!said) await github.createComment(issue.number, body);
    await github.updateIssue(issue.number, { state: "closed", reason: "completed" });
    log.info("ci.closed", { issue: issue.number, run: run.id });
  }
}
