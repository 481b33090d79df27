import { z } from "zod";
import { Sha } from "../change.ts";
import { RiskLevel } from "../config.ts";
import { Finding } from "./finding.ts";
import { Digest, Identity } from "./identity.ts";
import { ItemEnding } from "./solution.ts";
import { itemsMax } from "./task.ts";

export const Reason = z.strictObject({
  rule: z.string().min(1),
  level: RiskLevel,
  /** What the rule saw: a path, a count, a check. */
  saw: z.string(),
  /** The sentence shown to people. */
  message: z.string().min(1),
});
export type Reason = z.infer<typeof Reason>;

/** The rule of the reason that a partial result gets; whoever shows a draft tells its cause by it. */
export const partialRule = "partial-result";

/**
 * Groups of owners in a judgement, and paths, users and teams of one. Paths over theirs are counted in the last one's place; a change with
 * more groups is held.
 */
export const ownersMax = { groups: 60, paths: 20, people: 30 } as const;

/** People and teams of whom one must approve, because these paths are theirs. */
export const Owners = z.strictObject({
  paths: z.array(z.string().max(1_000)).min(1).max(ownersMax.paths),
  users: z.array(z.string().max(100)).max(ownersMax.people),
  /** Slugs of teams of the repository's organisation. */
  teams: z.array(z.string().max(100)).max(ownersMax.people),
});
export type Owners = z.infer<typeof Owners>;

export const Requirements = z.strictObject({
  reviewers: z.int().min(0),
  security_review: z.boolean(),
  manual_verification: z.boolean(),
  /** One approval of each group is among the approvals. Empty where no review is required. */
  owners: z.array(Owners).max(ownersMax.groups),
});
export type Requirements = z.infer<typeof Requirements>;

/** UTF-16 code units of what a rule saw and of a sentence in the tree; rows of one family, and families. */
export const treeMax = { saw: 400, phrase: 600, rules: 120, families: 20 } as const;

const treeText = {
  rule: z.string().min(1).max(100),
  saw: z.string().max(treeMax.saw),
  phrase: z.string().min(1).max(treeMax.phrase),
};

/** What one rule came to. A rule that found several things has a node for each. */
export const RuleNode = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("satisfied"), ...treeText }),
  /** It raises the level, or asks for a person or a draft although the level may stay low. */
  z.strictObject({
    kind: z.literal("raised"),
    ...treeText,
    level: RiskLevel,
    /** What would take it away; null when nothing that the change does would. */
    lower: z.string().max(treeMax.phrase).nullable(),
  }),
  /** It was not asked, and the phrase says why. Never the same as satisfied. */
  z.strictObject({ kind: z.literal("not-asked"), ...treeText }),
]);
export type RuleNode = z.infer<typeof RuleNode>;

export const FamilyNode = z.strictObject({
  family: z.string().min(1).max(100),
  rules: z.array(RuleNode).max(treeMax.rules),
});
export type FamilyNode = z.infer<typeof FamilyNode>;

/** Sentences about why a change is not merged by itself. */
export const becauseMax = 20;

/** Whether the change may be merged without a person, at exactly the commit that was published. */
export const AutoMergeDecision = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("allowed") }),
  z.strictObject({ kind: z.literal("not"), because: z.array(z.string().max(treeMax.phrase)).min(1).max(becauseMax) }),
]);
export type AutoMergeDecision = z.infer<typeof AutoMergeDecision>;

/** Whose approval counts. It travels inside the judgement, so that the digest in the commit covers it. */
export const Approvers = z.strictObject({
  /** Whether people who asked for a change may approve it. */
  requester_may_approve: z.boolean(),
  /** Logins of those who give security reviews; empty means whoever maintains the repository. */
  security_users: z.array(z.string().min(1)).max(15),
});
export type Approvers = z.infer<typeof Approvers>;

/** What policy says of a Change. `hold`: nothing is pushed until a maintainer releases it. `refuse`: never. */
export const Judgement = z.strictObject({
  kind: z.enum(["publish", "hold", "refuse"]),
  level: RiskLevel,
  reasons: z.array(Reason),
  findings: z.array(Finding),
  requirements: Requirements,
  /** Written by publish for the App. Absent: whoever asked may not approve, and maintainers give security reviews. */
  approvers: Approvers.optional(),
  labels: z.array(z.string()),
  /** Whether the pull request opens as a draft: a check regressed or did not run. */
  draft: z.boolean(),
  /** What would bring the level down, one sentence each. */
  lower: z.array(z.string()),
  /** Every rule and what it came to, also those that found nothing. `reasons` are those that found something. */
  tree: z.array(FamilyNode).max(treeMax.families),
  auto_merge: AutoMergeDecision,
});
export type Judgement = z.infer<typeof Judgement>;

/** What became of a round of review, for people. The answers themselves are model text, and stay in the Solution. */
export const Round = z.strictObject({
  pull_request: z.int().positive(),
  points: z
    .array(
      z.strictObject({
        ...ItemEnding.pick({ id: true, outcome: true }).shape,
        /** The commit that did it; null where there is none. */
        commit: Sha.nullable(),
      }),
    )
    .max(itemsMax),
  /** Commits that were added to the pull request. */
  commits: z.int().min(0),
  /** Why the steps became one commit, as the rest of a sentence; null when they did not. */
  squashed: z.string().max(treeMax.phrase).nullable(),
  /** Answers that GitHub did not take, one sentence each. */
  not_answered: z.array(z.string()),
});
export type Round = z.infer<typeof Round>;

/** Paper four: the judgement and what was published under it. Written by publish. */
export const Verdict = z.strictObject({
  version: z.literal(1),
  ...Identity.shape,
  task_digest: Digest,
  solution_digest: Digest,
  report_digest: Digest,
  ...Judgement.shape,
  /** null unless something was pushed. */
  published: z
    .strictObject({
      branch: z.string(),
      commit: Sha,
      tree: Sha,
      pull_request: z.int().positive(),
      url: z.string(),
      /** Things GitHub refused that do not make the pull request wrong, e.g. a reviewer who is not a collaborator. */
      not_applied: z.array(z.string()),
    })
    .nullable(),
  /** Absent: the run was no round of review. */
  round: Round.optional(),
  audit_head: Digest,
});
export type Verdict = z.infer<typeof Verdict>;
