import { zipSync } from "fflate";
import { githubClient, noPatience } from "../../src/github/client.ts";
import { seal } from "../../src/handoff/seal.ts";
import { Task } from "../../src/handoff/task.ts";
import { approvalCheck } from "../../src/record/approval-check.ts";
import type { ApprovalRecord, ApprovalState } from "../../src/record/approval.ts";
import { installationToken } from "../emulators/github/tokens.ts";
import type { Artifact } from "../emulators/github/state.ts";
import { hashOf, record } from "../record/made-approval.ts";
import { ask, gateOf, type Scene, scene } from "./scene.ts";

/** A scene in which a plan's run has ended and the App has written down its plan. */
export interface PlannedScene extends Scene {
  hash: string;
  /** What the App wrote. */
  record: ApprovalRecord;
  /** Artifact of the plan's run that holds its Task. */
  artifact: Artifact;
  /** Writes what became of the plan, as the App would, or anything else. */
  remember: (state: ApprovalState, change?: (kept: ApprovalRecord) => ApprovalRecord) => Promise<void>;
}

/** mona asked for the plan with the words "gently"; nobody has decided. Its App is another one than the scene's, with a bot of its own. */
export async function plannedScene(): Promise<PlannedScene> {
  const plain = await scene();
  const { hub, repository } = plain;
  const app = hub.createApp({
    slug: "planner",
    permissions: { checks: "write", actions: "read" },
    events: [],
    webhookSecret: "a-long-secret",
  });
  const { installationId } = hub.install(app, repository);
  const installation = hub.state.installations.find(({ id }) => id === installationId);
  if (installation === undefined) throw new Error("the App is not installed");
  const stage = { ...plain, bot: app.bot };
  const asked = await ask(stage, { verb: "plan", body: "/agent plan gently" });
  const outcome = await gateOf(stage, asked);
  if (outcome.kind === "stop") throw new Error(outcome.stop.message);
  const { task } = outcome;
  const sealed = seal(Task, task);
  const artifact: Artifact = {
    id: 7_001,
    name: "airlock-gate-1",
    run: task.run.id,
    attempt: 1,
    zip: Buffer.from(zipSync({ "task.json": new Uint8Array(sealed.bytes) })),
    digest: "",
    createdAt: stage.now(),
    expired: false,
  };
  repository.record.artifacts.push(artifact);
  const made = record(
    {
      argv: ["fix", "gently"],
      repository: repository.id,
      issue: stage.issue,
      trusted: task.trusted.commit,
      start: task.start.commit,
      run: task.run,
      task: sealed.digest,
      requester: { id: stage.accountId("mona"), login: "mona" },
      expires: new Date(stage.now() + 24 * 3_600_000).toISOString(),
    },
    { artifact: artifact.id },
  );
  // A token lives for an hour, and the scene's clock is moved by hours.
  const github = () =>
    githubClient({
      token: installationToken(hub.state, installation, {}).value,
      apiUrl: hub.url,
      owner: "octo",
      repo: "demo",
      patience: noPatience,
    });
  const checkOf = (kept: ApprovalRecord) => {
    const check = approvalCheck(kept);
    if (check === null) throw new Error("the record cannot be written");
    return check;
  };
  const { id } = await github().createCheck({ head: task.trusted.commit, ...checkOf(made) });
  return {
    ...stage,
    hash: hashOf(made),
    record: made,
    artifact,
    remember: (state, change = (kept) => kept) => github().updateCheck(id, checkOf(change({ ...made, state }))),
  };
}
