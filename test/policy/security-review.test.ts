import { describe, expect, test } from "vitest";
import { type ApprovalFacts, judgeApprovals } from "../../src/policy/approvals.ts";
import { facts, none, people, review } from "./made-approvals.ts";

const kind = (more: Partial<ApprovalFacts>) => judgeApprovals(facts(more)).outcome.kind;

describe("a security review", () => {
  const named = (users: string[], teams: string[] = []) => ({ users, teams });
  const security = new Map([["security", new Set([people.ada.id])]]);
  const requirements = { ...none, reviewers: 1, security_review: true };
  test.each<[string, Partial<ApprovalFacts>, string]>([
    ["by somebody who is named", { securityReviewers: named(["Ada"]), reviews: [review("ada")] }, "met"],
    [
      "by others than those who are named",
      { securityReviewers: named(["ada"]), reviews: [review("ben"), review("eve")] },
      "waiting",
    ],
    ["by whoever maintains, where nobody is named", { reviews: [review("eve")] }, "met"],
    ["by somebody who may only write, where nobody is named", { reviews: [review("ben")] }, "waiting"],
    [
      "by one who is named and asked for it",
      { securityReviewers: named(["mona"]), reviews: [review("mona"), review("ben")] },
      "cannot",
    ],
    [
      "by somebody in a team",
      { securityReviewers: named([], ["Security"]), teams: security, reviews: [review("ada")] },
      "met",
    ],
    [
      "by whoever maintains, where a team is named",
      { securityReviewers: named([], ["security"]), teams: security, reviews: [review("eve")] },
      "waiting",
    ],
    [
      "by somebody in a team of which GitHub tells nothing",
      { securityReviewers: named([], ["security"]), teams: new Map([["security", null]]), reviews: [review("ada")] },
      "waiting",
    ],
    [
      "by one who is named beside such a team",
      { securityReviewers: named(["ben"], ["security"]), reviews: [review("ben")] },
      "met",
    ],
    [
      "by a team without anybody who may write",
      {
        securityReviewers: named([], ["security"]),
        teams: new Map([["security", new Set([people.rita.id])]]),
        reviews: [review("ben")],
      },
      "cannot",
    ],
    [
      "by one who is named and has no access",
      { securityReviewers: named(["gone"]), reviews: [review("ben")] },
      "cannot",
    ],
  ])("%s", (_title, more, outcome) => {
    expect(kind({ requirements, ...more })).toBe(outcome);
  });

  test("says who could give it", () => {
    expect(
      judgeApprovals(facts({ requirements, securityReviewers: named(["ada"]), reviews: [review("ben")] })).outcome,
    ).toEqual({
      kind: "waiting",
      missing: ["An approving review by ada, as the security review."],
    });
    const asked = facts({ requirements, securityReviewers: named(["ada"], ["security"]), reviews: [review("ben")] });
    expect(judgeApprovals(asked).outcome).toEqual({
      kind: "waiting",
      missing: [
        "An approving review by ada or the team security, as the security review. The App does not know who is in the team security: the organization permission Members (read) must be accepted, and the team must exist. An approval of ada needs neither.",
      ],
    });
  });
});
