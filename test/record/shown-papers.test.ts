import { describe, expect, test } from "vitest";
import { ShownReport, ShownSolution, ShownTask, ShownVerdict } from "../../src/record/shown-papers.ts";
import { ciTask, failure } from "./ci-papers.ts";
import { report, solution, task, verdict } from "./papers.ts";

test("of a paper only what is shown is read, whatever else stands in it", () => {
  const { repository, run, usage } = solution();
  expect(ShownSolution.parse({ ...solution(), change: "anything", more: 1 })).toEqual({ repository, run, usage });
  expect(ShownReport.parse({ ...report(), findings: [{}] }).checks[0]).toEqual({ name: "types", class: "pass" });
});

test("of a Task the failures are read, without their logs", () => {
  const { log: _log, history: _history, ...shown } = failure();
  expect(ShownTask.parse(ciTask()).brief).toEqual({ kind: "ci-failure", number: null, failures: [shown], others: 0 });
  expect(ShownTask.parse(task()).brief).toEqual({ kind: task().brief.kind });
  const brief = { kind: "ci-failure", number: null, failures: [{ ...shown, signature: "<b>" }], others: 0 };
  expect(ShownTask.safeParse({ ...task(), brief }).success).toBe(false);
});

test("a Verdict is read whole, for the digest over it", () => {
  expect(ShownVerdict.parse(verdict())).toEqual(verdict());
  expect(ShownVerdict.parse(verdict({ published: null }))).toEqual(verdict({ published: null }));
});

describe("a list is counted before its items are looked at", () => {
  const many = Array.from({ length: 2_001 }, () => ({}));
  test.each([
    ["reasons", { reasons: many }],
    ["findings", { findings: many }],
    ["labels", { labels: many }],
    ["lower", { lower: many }],
    ["owners", { requirements: { ...verdict().requirements, owners: many } }],
    ["tree", { tree: many }],
    ["the rules of a family", { tree: [{ family: "checks", rules: many }] }],
    ["not_applied", { published: { ...verdict().published, not_applied: many } }],
  ])("%s", (_name, more) => {
    const parsed = ShownVerdict.safeParse({ ...verdict(), ...more });
    expect(parsed.error?.issues).toMatchObject([{ code: "too_big" }]);
  });

  test("checks", () => {
    expect(ShownReport.safeParse({ ...report(), checks: many }).error?.issues).toMatchObject([{ code: "too_big" }]);
  });
});
