import { describe, expect, test } from "vitest";
import { judgementDigest } from "../../src/record/commit-message.ts";
import { policyCheck } from "../../src/record/policy-check.ts";
import { pull, run as first, runUrl, sha, verdict } from "./papers.ts";

const none = { reviewers: 0, security_review: false, manual_verification: false, owners: [] };
const low = verdict({ level: "low", requirements: none, draft: false, reasons: [] });
const run = { ...first, attempt: 2 };
const headMessage = `Fix\n\nAirlock-Judgement: ${judgementDigest(low)}`;

test("a low change that needs nobody is a success on the verified commit", () => {
  expect(policyCheck({ verdict: low, pull, run, headMessage }, [])).toEqual({
    name: "airlock",
    head: sha("e"),
    externalId: "run:77:2",
    status: "completed",
    conclusion: "success",
    title: "Risk 🟢 low: no review required",
    summary: "No review is required by policy.",
    detailsUrl: runUrl,
  });
});

describe("anything else needs a person, and says what for", () => {
  test.each([
    ["a medium level without reviewers", { verdict: { ...low, level: "medium" as const } }, /a person's decision/],
    ["a required reviewer", { verdict: { ...low, requirements: { ...none, reviewers: 2 } } }, /2 approving reviews/],
    [
      "a required security review",
      { verdict: { ...low, requirements: { ...none, security_review: true } } },
      /a security review/,
    ],
    [
      "a required manual verification",
      { verdict: { ...low, requirements: { ...none, manual_verification: true, owners: [] } } },
      /a manual verification/,
    ],
    ["a draft", { verdict: { ...low, draft: true } }, /a check regressed or did not run/],
    ["a held change", { verdict: { ...low, kind: "hold" as const } }, /did not release/],
    ["a run that failed afterwards", { run: { ...run, conclusion: "failure" } }, /did not end well/],
    [
      "a head that moved on",
      { pull: { ...pull, head: { ...pull.head, sha: sha("f") } } },
      /not the commit that was verified/,
    ],
    [
      "a verdict that the commit does not carry",
      { headMessage: `Fix\n\nAirlock-Judgement: ${"0".repeat(64)}` },
      /another judgement/,
    ],
    ["a commit without a judgement", { headMessage: "Fix" }, /another judgement/],
    ["a verdict that published nothing", { verdict: { ...low, published: null } }, /not the commit that was verified/],
  ])("%s", (_title, change, text) => {
    const facts = { verdict: low, pull, run, ...change };
    const check = policyCheck(
      { ...facts, headMessage: `Fix\n\nAirlock-Judgement: ${judgementDigest(facts.verdict)}`, ...change },
      [],
    );
    expect(check.conclusion).toBe("action_required");
    expect(check.title).toMatch(text);
    expect(check.summary).toMatch(text);
  });
});

test("the summary is never longer than GitHub takes", () => {
  const reasons = Array.from({ length: 200 }, () => ({
    rule: "r",
    level: "high" as const,
    saw: "$".repeat(1_000),
    message: "$".repeat(1_000),
  }));
  const { summary } = policyCheck({ verdict: { ...low, reasons }, pull, run, headMessage }, []);
  expect(summary.length).toBeLessThanOrEqual(60_000);
});

test("a partial result is named as such", () => {
  const reasons = [{ rule: "partial-result", level: "low" as const, saw: "turns", message: "It is partial." }];
  const partial = { ...low, draft: true, reasons };
  expect(policyCheck({ verdict: partial, pull, run, headMessage }, []).summary).toContain(
    "the agent stopped at a limit",
  );
});
