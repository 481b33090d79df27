import { z } from "zod";
import { AirlockError, explain } from "../errors.ts";
import type { GitHub, Run } from "../github/github.ts";
import { canonical } from "../handoff/canonical.ts";
import { Digest, Identity } from "../handoff/identity.ts";
import { Plan, planDigest } from "../handoff/plan.ts";
import { read, sha256 } from "../handoff/seal.ts";
import { Task } from "../handoff/task.ts";
import { approvalCheck, approvalCheckId } from "../record/approval-check.ts";
import {
  type Approval,
  approvalCheckName,
  approvalHours,
  type ApprovalRecord,
  readApprovalRecord,
} from "../record/approval.ts";
import type { FinalState } from "../record/final-state.ts";
import { planComment } from "../record/plan-comment.ts";
import type { RunName } from "../request/run-name.ts";
import { ours } from "../text/outgoing.ts";
import type { Log } from "./log.ts";
import { paperBytes } from "./run-papers.ts";

/** Under which a server writes about plans of a repository one after the other; other servers may write at the same time. */
export function planKey(repositoryId: number): string {
  return `plans of ${repositoryId}`;
}

/** A Solution as far as a plan needs it. */
const PlannedSolution = z.object({ ...Identity.shape, task_digest: Digest, plan: Plan });

interface Ended {
  github: GitHub;
  run: Run;
  name: RunName;
  repositoryId: number;
  log: Log;
}

/**
 * The end of a run that made a plan: the App writes down what can be released, in its own check run on the commit that the run worked on, and
 * shows exactly that. May be repeated: what was written first stands. Out: null when the run left no plan.
 */
export async function planEnd(ended: Ended): Promise<FinalState | null> {
  const { github, run, repositoryId } = ended;
  const checks = await github.checks(run.headSha, approvalCheckName);
  const there = checks.find(({ externalId }) => externalId === approvalCheckId(run));
  if (there !== undefined) {
    const record = readApprovalRecord(there.text, repositoryId);
    return asEnd(record === null ? unshowable : (planComment(record) ?? unshowable));
  }
  const made = await recordOf(ended);
  if (made === null || made === "contradiction") return made === null ? null : asEnd(contradiction);
  const state = planComment(made);
  // What comes to be written into it later must fit as well.
  const largest = { kind: "denied" as const, comment: Number.MAX_SAFE_INTEGER, by: Number.MAX_SAFE_INTEGER };
  const check = approvalCheck({ ...made, state: largest }) === null ? null : approvalCheck(made);
  if (state === null || check === null) return asEnd(unshowable);
  await github.createCheck({ head: run.headSha, ...check });
  return asEnd(state);
}

function asEnd(state: FinalState["state"]): FinalState {
  return { state, reaction: state.kind === "finished" ? "rocket" : "confused" };
}

/** From the papers of the run, held against what GitHub says of it: a paper cannot make a plan somebody else's or another issue's. */
async function recordOf(ended: Ended): Promise<ApprovalRecord | "contradiction" | null> {
  const { github, run, name, log, repositoryId } = ended;
  const [taskFile, solutionFile] = await Promise.all([
    paperBytes(github, run, { phase: "gate", name: "task.json", log }),
    paperBytes(github, run, { phase: "solve", name: "solution.json", log }),
  ]);
  if (taskFile === null || solutionFile === null) return null;
  const task = readOrLog(Task, taskFile.bytes, ended);
  const solution = readOrLog(PlannedSolution, solutionFile.bytes, ended);
  if (task === null || solution === null) return null;
  const digest = sha256(taskFile.bytes);
  const identity = [repositoryId, run.id, run.attempt];
  const told = [
    [task.repository.id, task.run.id, task.run.attempt],
    [solution.repository.id, solution.run.id, solution.run.attempt],
    [task.verb, task.brief.kind, task.brief.kind === "issue" ? task.brief.number : null, task.requester.id],
    [task.trigger.kind === "issue_comment" ? task.trigger.comment : null, solution.task_digest],
  ];
  const asked = [identity, identity, ["plan", "issue", name.issue, name.requester], [name.id, digest]];
  if (canonical(told) !== canonical(asked)) {
    log.warn("plan.contradicted", { run: run.id });
    return "contradiction";
  }
  const approval: Approval = {
    kind: "plan",
    subject: planDigest(solution.plan),
    argv: ["fix", task.words],
    repository: repositoryId,
    issue: name.issue,
    trusted: task.trusted.commit,
    start: task.start.commit,
    run: { id: run.id, attempt: run.attempt },
    task: digest,
    requester: { id: task.requester.id, login: task.requester.login },
    // From GitHub's time of the run, so that whoever writes it writes the same.
    expires: new Date(Date.parse(run.createdAt) + approvalHours * 60 * 60_000).toISOString(),
  };
  return { version: 1, approval, plan: solution.plan, artifact: taskFile.artifact, state: { kind: "open" } };
}

function readOrLog<Schema extends z.ZodType>(
  schema: Schema,
  bytes: Uint8Array,
  { run, log }: Ended,
): z.output<Schema> | null {
  try {
    return read(schema, bytes);
  } catch (thrown) {
    if (!(thrown instanceof AirlockError)) throw thrown;
    log.warn("paper.unreadable", { run: run.id, why: explain(thrown).message.slice(0, 500) });
    return null;
  }
}

const unshowable: FinalState["state"] = {
  kind: "refused",
  headline: ours`The plan cannot be shown whole and exactly as it is, so nobody can approve it.`,
  details: [],
  next: ours`ask for something smaller with \`/agent plan\`. It is in the run's artifacts.`,
};

const contradiction: FinalState["state"] = {
  kind: "failed",
  headline: ours`The papers of the run contradict each other or GitHub, so its plan cannot be approved.`,
  details: [],
  next: ours`comment \`/agent plan\` again. If it repeats, look for another workflow that writes this run's artifacts.`,
};
