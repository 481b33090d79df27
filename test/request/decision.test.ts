import { describe, expect, test } from "vitest";
import type { AuthorityFacts } from "../../src/request/authority.ts";
import { asDecision, mayDecide, readDecision } from "../../src/request/decision.ts";

const head = "0123456789abcdef0123456789abcdef01234567";

describe("a decision's argument", () => {
  test.each([
    ["accept", "0123456789ab", { kind: "accept", finding: "0123456789ab" }],
    ["accept", "  0123456789ab ", { kind: "accept", finding: "0123456789ab" }],
    ["verified", head, { kind: "verified", head }],
    ["verified", "0123456", { kind: "verified", head: "0123456" }],
    ["why", "", { kind: "why" }],
    ["why", "this level?", { kind: "why" }],
  ] as const)("%s %j", (verb, args, decision) => {
    expect(readDecision(verb, args)).toEqual(decision);
  });

  test.each([
    ["accept", ""],
    ["accept", "0123456789AB"],
    ["accept", "0123456789abc"],
    ["accept", "0123456789ab ffffffffffff"],
    ["accept", "all"],
    ["verified", ""],
    ["verified", "012345"],
    ["verified", `${head}0`],
    ["verified", "HEAD"],
    ["verified", "0123456 0123456"],
  ] as const)("%s %j is unclear, and says what it takes", (verb, args) => {
    expect(readDecision(verb, args)).toEqual({
      kind: "unclear",
      message: expect.stringContaining(`\`${verb}\` takes`),
      next: expect.stringContaining(`/agent ${verb}`),
    });
  });
});

test("only three commands start no run", () => {
  expect([
    asDecision("accept"),
    asDecision("verified"),
    asDecision("why"),
    asDecision("fix"),
    asDecision("status"),
  ]).toEqual(["accept", "verified", "why", null, null]);
});

describe("who may decide", () => {
  const facts: AuthorityFacts = {
    verb: "accept",
    role: "maintain",
    userType: "User",
    appId: null,
    senderIsAuthor: true,
    commentEdited: false,
    subject: "own-pull",
    issueState: "open",
    labels: [],
  };
  test.each<[string, "accept" | "verified" | "why", Partial<AuthorityFacts>, string]>([
    ["a maintainer accepts", "accept", {}, "allowed"],
    ["an administrator accepts", "accept", { role: "admin" }, "allowed"],
    ["somebody who may only write does not accept", "accept", { role: "write" }, "not-available"],
    ["but verifies", "verified", { role: "write" }, "allowed"],
    ["and asks", "why", { role: "write" }, "allowed"],
    ["a reader does not even ask", "why", { role: "read" }, "not-allowed"],
    ["nobody whose role is not known", "accept", { role: null }, "not-allowed"],
    ["no bot", "accept", { userType: "Bot" }, "not-allowed"],
    ["no App", "accept", { appId: 7 }, "not-allowed"],
    ["not in a comment that was edited", "accept", { commentEdited: true }, "edited"],
    ["not in somebody else's comment", "accept", { senderIsAuthor: false }, "not-allowed"],
    ["not on an issue", "accept", { subject: "issue" }, "not-available"],
    ["not on a closed pull request", "verified", { issueState: "closed" }, "issue-closed"],
  ])("%s", (_title, verb, more, answer) => {
    const said = mayDecide(verb, { ...facts, ...more });
    expect(said.kind === "refused" ? said.code : said.kind).toBe(answer);
  });
});
