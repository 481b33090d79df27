import { z } from "zod";
import { Change, Sha } from "../change.ts";
import { Finding } from "./finding.ts";
import { Analysis } from "./ci.ts";
import { Digest, Identity, Snapshot } from "./identity.ts";
import { ItemId } from "./task.ts";
import { NetworkRows } from "./network.ts";
import { Plan } from "./plan.ts";

/** How the agent's work ended. Every member is expected; a crash writes no Solution at all. */
export const Ending = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("finished") }),
  z.strictObject({ kind: z.literal("no_change"), reason: z.string() }),
  z.strictObject({ kind: z.literal("gave_up"), reason: z.string() }),
  z.strictObject({ kind: z.literal("limit"), limit: z.string().min(1), detail: z.string() }),
  z.strictObject({ kind: z.literal("needs_approval"), reason: z.string() }),
  /** The change may not leave this job: the findings say why, and the change itself is not carried. */
  z.strictObject({ kind: z.literal("refused"), findings: z.array(Finding).min(1), change_sha256: Digest }),
]);
export type Ending = z.infer<typeof Ending>;

export const Usage = z.strictObject({
  turns: z.int().min(0),
  input_tokens: z.int().min(0),
  cached_input_tokens: z.int().min(0),
  output_tokens: z.int().min(0),
  /** null when no price is known for the model: unknown is not zero. */
  cost_usd: z.number().min(0).nullable(),
});
export type Usage = z.infer<typeof Usage>;

export const Probe = z.strictObject({ name: z.string().min(1), held: z.boolean(), detail: z.string() });
/** What the sandbox's self-test saw before the first model call. */
export const Certificate = z.strictObject({
  bwrap: z.string(),
  /** `same` user as the kernel of Airlock, or a `separate` uid. */
  uid: z.enum(["same", "separate"]),
  /** What holds memory and processes: a control group per command, or looking at them. */
  limits: z.enum(["cgroup v2", "cgroup v1", "polling"]),
  probes: z.array(Probe),
});
export type Certificate = z.infer<typeof Certificate>;

/** What became of one point of a review. */
export const ItemEnding = z.strictObject({
  id: ItemId,
  /** `declined`: the agent says why not. `not-reached`: it did not come to it. */
  outcome: z.enum(["done", "declined", "not-reached"]),
  /** Model text: the answer in the thread. Empty for `not-reached`. */
  reply: z.string(),
});
export type ItemEnding = z.infer<typeof ItemEnding>;

/** One commit of a round, on top of the one before it; the first on the Task's start. */
export const Step = z.strictObject({
  /** The points that it answers; empty for what the agent changed beside them. */
  items: z.array(ItemId),
  /** Model text: what was done, one line. */
  subject: z.string(),
  tree: Sha,
  /** From the tree before it. */
  change: Change,
});
export type Step = z.infer<typeof Step>;

const Version = z.string().regex(/^[\w.+-]{1,100}$/);

/** What a bump did, for titles and tables. Publish believes it only where the change itself says the same. */
export const Bump = z.strictObject({
  name: z
    .string()
    .regex(/^(?:@[\w.~-]+\/)?[\w.~-]+$/)
    .max(214),
  from: Version,
  to: Version,
  step: z.enum(["patch", "minor", "major"]),
  /** When the new version was published; null: the registry does not say. */
  released: z.iso.datetime().nullable(),
  /** A newer version that was too young, and from when on it is not; null: there is none. */
  passed: z.strictObject({ version: Version, from: z.iso.datetime().nullable() }).nullable(),
});
export type Bump = z.infer<typeof Bump>;

/** Paper two. What was made of the Task. Written by solve, scanned for secrets before it is sealed. */
export const Solution = z.strictObject({
  version: z.literal(1),
  ...Identity.shape,
  task_digest: Digest,
  ending: Ending,
  base: Snapshot,
  /** Tree after the Change; equal to `base.tree` when there is none. */
  tree: Sha,
  change: Change,
  checkpoints: z.array(z.strictObject({ turn: z.int().min(1), tree: Sha })),
  /** Model text: shown quoted, decides nothing. */
  summary: z.string(),
  reasons: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
  notes: z.string(),
  look_at: z.array(z.string()),
  /** Model text, for a Task that asks for an answer instead of a change. Absent: nothing was answered. */
  answer: z.string().min(1).optional(),
  /** The same in its parts, for a Task about failed checks. What it is about is in the Task's brief, never here. */
  analysis: Analysis.optional(),
  /** Model text, for a Task that asks for a plan. Absent: nothing was planned. */
  plan: Plan.optional(),
  /** One for each point of a review brief. Absent: the brief has none. */
  items: z.array(ItemEnding).optional(),
  /** How start becomes `tree`; the last one's tree is `tree`. Absent: one commit holds everything. */
  steps: z.array(Step).optional(),
  /** Absent: the change is no bump. */
  bump: Bump.optional(),
  model: z.string(),
  usage: Usage,
  /** Things the sandbox or the workspace sweep had to stop. */
  violations: z.array(z.string()),
  /** null: nothing ran, the result was built from trees that were there. */
  certificate: Certificate.nullable(),
  /** The credential that was planted outside the sandbox for this run, worthless since its end: publish looks for it. Absent: nobody worked. */
  canary: z.string().min(16).max(100).optional(),
  /** What its commands asked of the network. */
  network: NetworkRows,
  audit_head: Digest,
});
export type Solution = z.infer<typeof Solution>;
