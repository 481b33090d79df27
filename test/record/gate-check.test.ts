import { describe, expect, test } from "vitest";
import { gateCheck, type GateView } from "../../src/record/gate-check.ts";
import { readState } from "../../src/record/gate-state.ts";
import { explainGate } from "../../src/record/why.ts";
import type { Gate } from "../../src/policy/gate.ts";
import { made } from "./made-state.ts";

const waiting: Gate = {
  outcome: {
    kind: "waiting",
    missing: [
      "1 more approving review of this head.",
      "A maintainer must accept finding 0123456789ab: `/agent accept 0123456789ab`.",
    ],
  },
  conditions: [
    { name: "Finding 0123456789ab (test-deleted) is accepted", holds: false, saw: "by nobody" },
    { name: "2 approving reviews of this head", holds: false, saw: "1: ben" },
  ],
  ignored: ["mona asked for this change."],
};
const judged = (gate: Gate): GateView & { kind: "judged" } => ({
  kind: "judged",
  state: made,
  gate,
  enforcement: { kind: "enforced" },
});

test("what a person reads while something is missing", () => {
  expect(gateCheck(judged(waiting))).toMatchObject({
    name: "airlock",
    externalId: "run:77:1",
    status: "completed",
    conclusion: "action_required",
    title: "Risk 🟡 medium: 1 more approving review of this head. And 1 more.",
  });
  expect(gateCheck(judged(waiting)).summary).toMatchInlineSnapshot(`
    "- ✗ Finding 0123456789ab (test-deleted) is accepted: by nobody
    - ✗ 2 approving reviews of this head: 1: ben

    Missing:
    - 1 more approving review of this head.
    - A maintainer must accept finding 0123456789ab: \`/agent accept 0123456789ab\`.

    Does not count:
    - mona asked for this change.

    Level 🟡 medium (medium: path-word ×2, low: size). \`/agent why\` in a comment tells the reasons in full."
  `);
  expect(readState(gateCheck(judged(waiting)).text, made)).toEqual(made);
});

describe("the conclusion", () => {
  const met: Gate = { outcome: { kind: "met" }, conditions: [], ignored: [] };
  test.each<[string, GateView, string | undefined]>([
    ["is green only when everything is met", judged(met), "success"],
    ["asks for action while something is missing", judged(waiting), "action_required"],
    [
      "asks for action when it cannot be met",
      judged({ ...met, outcome: { kind: "cannot", why: "No." } }),
      "action_required",
    ],
    ["is none while the run works", { kind: "running", run: { id: 1, url: "https://x.test/1" } }, undefined],
    ["asks for action on a head that nobody verified", { kind: "unverified" }, "action_required"],
    ["is green on what is not ours", { kind: "foreign" }, "success"],
    ["asks for action on what may be ours, and cannot be read", { kind: "unread" }, "action_required"],
    [
      "asks for action when a fact that decides cannot be read",
      { kind: "unreadable", why: "GET /x answered 404.", state: made },
      "action_required",
    ],
    ["is red for two targets", { kind: "two-targets", targets: ["main", "next"], state: made }, "failure"],
    ["is green for a group that is released", { kind: "group", pulls: [1], waiting: [] }, "success"],
    ["asks for action for a group that is not", { kind: "group", pulls: [1], waiting: [1] }, "action_required"],
    ["asks for action for a group that cannot be read", { kind: "group", pulls: [], waiting: null }, "action_required"],
  ])("%s", (_title, view, conclusion) => {
    expect(gateCheck(view).conclusion).toBe(conclusion);
  });
});

test("a text is always given, so that no state outlives what it was about", () => {
  expect(gateCheck({ kind: "foreign" }).text).toBe("Nothing is remembered about this commit.");
});

test("what cannot be read keeps what is remembered, and is told", () => {
  const check = gateCheck({ kind: "unreadable", why: "GET /x answered 404.", state: made });
  expect(readState(check.text, made)).toEqual(made);
  expect(check.summary).toContain("GET /x answered 404.");
  expect(gateCheck({ kind: "unreadable", why: "No.", state: null }).text).toBe(
    "Nothing is remembered about this commit.",
  );
});

test("the advice for a head that nobody verified can be followed", () => {
  expect(gateCheck({ kind: "unverified" }).summary).toContain(
    "Close this pull request, then comment `/agent fix` on the issue",
  );
});

test("what people wrote or named cannot act in a check", () => {
  const gate: Gate = { ...waiting, ignored: ["@octo/team **is** not <b>a</b> person."] };
  const { summary } = gateCheck(judged(gate));
  expect(summary).not.toMatch(/(?<![\\&#\w;])@octo/);
  expect(summary).not.toContain("<b>");
});

test("thousands of conditions fit into what GitHub takes", () => {
  const many = Array.from({ length: 3_000 }, () => ({ name: "n".repeat(900), holds: false, saw: "s".repeat(900) }));
  const { summary } = gateCheck(judged({ ...waiting, conditions: many }));
  expect(summary.length).toBeLessThanOrEqual(60_000);
});

test("why without the run's papers says where the reasons stand", () => {
  const { headline, details } = explainGate(judged(waiting), null);
  expect(headline).toBe("Risk 🟡 medium. Something is missing.");
  expect(details.at(-1)).toContain("cannot be read any more");
});
