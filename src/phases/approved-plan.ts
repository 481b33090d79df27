import { AirlockError } from "../errors.ts";
import type { GitHub, Run } from "../github/github.ts";
import { canonical } from "../handoff/canonical.ts";
import type { Identity, Snapshot } from "../handoff/identity.ts";
import type { ApprovedPlan } from "../handoff/plan.ts";
import { open } from "../handoff/seal.ts";
import { type Conversation, Task } from "../handoff/task.ts";
import { unzipped, zipBytesMax } from "../handoff/zip.ts";
import { type Approval, approvalCheckName, approvalLookbackHours, type ApprovalRecord } from "../record/approval.ts";
import { chooseApproval } from "../record/choose-approval.ts";
import { findApprovals } from "../record/find-approvals.ts";
import { readHash } from "../request/approval.ts";
import { commitsOfRuns, workflowFile } from "../request/run-name.ts";
import type { Asked } from "./asked.ts";
import { stop, type Stopped } from "./stop.ts";

/** Where the answer is read. */
interface At {
  github: GitHub;
  /** Whose paper this becomes. */
  identity: Identity;
  /** The run that was dispatched for the approval: its actor is known to be our App's bot. */
  run: Run;
}

export interface Released {
  kind: "released";
  plan: ApprovedPlan;
  /** The words of whoever asked for the plan. */
  words: string;
  /** The issue as it was planned for. */
  conversation: Conversation;
}

/**
 * The plan that a comment releases, with the issue as the plan's run froze it. In: an approving comment by a person who may, and the
 * head of the default branch. The earlier run's Task enters by artifact and digest, both from the App's own check run (promise 5).
 */
export async function releasedPlan(asked: Asked, trusted: Snapshot, at: At): Promise<Released | Stopped> {
  const found = await releasedApproval(asked, at);
  if (found.kind === "stop") return found;
  const { hash, record } = found;
  const { approval } = record;
  const { github } = at;
  if (!(await github.isAncestor(approval.trusted, trusted.commit)))
    return stop(
      "not-available",
      `The default branch was rewritten: commit ${approval.trusted.slice(0, 12)}, on which the plan was made, is no part of it any more.`,
      "Write `/agent plan` for a new one.",
    );
  const task = await plannedTask(record, at);
  if (task === null)
    return stop("expired", "The papers of the plan's run have expired.", "Write `/agent plan` for a new one.");
  return {
    kind: "released",
    plan: {
      hash,
      plan: record.plan,
      run: approval.run.id,
      commit: approval.trusted,
      asked_by: approval.requester,
    },
    words: approval.argv[1],
    conversation: conversationOf(task, approval),
  };
}

/** The App's record that this very comment released a plan. Asked by the gate, and again before anything is published. */
export async function releasedApproval(
  { origin, subject, args }: Pick<Asked, "origin" | "subject" | "args">,
  { github, identity, run }: At,
): Promise<{ kind: "approval"; hash: string; record: ApprovalRecord } | Stopped> {
  const typed = readHash("approve", args);
  if (typed.kind === "unclear") return stop("not-a-command", typed.message, typed.next);
  const since = new Date(Date.parse(origin.createdAt) - approvalLookbackHours * 60 * 60_000);
  const commits = commitsOfRuns(await github.runs(workflowFile, since), { verb: "plan", bot: run.actor.id });
  const kept = await findApprovals(commits, identity.repository.id, (commit) =>
    github.checksByBot(commit, approvalCheckName, run.actor.login),
  );
  const choosing = { typed: typed.typed, issue: subject.issue.number, comment: origin.id, at: origin.createdAt };
  const chosen = chooseApproval(kept, choosing);
  if (chosen.kind === "refused") return stop(chosen.code, chosen.message, chosen.next);
  const [{ record }] = chosen.kept;
  if (!chosen.kept.every(({ record: { state } }) => state.kind === "used"))
    return stop(
      "not-allowed",
      "The app has not recorded that this comment released the plan.",
      "Write `/agent approve` with the plan's hash in a new comment.",
    );
  return { kind: "approval", hash: chosen.hash, record };
}

/** The Task of the plan's run; null when GitHub does not keep it any more. Throws when it is not the one that was recorded. */
async function plannedTask({ approval, artifact }: ApprovalRecord, { github, identity }: At): Promise<Task | null> {
  const zip = await github.artifact(artifact, zipBytesMax);
  if (zip === null) return null;
  const bytes = unzipped(zip).get("task.json");
  if (bytes === undefined) throw otherTask("its artifact holds no Task");
  return open(Task, bytes, {
    digest: approval.task,
    identity: { repository: identity.repository, run: approval.run },
  });
}

function conversationOf(
  { brief, verb, trusted, words }: Task,
  { argv, issue, trusted: planned }: Approval,
): Conversation {
  if (brief.kind !== "issue") throw otherTask(`its brief is ${brief.kind}`);
  const found = canonical([verb, brief.number, trusted.commit, words]);
  if (found !== canonical(["plan", issue, planned, argv[1]])) throw otherTask("it is about something else");
  const { kind: _, ...conversation } = brief;
  return conversation;
}

function otherTask(why: string): AirlockError {
  return new AirlockError({
    code: "bad-paper",
    message: `The Task of the plan's run is not the one that was approved: ${why}.`,
    fix: "Write `/agent plan` for a new plan. If it repeats, look for another workflow that writes this run's artifacts.",
  });
}
