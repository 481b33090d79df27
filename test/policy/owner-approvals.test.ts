import { describe, expect, test } from "vitest";
import type { Owners } from "../../src/handoff/verdict.ts";
import { type ApprovalFacts, judgeApprovals } from "../../src/policy/approvals.ts";
import { facts, none, oldHead, people, review } from "./made-approvals.ts";

const group = (more: Partial<Owners>): Owners => ({ paths: ["src/billing/total.ts"], users: [], teams: [], ...more });
const asking = (owners: Owners[], more: Partial<ApprovalFacts> = {}) =>
  judgeApprovals(facts({ requirements: { ...none, reviewers: 1, owners }, ...more }));
const billing = (...ids: number[]): ApprovalFacts["teams"] => new Map([["billing", new Set(ids)]]);
const { ben, ada, eve, mona } = people;

test("an owner's approval is a condition of its own, which says what it saw", () => {
  const owners = [group({ users: ["Ada"], teams: ["billing"] })];
  const name = "An owner of src/billing/total.ts approves this head: Ada or the team billing";
  const first = { name: "1 approving review of this head", holds: true };
  expect(asking(owners, { reviews: [review("ben")], teams: billing(eve.id) })).toEqual({
    outcome: {
      kind: "waiting",
      missing: ["An approving review by Ada or the team billing for src/billing/total.ts."],
    },
    conditions: [
      { ...first, saw: "1: ben" },
      { name, holds: false, saw: "none" },
    ],
    ignored: [],
  });
  expect(asking(owners, { reviews: [review("ada")], teams: billing(eve.id) })).toEqual({
    outcome: { kind: "met" },
    conditions: [
      { ...first, saw: "1: ada" },
      { name, holds: true, saw: "ada" },
    ],
    ignored: [],
  });
});

describe("an approval that does not settle a group, and its twin that does", () => {
  const byBen = [review("ben")];
  interface Case {
    owners: Owners[];
    given: Partial<ApprovalFacts>;
  }
  const told = (...ids: number[]) => ({ reviews: byBen, teams: billing(...ids) });
  const byTeam = [group({ teams: ["billing"] })];
  const benOrEve = [group({ users: ["ben", "eve"] })];
  const two = (users: string[]) => [group({ users: ["ben"] }), group({ users })];
  const old = review("ben", "approved", { commit: oldHead });
  test.each<[string, Case, Case]>([
    [
      "of somebody else",
      { owners: [group({ users: ["ada"] })], given: { reviews: byBen } },
      { owners: [group({ users: ["BEN"] })], given: { reviews: byBen } },
    ],
    [
      "of somebody who is in no team",
      { owners: byTeam, given: told(ada.id) },
      { owners: [group({ teams: ["Billing"] })], given: told(ada.id, ben.id) },
    ],
    [
      "of a team that GitHub does not tell",
      { owners: byTeam, given: { reviews: byBen, teams: new Map([["billing", null]]) } },
      { owners: byTeam, given: told(ben.id) },
    ],
    [
      "of a team that was not asked for",
      { owners: byTeam, given: { reviews: byBen } },
      { owners: [group({ users: ["ben"], teams: ["billing"] })], given: { reviews: byBen } },
    ],
    [
      "of an owner of another group",
      { owners: two(["ada"]), given: { reviews: byBen } },
      { owners: two(["ada", "ben"]), given: { reviews: byBen } },
    ],
    [
      "of an owner for an old head",
      { owners: [group({ users: ["ben"] })], given: { reviews: [old, review("ada")] } },
      { owners: [group({ users: ["ben"] })], given: { reviews: [...byBen, review("ada")] } },
    ],
    [
      "of an owner who pushed it, beside one who did not",
      { owners: benOrEve, given: { reviews: [...byBen, review("ada")], pushers: [ben.id] } },
      { owners: benOrEve, given: { reviews: [...byBen, review("eve")], pushers: [ben.id] } },
    ],
  ])("%s", (_title, denied, twin) => {
    expect(asking(denied.owners, denied.given).outcome.kind).toBe("waiting");
    expect(asking(twin.owners, twin.given).outcome.kind).toBe("met");
  });
});

describe("what nobody can bring about is said, and only that", () => {
  const cannot = (by: string) => ({
    kind: "cannot",
    why: `It needs an approving review by ${by} for src/billing/total.ts, and none of them is eligible.`,
  });
  test("an owner without access, the one who asked, and a team of such people", () => {
    expect(asking([group({ users: ["gone"] })]).outcome).toEqual(cannot("gone"));
    expect(asking([group({ users: ["mona"] })]).outcome).toEqual(cannot("mona"));
    expect(asking([group({ teams: ["billing"] })], { teams: billing(mona.id) }).outcome).toEqual(
      cannot("the team billing"),
    );
    expect(asking([group({ teams: ["billing"] })], { teams: billing() }).outcome).toEqual(cannot("the team billing"));
    expect(asking([group({})]).outcome).toEqual(cannot("nobody who is named"));
  });

  test.each<[string, Owners, Partial<ApprovalFacts>]>([
    ["one of them is eligible", group({ users: ["mona", "ben"] }), {}],
    ["one of the team is", group({ teams: ["billing"] }), { teams: billing(mona.id, ben.id) }],
    ["who asked may approve", group({ users: ["mona"] }), { requesterMayApprove: true, commits: [] }],
    ["nobody tells who has access", group({ users: ["gone"] }), { collaborators: null }],
    ["nobody tells who is in the team", group({ users: ["gone"], teams: ["billing"] }), {}],
  ])("the twin waits: %s", (_title, owners, more) => {
    expect(asking([owners], more).outcome.kind).toBe("waiting");
  });
});

test("where GitHub does not tell who is in a team, it says what would settle it", () => {
  const why =
    "The App does not know who is in the team billing: the organization permission Members (read) must be accepted, and the team must exist.";
  const missing = (owners: Owners) => {
    const { outcome } = asking([owners], { reviews: [review("ben")] });
    return outcome.kind === "waiting" ? outcome.missing : [];
  };
  expect(missing(group({ teams: ["billing"] }))).toEqual([
    `An approving review by the team billing for src/billing/total.ts. ${why}`,
  ]);
  expect(missing(group({ users: ["ada"], teams: ["billing"] }))).toEqual([
    `An approving review by ada or the team billing for src/billing/total.ts. ${why} An approval of ada needs neither.`,
  ]);
});

test("a long list of paths is counted", () => {
  const [, condition] = asking([group({ users: ["ben"], paths: ["a", "b", "c", "d", "e"] })]).conditions;
  expect(condition?.name).toBe("An owner of a, b, c and 2 more approves this head: ben");
});
