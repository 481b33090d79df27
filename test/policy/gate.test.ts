import { describe, expect, test } from "vitest";
import { type GateFacts, judgeGate } from "../../src/policy/gate.ts";
import { facts, none, review } from "./made-approvals.ts";

const gate = (more: Partial<GateFacts> = {}): GateFacts => ({
  level: "low",
  draft: false,
  problems: [],
  draftNow: false,
  sameTarget: true,
  approvals: facts({ requirements: none }),
  ...more,
});
const approved = facts({ requirements: none, reviews: [review("ben")] });

test("a low change that asks for nobody is released at once", () => {
  expect(judgeGate(gate())).toEqual({ outcome: { kind: "met" }, conditions: [], ignored: [] });
});

describe("no review mends this", () => {
  test.each<[string, Partial<GateFacts>, string]>([
    ["a run that failed", { problems: ["run-failed"] }, "The run did not end well."],
    ["a change that policy did not release", { problems: ["not-released"] }, "Policy did not release this change."],
    [
      "another judgement on the commit",
      { problems: ["other-judgement"] },
      "The commit was published under another judgement than the run's papers tell.",
    ],
    [
      "more findings than can be accepted",
      { problems: ["too-many-findings"] },
      "There are more blocking findings than can be accepted one by one.",
    ],
    ["a draft", { draftNow: true }, "Somebody must mark it as ready for review."],
    ["another target", { sameTarget: false }, "Its target is not the branch for which it was judged."],
  ])("%s", (_title, more, missing) => {
    expect(judgeGate(gate({ approvals: approved, ...more })).outcome).toEqual({ kind: "waiting", missing: [missing] });
    expect(judgeGate(gate({ approvals: approved })).outcome).toEqual({ kind: "met" });
  });
});

describe("a person is needed whatever the configuration asks", () => {
  const blocking = [{ id: "0123456789ab", rule: "x" }];
  test.each<[string, Partial<GateFacts>, number]>([
    ["not for a low change", {}, 0],
    ["for a medium one", { level: "medium" }, 1],
    ["for one that policy made a draft, once it is ready", { draft: true }, 1],
    ["for one with a finding that blocks", { approvals: facts({ requirements: none, blocking }) }, 1],
    [
      "and more when the configuration asks for more",
      { level: "high", approvals: facts({ requirements: { ...none, reviewers: 2 } }) },
      2,
    ],
  ])("%s", (_title, more, reviewers) => {
    const names = judgeGate(gate(more)).conditions.map(({ name }) => name);
    const asked = names.filter((name) => name.includes("approving"));
    expect(asked).toEqual(
      reviewers === 0 ? [] : [`${reviewers} approving ${reviewers === 1 ? "review" : "reviews"} of this head`],
    );
  });
});

test("what cannot be met goes before what is missing", () => {
  const approvals = facts({ requirements: { ...none, reviewers: 2 }, collaborators: [] });
  expect(judgeGate(gate({ draftNow: true, approvals })).outcome.kind).toBe("cannot");
});
