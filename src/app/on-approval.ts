import { AirlockError } from "../errors.ts";
import type { GitHub } from "../github/github.ts";
import { approvalCheck } from "../record/approval-check.ts";
import { approvalCheckName, approvalLookbackHours, type ApprovalState } from "../record/approval.ts";
import { type Chosen, chooseApproval } from "../record/choose-approval.ts";
import { findApprovals, type KeptApproval } from "../record/find-approvals.ts";
import { sentence } from "../record/sentence.ts";
import type { StatusState } from "../record/status-comment.ts";
import { readHash } from "../request/approval.ts";
import type { Command } from "../request/command.ts";
import { commitsOfRuns, workflowFile } from "../request/run-name.ts";
import { code, ours } from "../text/outgoing.ts";

export type ApprovalVerb = "approve" | "deny";

/** The verb of a command about a plan that waits. */
export function approvalVerb(command: Command): ApprovalVerb | null {
  if (command.kind !== "command") return null;
  return command.verb === "approve" || command.verb === "deny" ? command.verb : null;
}

export interface Approving {
  verb: ApprovalVerb;
  args: string;
  issue: number;
  comment: number;
  /** Whose authority was asked. */
  by: number;
  /** When the comment was written. */
  at: string;
}

interface Place {
  /** Needs `actions: read` and `checks: write`. */
  github: GitHub;
  repositoryId: number;
  bot: number;
}

/**
 * `/agent approve` and `/agent deny`. What was decided is written into the App's own check run first, with the comment's id: from then on
 * that comment may be dispatched again, as deliveries are, and no other. The gate reads it there, and publish again.
 * Out: `go` when the comment has the plan, else what is shown.
 */
export async function decideApproval(
  asked: Approving,
  place: Place,
): Promise<{ kind: "go" } | { kind: "shown"; state: StatusState }> {
  const { verb, issue, comment, by, at } = asked;
  const typed = readHash(verb, asked.args);
  if (typed.kind === "unclear") return refused(typed);
  const look = async () => chooseApproval(await waiting(place, at), { typed: typed.typed, issue, comment, at });
  const chosen = await look();
  if (chosen.kind === "refused") return refused(chosen);
  const wanted = { kind: verb === "approve" ? ("used" as const) : ("denied" as const), comment, by };
  for (const kept of chosen.kept) await decide(kept, wanted, place);
  // Another server may have written another comment's decision in the same moment: the later one stands.
  const again = await look();
  if (again.kind === "refused") return refused(again);
  if (decidedOtherwise(again, wanted.kind)) return refused(otherwise);
  if (verb === "approve") return { kind: "go" };
  const headline = ours`The plan ${code(chosen.hash.slice(0, 16), [])} is denied: it cannot be approved any more.`;
  const next = ours`comment \`/agent plan\` with what should be different for another one.`;
  return { kind: "shown", state: { kind: "finished", headline, details: [], next } };
}

/** Takes back that a comment used a plan, because GitHub refused to start its run. */
export async function reopenApproval({ comment, at }: Approving, place: Place): Promise<void> {
  for (const { record, check } of await waiting(place, at)) {
    if (record.state.kind !== "used" || record.state.comment !== comment) continue;
    const written = approvalCheck({ ...record, state: { kind: "open" } });
    if (written !== null) await place.github.updateCheck(check, written);
  }
}

async function waiting({ github, repositoryId, bot }: Place, at: string): Promise<KeptApproval[]> {
  const since = new Date(Date.parse(at) - approvalLookbackHours * 60 * 60_000);
  const commits = commitsOfRuns(await github.runs(workflowFile, since), { verb: "plan", bot });
  return await findApprovals(commits, repositoryId, (commit) => github.checks(commit, approvalCheckName));
}

async function decide({ record, check }: KeptApproval, state: ApprovalState, { github }: Place): Promise<void> {
  if (record.state.kind !== "open") return;
  const written = approvalCheck({ ...record, state });
  if (written === null) throw unwritable(record.approval.run.id);
  await github.updateCheck(check, written);
}

/** A list that GitHub has not brought up to date shows no decision; that is none against ours. */
function decidedOtherwise({ kept }: Chosen<KeptApproval> & { kind: "chosen" }, kind: ApprovalState["kind"]): boolean {
  return kept.some(({ record: { state } }) => state.kind !== "open" && state.kind !== kind);
}

const otherwise = {
  message: "This comment decided otherwise before.",
  next: "Write `/agent plan` for a new plan.",
};

function refused({ message, next }: { message: string; next: string }): { kind: "shown"; state: StatusState } {
  return {
    kind: "shown",
    state: { kind: "refused", headline: sentence(message, []), details: [], next: sentence(next, []) },
  };
}

function unwritable(run: number): AirlockError {
  return new AirlockError({
    code: "internal",
    message: `What was decided about the plan of run ${run} cannot be written.`,
    fix: "This is a defect of Airlock. Please report it with the run's id.",
  });
}
