import { z } from "zod";
import { Sha } from "../change.ts";
import { RiskLevel } from "../config.ts";
import { Finding } from "./finding.ts";
import { Digest, Identity } from "./identity.ts";

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

export const Requirements = z.strictObject({
  reviewers: z.int().min(0),
  security_review: z.boolean(),
  manual_verification: z.boolean(),
});
export type Requirements = z.infer<typeof Requirements>;

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
});
export type Judgement = z.infer<typeof Judgement>;

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
  audit_head: Digest,
});
export type Verdict = z.infer<typeof Verdict>;
