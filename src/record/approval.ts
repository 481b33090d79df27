import { z } from "zod";
import { Sha } from "../change.ts";
import { canonical } from "../handoff/canonical.ts";
import { Digest, Person } from "../handoff/identity.ts";
import { Plan, planDigest } from "../handoff/plan.ts";
import { sha256 } from "../handoff/seal.ts";
import { fence, type Outgoing } from "../text/outgoing.ts";

/** Name of the check run in which the App keeps a plan that waits for a person. */
export const approvalCheckName = "airlock plan";

/** Hours from the start of a plan's run until it cannot be released any more. */
export const approvalHours = 24;
/** Hours for which runs are looked at, so that an expired plan can be named. */
export const approvalLookbackHours = 2 * approvalHours;

const id = z.int().positive();

/**
 * What a person releases by its hash: SHA-256 over the canonical JSON of exactly this (`approvalHash`). Everything that decides
 * what will run is in it, so that a hash means one action.
 */
export const Approval = z.strictObject({
  kind: z.literal("plan"),
  /** Digest of the plan. */
  subject: Digest,
  /** The command that is run, and the words of whoever asked for the plan. */
  argv: z.tuple([z.literal("fix"), z.string()]),
  repository: id,
  issue: id,
  trusted: Sha,
  start: Sha,
  /** The run that made the plan. */
  run: z.strictObject({ id, attempt: z.int().min(1) }),
  /** SHA-256 of that run's Task, which holds the issue as it was planned for. */
  task: Digest,
  requester: Person,
  /** From this moment on nobody can release it. */
  expires: z.iso.datetime(),
});
export type Approval = z.infer<typeof Approval>;

/** What became of it. One comment decides, for good. */
const ApprovalState = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("open") }),
  z.strictObject({ kind: z.enum(["used", "denied"]), comment: id, by: id }),
]);
export type ApprovalState = z.infer<typeof ApprovalState>;

/** All that the App remembers of one plan. Only the App can write its check runs, so this is believed where a paper is not. */
export const ApprovalRecord = z.strictObject({
  version: z.literal(1),
  approval: Approval,
  plan: Plan,
  /** Artifact of the run that holds its Task. */
  artifact: id,
  state: ApprovalState,
});
export type ApprovalRecord = z.infer<typeof ApprovalRecord>;

export function approvalHash(approval: Approval): string {
  return sha256(canonical(approval));
}

const opening = "```text\nairlock-approval ";
const closing = "\n```";
/** Characters that GitHub takes as a check run's text. */
const textMax = 65_535;

/**
 * A record as a check run's text. null: it cannot be written so that exactly it can be read again, because it is too long or holds
 * something that looks like a secret.
 */
export function renderApproval(record: ApprovalRecord): Outgoing | null {
  const text = fence(`airlock-approval ${asciiJson(record)}`, []);
  const back = readApprovalRecord(text, record.approval.repository);
  return back !== null && canonical(back) === canonical(record) ? text : null;
}

/** The record in a check run's text. null: there is none, it is malformed, its plan is another one, or it is another repository's. */
export function readApprovalRecord(text: string | null, repository: number): ApprovalRecord | null {
  if (text === null || text.length > textMax || !text.startsWith(opening) || !text.endsWith(closing)) return null;
  const record = parsed(text.slice(opening.length, -closing.length));
  if (record === null || record.approval.repository !== repository) return null;
  return planDigest(record.plan) === record.approval.subject ? record : null;
}

/**
 * The same JSON with everything in its strings written as a number that means something to GitHub, or that nobody sees. Words stay as they
 * are, so that what looks like a secret is still found in them.
 */
function asciiJson(record: ApprovalRecord): string {
  return canonical(record).replaceAll(/"(?:[^"\\]|\\.)*"/g, (token) => {
    const inside = token.slice(1, -1).replaceAll(/\\.|:(?=\/)|[^\w .,;:()+=/-]/g, (found) => {
      return found.length > 1 ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
    });
    return `"${inside}"`;
  });
}

function parsed(json: string): ApprovalRecord | null {
  try {
    return ApprovalRecord.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}
