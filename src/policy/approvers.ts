import type { Config } from "../config.ts";
import type { Approvers } from "../handoff/verdict.ts";

/** Whose approval counts by the repository's configuration, as it travels to the App, which reads no configuration itself. */
export function approversOf({ reviewers, risk }: Pick<Config, "reviewers" | "risk">): Approvers {
  return {
    requester_may_approve: risk.requester_may_approve,
    security_users: [...new Set(reviewers.security_users)].toSorted(),
    security_teams: [...new Set(reviewers.security_teams)].toSorted(),
  };
}
