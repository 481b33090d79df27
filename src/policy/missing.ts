import type { Requirements } from "../handoff/verdict.ts";
import { people } from "./owners.ts";

/** What people have given so far. Who may give it is not decided here. */
export interface Given {
  /** People whose approval of this very head counts. */
  approvals: number;
  /** Security reviewers among them. */
  security: number;
  /** Whether a person said that they tried it. */
  verified: boolean;
  /** Whether each group of owners in the requirements has an approval; in their order, a missing one is no. */
  owners: readonly boolean[];
}

/** What is still missing before a merge, one sentence each; empty when nothing is. Pure. */
export function missingToMerge(requirements: Requirements, given: Given): string[] {
  const { reviewers, security_review, manual_verification, owners } = requirements;
  const more = reviewers - given.approvals;
  return [
    ...(more > 0
      ? [`${more} more approving ${more === 1 ? "review" : "reviews"} (${given.approvals} of ${reviewers}).`]
      : []),
    ...(security_review && given.security < 1 ? ["The approval of a security reviewer."] : []),
    ...owners.flatMap((group, index) =>
      given.owners[index] === true ? [] : [`The approval of ${people(group)} for ${group.paths.join(", ")}.`],
    ),
    ...(manual_verification && !given.verified ? ["A person's word that they tried it."] : []),
  ];
}
