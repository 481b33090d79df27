import type { CheckRun } from "../github/github.ts";
import { ours, type Outgoing, word } from "../text/outgoing.ts";
import { approvalCheckName, approvalHash, type ApprovalRecord, renderApproval } from "./approval.ts";

/**
 * The check run that keeps a record. It is neutral, because it lies on a commit of the default branch and says nothing about that commit.
 * null: the record cannot be written so that it can be read again.
 */
export function approvalCheck(record: ApprovalRecord): (CheckRun & { text: Outgoing }) | null {
  const text = renderApproval(record);
  if (text === null) return null;
  const { approval } = record;
  return {
    name: approvalCheckName,
    externalId: approvalCheckId(approval.run),
    status: "completed",
    conclusion: "neutral",
    title: titleOf(record),
    summary: ours`Approval ${word(approvalHash(approval), [])} for issue #${approval.issue}. The plan and the line to type are in the comment of run ${approval.run.id} on that issue. This is the App's memory of it: nobody else can write here.`,
    text,
  };
}

/** By which the record of a run is found again. */
export function approvalCheckId({ id, attempt }: { id: number; attempt: number }): string {
  return `plan:${id}:${attempt}`;
}

function titleOf({ approval, state }: ApprovalRecord): Outgoing {
  switch (state.kind) {
    case "open":
      return ours`The plan for #${approval.issue} waits for a person`;
    case "used":
      return ours`The plan for #${approval.issue} was approved by comment ${state.comment}`;
    case "denied":
      return ours`The plan for #${approval.issue} was denied by comment ${state.comment}`;
  }
}
