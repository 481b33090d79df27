import { z } from "zod";

const label = (value: string) => z.string().min(1).max(50).default(value);
/** Labels of a pull request; output only, never read. */
export const Labels = z.strictObject({
  risk_prefix: label("risk:").describe("Followed by the level."),
  review_prefix: label("needs-review:").describe("Followed by the number of reviewers (only when at least 1)."),
  security_review: label("security-review"),
  manual_verification: label("manual-verification"),
});

const names = z.array(z.string().min(1)).max(15).default([]);
const slug = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, "a team's slug, without `@` and organisation");
const slugs = z.array(slug).max(15).default([]);
/** Who is asked to look. */
export const Reviewers = z.strictObject({
  users: names.describe("Logins asked to review when the level needs a reviewer."),
  teams: names.describe("Team slugs asked to review."),
  security_users: names.describe(
    "Logins asked in addition when a security review is required; the approval of one of them is the review.",
  ),
  security_teams: slugs.describe("Team slugs asked likewise; the approval of an active member is the review."),
});

/** How a pull request is opened. */
export const PullRequest = z.strictObject({
  ci: z
    .enum(["approve"])
    .default("approve")
    .describe("`approve`: a person must click before the repository's own CI runs on the agent's code."),
  branch_prefix: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*\/$/, "a lower-case word and a slash")
    .default("airlock/"),
  closes_issue: z
    .boolean()
    .default(true)
    .describe("Whether the body carries a closing keyword for the issue asked on."),
});

/** How feedback on one is taken up. */
export const Review = z.strictObject({
  on_changes_requested: z
    .boolean()
    .default(true)
    .describe(
      "Whether a review that requests changes on a pull request of Airlock starts a run by itself. Otherwise somebody comments `/agent fix`.",
    ),
  resolve_threads: z
    .boolean()
    .default(false)
    .describe("Whether the thread of a point that was done is resolved. A declined point's never is."),
});
