import type { AppConnection } from "../github/app.ts";
import { ciLabel } from "../record/ci-issue.ts";
import { failedOnItsOwn, notOfDefaultBranch, type RunFacts } from "../request/failed-run.ts";
import { workflowFile } from "../request/run-name.ts";
import { closeGreen } from "./close-green.ts";
import { installedOf, readEvent, RunEnded } from "./events.ts";
import { insist, type InsistEffects } from "./insist.ts";

export interface OtherRunEffects extends InsistEffects {
  app: AppConnection;
}

/**
 * A run of another workflow ended. A failure on the default branch starts its analysis where the repository has the label for it; the gate
 * asks the trusted configuration whether it is wanted. A run that passed closes the issues of its workflow. May be delivered twice.
 */
export async function onOtherRun(payload: unknown, effects: OtherRunEffects): Promise<void> {
  const event = readEvent(RunEnded, payload);
  const place = { repositoryId: event.repository.id, defaultBranch: event.repository.default_branch };
  const told = factsOf(event.workflow_run);
  if (notOfDefaultBranch(told, place) !== null) return;
  if (failedOnItsOwn(told, place) !== null && told.conclusion !== "success") return;
  await insist(() => look(event, effects), effects);
}

function factsOf({
  event,
  status,
  conclusion,
  path,
  head_branch,
  head_repository,
}: RunEnded["workflow_run"]): RunFacts {
  return {
    event,
    status,
    conclusion,
    headBranch: head_branch,
    headRepository: head_repository?.id ?? null,
    path: path.replace(/@.*$/, ""),
  };
}

async function look(event: RunEnded, { app, log }: OtherRunEffects): Promise<void> {
  const installed = installedOf(event);
  const github = await app.repository(installed, { issues: "write", actions: "write", metadata: "read" });
  if (!(await github.hasLabel(ciLabel))) return;
  const [run, bot] = await Promise.all([github.workflowRun(event.workflow_run.id), app.botId(installed)]);
  const place = { repositoryId: event.repository.id, defaultBranch: event.repository.default_branch };
  if (run === null || notOfDefaultBranch(run, place) !== null) return;
  if (run.status === "completed" && run.conclusion === "success") return await closeGreen(run, bot, { github, log });
  if (failedOnItsOwn(run, place) !== null) return;
  const inputs = { verb: "ci", issue: "0", trigger: "run", id: `${run.id}`, requester: `${bot}` };
  const { run: started } = await github.dispatch(workflowFile, `refs/heads/${place.defaultBranch}`, inputs);
  log.info("ci.dispatched", { failed: run.id, run: started });
}
