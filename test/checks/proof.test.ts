import { describe, expect, test } from "vitest";
import { brokenBaseTests } from "../../src/checks/proof.ts";
import type { Ran } from "../../src/checks/run.ts";
import type { NamedTest, TestReport, TestStatus } from "../../src/checks/test-report.ts";
import type { NotRunCause } from "../../src/handoff/report.ts";
import { entry } from "../workspace/repository.ts";

const change = [entry("src/a.ts", "1", "2"), entry("test/a.test.ts", "1", "2")];

type Tests = Record<string, TestStatus>;

/** A run of vitest: its names, and whether its exit code was 0. */
function ran(tests: Tests, kind: "passed" | "failed" = "passed"): Ran {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const status of Object.values(tests)) counts[status] += 1;
  const of = (name: string, status: TestStatus): NamedTest => ({
    id: name,
    name,
    file: "test/a.test.ts",
    status,
    why: "",
  });
  const named = new Map(Object.entries(tests).map(([name, status]) => [name, of(name, status)]));
  const report: TestReport = { runner: "vitest", tests: named, brokenFiles: [], counts, printed: counts };
  const end = { ms: 1, evidence: "" };
  const outcome: Ran["outcome"] = kind === "passed" ? { kind, ...end } : { kind, exit_code: 1, ...end };
  return { outcome, counts, report: { kind: "read", report } };
}

const withoutNames = (count: number, kind: "passed" | "failed" = "passed"): Ran => {
  const { report: _, ...rest } = ran({}, kind);
  return { ...rest, counts: { passed: count, failed: 0, skipped: 0 } };
};
const stopped = (cause: NotRunCause): Ran => ({ outcome: { kind: "not_run", cause, reason: "why" }, counts: null });

const abc = { a: "passed", b: "passed", c: "passed" } as const;
const [base, head] = [ran(abc), ran({ d: "passed", e: "passed", f: "passed" })];
const seen = (across: Parameters<typeof brokenBaseTests>[0]) => {
  const { tests, findings } = brokenBaseTests(across, change);
  return [tests.map(({ name }) => name), findings.map(({ level, after }) => [level, after])];
};
const message = (across: Parameters<typeof brokenBaseTests>[0]) => brokenBaseTests(across, change).findings[0]?.message;

describe("base's tests that pass on the changed source", () => {
  test("are quiet when all of them are there", () => {
    expect(seen({ base, head, crossed: [base] })).toEqual([[], []]);
    expect(seen({ base, head, crossed: [ran({ ...abc, more: "passed" })] })).toEqual([[], []]);
  });

  test("block when some of them vanish or are skipped", () => {
    expect(seen({ base, head, crossed: [ran({ a: "passed", c: "skipped", x: "passed", y: "passed" })] })).toEqual([
      ["b", "c"],
      [
        ["block", "does not run: b"],
        ["block", "does not run: c"],
      ],
    ]);
  });

  test("block when there are fewer and nobody knows their names", () => {
    const across = { base: withoutNames(3), head: withoutNames(3) };
    expect(message({ ...across, crossed: [withoutNames(1)] })).toBe(
      "The base's tests, put back over the changed source, are fewer: Only 1 test ran; on the base 3 did.",
    );
    expect(seen({ ...across, crossed: [withoutNames(3)] })).toEqual([[], []]);
  });

  test("are not looked for where head's own version is red already", () => {
    const own = ran({ ...abc, b: "failed" }, "failed");
    expect(seen({ base, head: own, crossed: [ran({ a: "passed", c: "passed", x: "passed" })] })).toEqual([[], []]);
  });
});

describe("base's tests that are red on the changed source", () => {
  const silent = ran(abc, "failed");
  const nameless = withoutNames(0, "failed");

  test("block by name", () => {
    const red = ran({ ...abc, a: "failed" }, "failed");
    expect(seen({ base, head, crossed: [red, red] })).toEqual([["a"], [["block", "fails: a"]]]);
  });

  test.each<[string, Ran[]]>([
    ["no test is named", [silent, silent]],
    ["nothing is reported", [nameless, nameless]],
    ["each run names another test", [ran({ ...abc, a: "failed" }, "failed"), ran({ ...abc, b: "failed" }, "failed")]],
    [
      "only a test is red that the base does not have",
      Array.from({ length: 2 }, () => ran({ ...abc, x: "failed" }, "failed")),
    ],
  ])("block when base and head pass and %s", (_, crossed) => {
    expect(seen({ base, head, crossed })).toEqual([[], [["block", null]]]);
  });

  test("warn without a name only when head is red without a name too", () => {
    expect(seen({ base, head: ran(abc, "failed"), crossed: [silent, silent] })).toEqual([[], [["warn", null]]]);
    expect(seen({ base, head: ran({ ...abc, a: "failed" }, "failed"), crossed: [silent, silent] })).toEqual([[], []]);
    expect(seen({ base: silent, head: silent, crossed: [silent, silent] })).toEqual([[], []]);
  });

  test("block when tests vanish behind one that was red before", () => {
    const old = ran({ ...abc, a: "failed" }, "failed");
    const left = ran({ a: "failed", b: "passed" }, "failed");
    expect(seen({ base: old, head: old, crossed: [left, left] })).toEqual([["c"], [["block", "does not run: c"]]]);
    expect(seen({ base: old, head: old, crossed: [old, old] })).toEqual([[], []]);
  });
});

describe("base's tests that do not end on the changed source", () => {
  test.each<[NotRunCause, string]>([
    ["time-out", "block"],
    ["missing-tool", "block"],
    ["other", "block"],
    ["limit", "block"],
    ["unreachable", "warn"],
    ["install", "warn"],
    ["cancelled", "warn"],
  ])("by %s: %s", (cause, level) => {
    expect(seen({ base, head, crossed: [stopped(cause)] })).toEqual([[], [[level, null]]]);
    expect(seen({ base, head: stopped(cause), crossed: [stopped(cause)] })).toEqual([[], [["warn", null]]]);
  });
});
