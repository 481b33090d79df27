import { type ApprovalRecord, approvalHash } from "./approval.ts";

/** The comment that approves or denies. */
export interface Choosing {
  /** The digits that were typed: 16 to 64, in lower case. */
  typed: string;
  /** The issue it stands on. */
  issue: number;
  comment: number;
  /** When it was written. */
  at: string;
}

/** `message` and `next` are whole sentences of ours. */
export type Chosen<Kept> =
  | { kind: "chosen"; hash: string; kept: readonly [Kept, ...Kept[]] }
  | { kind: "refused"; code: "expired" | "not-available"; message: string; next: string };

/**
 * Which plan a comment means: exactly one, of this issue, that is still open or that this very comment decided before. Pure; asked by the
 * App before it remembers anything and by the gate before anything runs. Two records of one approval count as one, and a decision in
 * either of them counts.
 */
export function chooseApproval<Kept extends { record: ApprovalRecord }>(
  records: readonly Kept[],
  { typed, issue, comment, at }: Choosing,
): Chosen<Kept> {
  const groups = Map.groupBy(records, ({ record }) => approvalHash(record.approval));
  const matching = [...groups].filter(([hash]) => hash.startsWith(typed));
  const here = matching.filter(([, [one]]) => one?.record.approval.issue === issue);
  const [first, second] = here;
  if (first === undefined) {
    const elsewhere = matching[0]?.[1][0]?.record.approval.issue;
    return elsewhere === undefined
      ? refused(
          `No plan of this issue has the hash \`${typed}\`.`,
          "Copy the line from the plan's comment. A plan of more than a day ago has expired: write `/agent plan` for a new one.",
        )
      : refused(`That plan is for issue #${elsewhere}, not for this one.`, "Write the command there.");
  }
  if (second !== undefined)
    return refused(`More than one plan has a hash that begins with \`${typed}\`.`, "Type more of the hash.");
  const [hash, kept] = first;
  const [one, ...others] = kept;
  if (one === undefined) return refused(`No plan of this issue has the hash \`${typed}\`.`, "");
  const decided = kept.map(({ record }) => record.state).find((state) => state.kind !== "open");
  if (decided !== undefined && decided.comment !== comment)
    return refused(
      `That plan was ${decided.kind === "used" ? "approved" : "denied"} already, by comment ${decided.comment}.`,
      "A plan is released once. Write `/agent plan` for a new one.",
    );
  if (!(Date.parse(at) < Date.parse(one.record.approval.expires)))
    return {
      ...refused(
        `That plan could be released until ${one.record.approval.expires}.`,
        "Write `/agent plan` for a new one.",
      ),
      code: "expired",
    };
  return { kind: "chosen", hash, kept: [one, ...others] };
}

function refused(message: string, next: string): Chosen<never> & { kind: "refused" } {
  return { kind: "refused", code: "not-available", message, next };
}
