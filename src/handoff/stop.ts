import { z } from "zod";
import { Digest, Identity } from "./identity.ts";

/**
 * What a phase writes instead of its paper when the road ends there: an expected refusal, or the facts of an error.
 * It is shown to people and decides nothing.
 */
export const Stop = z.strictObject({
  version: z.literal(1),
  ...Identity.shape,
  phase: z.enum(["gate", "prepare", "solve", "baseline", "verify", "publish"]),
  kind: z.enum([
    "duplicate",
    "expired",
    "edited",
    "not-allowed",
    "not-available",
    "not-a-command",
    "not-dispatched-by-us",
    "issue-closed",
    "recently-edited",
    "head-moved",
    "already-done",
    "rounds",
    "no-change",
    "gave-up",
    "limit",
    "refused",
    "failed",
  ]),
  /** One sentence of ours for the requester. Never the model's words: those are `said`. */
  message: z.string().min(1),
  /** The agent's own words, shown quoted and short; absent when it said nothing. */
  said: z.string().min(1).optional(),
  /** For `already-done`: the pull request that answers the request. The reader asks GitHub about it before it believes anything. */
  pull_request: z.int().positive().optional(),
  /** What to do next; empty when there is nothing to do. */
  next: z.string(),
  audit_head: Digest,
});
export type Stop = z.infer<typeof Stop>;
