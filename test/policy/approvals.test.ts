import { describe, expect, test } from "vitest";
import { type ApprovalFacts, judgeApprovals } from "../../src/policy/approvals.ts";
import { commit, facts, head, none, oldHead, people, review } from "./made-approvals.ts";

const later = { submittedAt: "2026-11-20T11:00:00Z" };
const kind = (more: Partial<ApprovalFacts>) => judgeApprovals(facts(more)).outcome.kind;

test("one eligible approval of this head is what one review means, and everything says what it saw", () => {
  expect(judgeApprovals(facts({ reviews: [review("ben")] }))).toEqual({
    outcome: { kind: "met" },
    conditions: [{ name: "1 approving review of this head", holds: true, saw: "1: ben" }],
    ignored: [],
  });
});

test("nothing required is met at once", () => {
  expect(judgeApprovals(facts({ requirements: none }))).toEqual({
    outcome: { kind: "met" },
    conditions: [],
    ignored: [],
  });
});

test("two of two are needed, and one is not enough", () => {
  const requirements = { ...none, reviewers: 2 };
  expect(judgeApprovals(facts({ requirements, reviews: [review("ben")] }))).toEqual({
    outcome: { kind: "waiting", missing: ["1 more approving review of this head."] },
    conditions: [{ name: "2 approving reviews of this head", holds: false, saw: "1: ben" }],
    ignored: [],
  });
  expect(kind({ requirements, reviews: [review("ben"), review("ada")] })).toBe("met");
  expect(kind({ requirements, reviews: [review("ben"), review("ben", "approved", later)] })).toBe("waiting");
});

describe("an approval does not count, and its twin does", () => {
  const byBen = { author: { account: { id: 2, login: "ben" }, email: "ben@example.test" } };
  test.each<[string, Partial<ApprovalFacts>, string, Partial<ApprovalFacts>]>([
    [
      "of the one who asked",
      { reviews: [review("mona")] },
      "mona asked for this change.",
      { reviews: [review("mona")], requesterMayApprove: true },
    ],
    [
      "of whoever asked in an earlier round",
      { reviews: [review("ben")], requesters: [2, 1] },
      "ben asked for this change.",
      { reviews: [review("ben")], requesters: [1] },
    ],
    [
      "of a commit's author",
      { reviews: [review("ben")], commits: [commit, { ...commit, ...byBen }] },
      "ben is an author, co-author or committer of it.",
      { reviews: [review("ben")] },
    ],
    [
      "of a commit's committer",
      { reviews: [review("ben")], commits: [{ ...commit, committer: byBen.author }] },
      "ben is an author, co-author or committer of it.",
      { reviews: [review("ada")], commits: [{ ...commit, committer: byBen.author }] },
    ],
    [
      "of a co-author",
      {
        reviews: [review("ben")],
        commits: [{ ...commit, message: "x\n\nco-authored-BY: B <2+ben@users.noreply.github.com>" }],
      },
      "ben is an author, co-author or committer of it.",
      {
        reviews: [review("ben")],
        commits: [{ ...commit, message: "x\n\nReviewed-by: B <2+ben@users.noreply.github.com>" }],
      },
    ],
    [
      "of a co-author by the old form of the address, in another case",
      {
        reviews: [review("ben")],
        commits: [{ ...commit, message: "Co-authored-by: B <BEN@users.noreply.github.com>" }],
      },
      "ben is an author, co-author or committer of it.",
      { reviews: [review("ben")] },
    ],
    [
      "of an author although whoever asked may approve",
      {
        reviews: [review("mona")],
        requesterMayApprove: true,
        commits: [{ ...commit, author: { account: { id: 1, login: "mona" }, email: "" } }],
      },
      "mona is an author, co-author or committer of it.",
      { reviews: [review("mona")], requesterMayApprove: true },
    ],
    [
      "of a pusher",
      { reviews: [review("ben")], pushers: [2] },
      "ben pushed it.",
      { reviews: [review("ben")], pushers: [3] },
    ],
    [
      "of a reader",
      { reviews: [review("rita")] },
      "rita has the role read, and write, maintain or admin is needed.",
      { reviews: [review("rita")], roles: new Map([[5, "write" as const]]) },
    ],
    [
      "of somebody who lost the role",
      { reviews: [review("ben")], roles: new Map([[2, "triage" as const]]) },
      "ben has the role triage, and write, maintain or admin is needed.",
      { reviews: [review("ben")] },
    ],
    [
      "of somebody whose role nobody knows",
      { reviews: [review("ben")], roles: new Map() },
      "ben has the role none, and write, maintain or admin is needed.",
      { reviews: [review("ben")] },
    ],
    ["of a bot", { reviews: [review("robot")] }, "robot[bot] is not a person.", { reviews: [review("eve")] }],
    [
      "of an old head",
      { reviews: [review("ben", "approved", { commit: oldHead })] },
      "ben approved bbbbbbbb, not aaaaaaaa.",
      { reviews: [review("ben", "approved", { commit: oldHead }), review("ben", "approved", later)] },
    ],
    [
      "of a commit that is gone",
      { reviews: [review("ben", "approved", { commit: null })] },
      "ben approved a commit that is gone, not aaaaaaaa.",
      { reviews: [review("ben")] },
    ],
  ])("%s", (_title, denied, why, twin) => {
    const judged = judgeApprovals(facts(denied));
    expect(judged.outcome.kind).toBe("waiting");
    expect(judged.ignored).toEqual([why]);
    expect(kind(twin)).toBe("met");
  });
});

describe("the latest opinion of each person is the one", () => {
  test.each<[string, ApprovalFacts["reviews"], "met" | "waiting"]>([
    ["approved, then changes requested", [review("ben"), review("ben", "changes_requested", later)], "waiting"],
    ["changes requested, then approved", [review("ben", "changes_requested"), review("ben", "approved", later)], "met"],
    ["approved, then only commented", [review("ben"), review("ben", "commented", later)], "met"],
    ["dismissed", [review("ben", "dismissed")], "waiting"],
    ["approved, then a second one that was dismissed", [review("ben"), review("ben", "dismissed", later)], "waiting"],
    ["pending", [review("ben", "pending")], "waiting"],
    ["given out of order", [review("ben", "changes_requested", later), review("ben")], "waiting"],
    ["given in the same second: the later in the list", [review("ben", "changes_requested"), review("ben")], "met"],
  ])("%s", (_title, reviews, outcome) => {
    expect(kind({ reviews })).toBe(outcome);
  });
});

describe("somebody who requests changes holds it up", () => {
  const others = [review("ada"), review("eve")];
  test("whoever may write, and on an old head as well", () => {
    const reviews = [...others, review("ben", "changes_requested", { commit: oldHead })];
    expect(judgeApprovals(facts({ reviews })).outcome).toEqual({
      kind: "waiting",
      missing: ["ben requested changes: they must approve, or their review must be dismissed."],
    });
  });

  test("the one who asked as well: they know what they wanted", () => {
    expect(kind({ reviews: [...others, review("mona", "changes_requested")] })).toBe("waiting");
  });

  test("the twins: a reader, a bot, and a review that was dismissed do not", () => {
    expect(kind({ reviews: [...others, review("rita", "changes_requested")] })).toBe("met");
    expect(kind({ reviews: [...others, review("robot", "changes_requested")] })).toBe("met");
    expect(kind({ reviews: [...others, review("ben", "dismissed")] })).toBe("met");
  });
});

describe("a manual verification", () => {
  const requirements = { ...none, manual_verification: true, owners: [] };
  test.each<[string, Partial<ApprovalFacts>, string]>([
    ["of this head, by somebody who may write", { verifications: [{ person: people.ben, head }] }, "met"],
    ["of another head", { verifications: [{ person: people.ben, head: oldHead }] }, "waiting"],
    ["by the one who asked", { verifications: [{ person: people.mona, head }] }, "waiting"],
    [
      "by the one who asked, where that is allowed",
      { verifications: [{ person: people.mona, head }], requesterMayApprove: true },
      "met",
    ],
    ["by a reader", { verifications: [{ person: people.rita, head }] }, "waiting"],
    ["by nobody", {}, "waiting"],
    ["where nobody could", { collaborators: [{ ...people.mona, role: "admin" }] }, "cannot"],
  ])("%s", (_title, more, outcome) => {
    expect(kind({ requirements, ...more })).toBe(outcome);
  });
});

describe("a finding that blocks", () => {
  const blocking = [{ id: "0123456789ab", rule: "test-deleted" }];
  const finding = "0123456789ab";
  const reviews = [review("ben")];
  test.each<[string, ApprovalFacts["acceptances"], string]>([
    ["accepted by a maintainer", [{ person: people.eve, head, finding }], "met"],
    ["accepted by an administrator who asked for the change", [{ person: people.mona, head, finding }], "met"],
    ["accepted by somebody who may only write", [{ person: people.ben, head, finding }], "waiting"],
    ["accepted for another head", [{ person: people.eve, head: oldHead, finding }], "waiting"],
    ["beside another one that was accepted", [{ person: people.eve, head, finding: "ffffffffffff" }], "waiting"],
    ["accepted by nobody", [], "waiting"],
  ])("%s", (_title, acceptances, outcome) => {
    expect(kind({ blocking, reviews, acceptances })).toBe(outcome);
  });

  test("says which command accepts it", () => {
    expect(judgeApprovals(facts({ blocking, reviews })).outcome).toEqual({
      kind: "waiting",
      missing: ["A maintainer must accept finding 0123456789ab: `/agent accept 0123456789ab`."],
    });
  });
});

describe("what can never be met is said", () => {
  test.each<[string, Partial<ApprovalFacts>, string]>([
    [
      "needs 2, 1 eligible",
      {
        requirements: { ...none, reviewers: 2 },
        collaborators: [
          { ...people.ben, role: "write" },
          { ...people.mona, role: "admin" },
        ],
      },
      "It needs 2 approving reviews, and 1 person is eligible.",
    ],
    [
      "needs 1, nobody eligible",
      { collaborators: [{ ...people.rita, role: "read" }] },
      "It needs 1 approving review, and 0 people are eligible.",
    ],
  ])("%s", (_title, more, why) => {
    expect(judgeApprovals(facts(more)).outcome).toEqual({ kind: "cannot", why });
  });

  test("and nothing is claimed where nobody knows who has access", () => {
    expect(kind({ collaborators: null })).toBe("waiting");
  });

  test("an approval that counts is one of those who could, whatever the list says", () => {
    expect(kind({ reviews: [review("ben")], collaborators: [] })).toBe("met");
  });
});

test("adding a contributor, a requester, a pusher, a finding or an objection never releases anything", () => {
  const starts = [
    facts(),
    facts({ reviews: [review("ben")] }),
    facts({ requirements: { ...none, reviewers: 2 }, reviews: [review("ben"), review("eve")] }),
  ];
  const worse: ((given: ApprovalFacts) => ApprovalFacts)[] = [
    (given) => ({
      ...given,
      commits: [...given.commits, { ...commit, author: { account: { id: 2, login: "ben" }, email: "" } }],
    }),
    (given) => ({ ...given, requesters: [...given.requesters, 2] }),
    (given) => ({ ...given, pushers: [...given.pushers, 2] }),
    (given) => ({ ...given, blocking: [{ id: "0123456789ab", rule: "x" }] }),
    (given) => ({ ...given, reviews: [...given.reviews, review("eve", "changes_requested", later)] }),
  ];
  for (const start of starts)
    for (const change of worse) {
      const [before, after] = [judgeApprovals(start).outcome.kind, judgeApprovals(change(start)).outcome.kind];
      expect(after === "met" && before !== "met").toBe(false);
    }
});
