import { z } from "zod";
import { Sha } from "../change.ts";
import { RiskLevel } from "../config.ts";
import { planMax } from "../config/plan-max.ts";
import { canonical } from "./canonical.ts";
import { Digest, Person } from "./identity.ts";
import { sha256 } from "./seal.ts";

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^\S(?:[^\r\n]*\S)?$/, "expected one line");

/** What an agent means to do, before anything is done. Model text: a person reads it whole and says yes or no. */
export const Plan = z
  .strictObject({
    steps: z
      .array(z.strictObject({ what: line(planMax.line), files: z.array(line(planMax.path)).max(planMax.files) }))
      .min(1)
      .max(planMax.steps),
    risks: z.array(line(planMax.line)).max(planMax.risks),
    /** What the agent expects; policy decides by the change alone. */
    expected_level: RiskLevel,
    notes: z.string().max(planMax.notes),
  })
  .refine((plan) => canonical(plan).length <= planMax.units, `a plan has at most ${planMax.units} characters`);
export type Plan = z.infer<typeof Plan>;

/** The name of a plan by its content. */
export function planDigest(plan: Plan): string {
  return sha256(canonical(plan));
}

/** A plan that a person released: the only one that the work may carry out. */
export const ApprovedPlan = z.strictObject({
  /** SHA-256 of the approval object that was released. */
  hash: Digest,
  plan: Plan,
  /** The run that made it, and the commit of the default branch that it was made on. */
  run: z.int().positive(),
  commit: Sha,
  /** Who asked for it. */
  asked_by: Person,
});
export type ApprovedPlan = z.infer<typeof ApprovedPlan>;
