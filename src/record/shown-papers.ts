import { z } from "zod";
import { Analysis, Failure, failuresMax } from "../handoff/ci.ts";
import { CheckResult } from "../handoff/report.ts";
import { Identity } from "../handoff/identity.ts";
import { Finding } from "../handoff/finding.ts";
import { ItemEnding, Usage } from "../handoff/solution.ts";
import { itemsMax } from "../handoff/task.ts";
import {
  FamilyNode,
  Owners,
  ownersMax,
  Reason,
  Requirements,
  Round,
  RuleNode,
  treeMax,
  Verdict,
} from "../handoff/verdict.ts";

/**
 * Papers as far as they are shown. The App reads them without a digest, from artifacts that a job which was taken over can replace:
 * so only what is shown is read, and a list is counted before its items are looked at.
 */
const bounded = <Item extends z.ZodType>(item: Item, max: number) => z.array(z.unknown()).max(max).pipe(z.array(item));

/** What is shown of a failure: no log. */
const ShownFailure = z.object({ ...Failure.shape }).omit({ log: true, history: true });
export type ShownFailure = z.infer<typeof ShownFailure>;

export const ShownTask = z.object({
  ...Identity.shape,
  /** Where it is about checks that failed. */
  brief: z
    .union([
      z.object({
        kind: z.literal("ci-failure"),
        number: z.int().positive().nullable(),
        failures: bounded(ShownFailure, failuresMax),
        others: z.int().min(0),
      }),
      z.object({ kind: z.literal(["issue", "question", "review", "rollback", "verify", "bump", "local"]) }),
    ])
    .optional(),
});
export type ShownTask = z.infer<typeof ShownTask>;

export const ShownSolution = z.object({
  ...Identity.shape,
  usage: Usage,
  /** Absent: nothing was answered. */
  answer: z.string().min(1).optional(),
  analysis: Analysis.optional(),
  /** Answers to points of a review. Absent: there was no round. */
  items: bounded(ItemEnding, itemsMax).optional(),
});
export type ShownSolution = z.infer<typeof ShownSolution>;

export const ShownReport = z.object({
  ...Identity.shape,
  checks: bounded(z.object({ name: CheckResult.shape.name, class: CheckResult.shape.class }), 200),
});
export type ShownReport = z.infer<typeof ShownReport>;

/** Whole, because the digest over its judgement is what it is believed by. */
export const ShownVerdict = Verdict.extend({
  reasons: bounded(Reason, 2_000),
  findings: bounded(Finding, 2_000),
  labels: bounded(z.string(), 100),
  lower: bounded(z.string(), 2_000),
  requirements: Requirements.extend({ owners: bounded(Owners, ownersMax.groups) }),
  tree: bounded(FamilyNode.extend({ rules: bounded(RuleNode, treeMax.rules) }), treeMax.families),
  published: Verdict.shape.published
    .unwrap()
    .extend({ not_applied: bounded(z.string(), 100) })
    .nullable(),
  round: Round.extend({
    points: bounded(Round.shape.points.element, itemsMax),
    not_answered: bounded(z.string(), itemsMax),
  }).optional(),
});
