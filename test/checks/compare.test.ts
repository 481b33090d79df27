import { describe, expect, test } from "vitest";
import { classify, compare, runAgain, type Runs } from "../../src/checks/compare.ts";
import type { Ran } from "../../src/checks/run.ts";
import type { CheckClass, Outcome } from "../../src/handoff/report.ts";

const outcomes = {
  green: { kind: "passed", ms: 1, evidence: "" },
  red: { kind: "failed", ms: 1, exit_code: 1, evidence: "" },
  none: { kind: "not_run", cause: "other", reason: "because" },
  absent: { kind: "not_configured" },
} satisfies Record<string, Outcome>;
type Name = keyof typeof outcomes;

const ran = (name: Name, counts: [passed: number, failed: number] | null = null): Ran => ({
  outcome: outcomes[name],
  counts: counts === null ? null : { passed: counts[0], failed: counts[1], skipped: 0 },
});

const table: [Name, Name, CheckClass, "base" | "head" | null][] = [
  ["green", "green", "pass", null],
  ["green", "red", "regressed", "head"],
  ["green", "none", "not run", null],
  ["green", "absent", "not run", null],
  ["red", "green", "fixed", "base"],
  ["red", "red", "pre-existing", "base"],
  ["red", "none", "not run", null],
  ["red", "absent", "not run", null],
  ["none", "green", "not run", null],
  ["none", "red", "not run", null],
  ["none", "none", "not run", null],
  ["none", "absent", "not run", null],
  ["absent", "green", "not run", null],
  ["absent", "red", "not run", null],
  ["absent", "none", "not run", null],
  ["absent", "absent", "not configured", null],
];

describe("classify", () => {
  test.each(table)("%s on base and %s on head is %s; run again: %4$s", (base, head, expected, again) => {
    expect(classify(outcomes[base], outcomes[head])).toBe(expected);
    expect(runAgain({ base: ran(base), head: ran(head) })).toBe(again);
  });

  const again: [Name, Name, Name, CheckClass][] = [
    ["green", "red", "green", "flaky"],
    ["green", "red", "red", "regressed"],
    ["green", "red", "none", "regressed"],
    ["red", "green", "green", "flaky"],
    ["red", "green", "red", "fixed"],
    ["red", "green", "none", "fixed"],
    ["green", "green", "red", "pass"],
    ["none", "red", "green", "not run"],
  ];
  test.each(again)("%s on base, %s on head and %s when the red was run again is %s", (base, head, second, expected) => {
    expect(classify(outcomes[base], outcomes[head], outcomes[second])).toBe(expected);
  });
});

describe("two reds at the same time", () => {
  const red = { base: ran("red"), head: ran("red") };
  const rounds: [string, Runs, "base" | "head" | null, CheckClass][] = [
    [
      "the base is green alone, so the head must show what it is",
      { ...red, baseAgain: ran("green") },
      "head",
      "regressed",
    ],
    [
      "the base is green alone, the head red",
      { ...red, baseAgain: ran("green"), headAgain: ran("red") },
      null,
      "regressed",
    ],
    ["both are green alone", { ...red, baseAgain: ran("green"), headAgain: ran("green") }, null, "flaky"],
    ["the base is red alone too", { ...red, baseAgain: ran("red") }, null, "pre-existing"],
    ["the base did not run alone", { ...red, baseAgain: ran("none") }, null, "not run"],
  ];
  test.each(rounds)("%s", (_, runs, next, expected) => {
    expect([runAgain(runs), compare(runs).class]).toEqual([next, expected]);
  });

  test("the base is shown as it was when it ran alone", () => {
    const runs = { ...red, baseAgain: ran("green"), headAgain: ran("red") };
    expect(compare(runs)).toEqual({ base: outcomes.green, head: outcomes.red, class: "regressed" });
  });

  const counted = (base: [number, number] | null, head: [number, number] | null): Runs => ({
    base: ran("red"),
    head: ran("red", head),
    baseAgain: ran("red", base),
  });
  test.each<[string, Runs, "head" | null, CheckClass]>([
    ["the same failures", counted([49, 1], [49, 1]), null, "pre-existing"],
    ["fewer failures", counted([40, 10], [49, 1]), null, "pre-existing"],
    ["more failures", counted([49, 1], [0, 50]), "head", "regressed"],
    ["as many failures, but fewer that pass", counted([49, 1], [10, 1]), "head", "regressed"],
    ["a runner that did not get to its report", counted([49, 1], null), "head", "regressed"],
    ["a base that never had counts", counted(null, [0, 50]), null, "pre-existing"],
  ])("with %s on head", (_, runs, next, expected) => {
    expect([runAgain(runs), compare(runs).class]).toEqual([next, expected]);
  });

  test("a head that was redder only while both ran is old trouble, or flaky", () => {
    const runs = counted([49, 1], [0, 50]);
    expect(compare({ ...runs, headAgain: ran("red", [49, 1]) }).class).toBe("pre-existing");
    expect(compare({ ...runs, headAgain: ran("green", [50, 0]) }).class).toBe("flaky");
  });
});

test("a head that is green because a failing test is gone regressed, whatever the base was", () => {
  const runs = { base: ran("red", [4, 1]), head: ran("green", [4, 0]), baseAgain: ran("red", [4, 1]) };
  expect(compare(runs)).toMatchObject({ class: "regressed", head: { kind: "failed", exit_code: 0 } });
});

test("a red head that is green alone because most of its tests are gone regressed, and is not flaky", () => {
  const runs = { base: ran("green", [10, 0]), head: ran("red", [9, 1]) };
  expect(compare({ ...runs, headAgain: ran("green", [1, 0]) })).toMatchObject({
    class: "regressed",
    head: { kind: "failed", evidence: expect.stringContaining("Only 1 test ran; on the base 10 did.") },
  });
  expect(compare({ ...runs, headAgain: ran("green", [10, 0]) }).class).toBe("flaky");
});
