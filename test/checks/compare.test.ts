import { describe, expect, test } from "vitest";
import { classify, redSide } from "../../src/checks/compare.ts";
import type { CheckClass, Outcome } from "../../src/handoff/report.ts";

const outcomes = {
  green: { kind: "passed", ms: 1, evidence: "" },
  red: { kind: "failed", ms: 1, exit_code: 1, evidence: "" },
  none: { kind: "not_run", reason: "because" },
  absent: { kind: "not_configured" },
} satisfies Record<string, Outcome>;
type Name = keyof typeof outcomes;

const table: [Name, Name, CheckClass, "base" | "head" | null][] = [
  ["green", "green", "pass", null],
  ["green", "red", "regressed", "head"],
  ["green", "none", "not run", null],
  ["green", "absent", "not run", null],
  ["red", "green", "fixed", "base"],
  ["red", "red", "pre-existing", null],
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
  test.each(table)("%s on base and %s on head is %s", (base, head, expected, red) => {
    expect(classify(outcomes[base], outcomes[head])).toBe(expected);
    expect(redSide(outcomes[base], outcomes[head])).toBe(red);
  });

  const again: [Name, Name, Name, CheckClass][] = [
    ["green", "red", "green", "flaky"],
    ["green", "red", "red", "regressed"],
    ["green", "red", "none", "regressed"],
    ["red", "green", "green", "flaky"],
    ["red", "green", "red", "fixed"],
    ["red", "green", "none", "fixed"],
    ["green", "green", "red", "pass"],
    ["red", "red", "green", "pre-existing"],
    ["none", "red", "green", "not run"],
  ];
  test.each(again)("%s on base, %s on head and %s when the red was run again is %s", (base, head, second, expected) => {
    expect(classify(outcomes[base], outcomes[head], outcomes[second])).toBe(expected);
  });
});
