import { type Plan, planDigest } from "../../src/handoff/plan.ts";
import { type Approval, approvalHash, type ApprovalRecord } from "../../src/record/approval.ts";

export const plan: Plan = {
  steps: [{ what: "Multiply by the quantity.", files: ["src/cart.ts"] }],
  risks: [],
  expected_level: "medium",
  notes: "",
};

/** An open plan for issue 12, asked for by mona, released until noon. */
export function record(over: Partial<Approval> = {}, more: Partial<ApprovalRecord> = {}): ApprovalRecord {
  const made = more.plan ?? plan;
  return {
    version: 1,
    approval: {
      kind: "plan",
      subject: planDigest(made),
      argv: ["fix", "Quantities are ignored."],
      repository: 7,
      issue: 12,
      trusted: "a".repeat(40),
      start: "a".repeat(40),
      run: { id: 90, attempt: 1 },
      task: "b".repeat(64),
      requester: { id: 5, login: "mona" },
      expires: "2026-11-20T12:00:00.000Z",
      ...over,
    },
    plan: made,
    artifact: 501,
    state: { kind: "open" },
    ...more,
  };
}

export const hashOf = ({ approval }: ApprovalRecord): string => approvalHash(approval);
