import { describe, expect, test } from "vitest";
import { fewerTests, judgeSide, moreFailures } from "../../src/checks/judge-side.ts";
import type { Ran } from "../../src/checks/run.ts";

const green: Ran = { outcome: { kind: "passed", ms: 1, evidence: "ok" }, counts: null };
const red: Ran = { outcome: { kind: "failed", ms: 1, exit_code: 2, evidence: "bad" }, counts: null };
const none: Ran = { outcome: { kind: "not_run", cause: "missing-tool", reason: "missing" }, counts: null };
const counted = (passed: number, failed = 0): Ran => ({ ...green, counts: { passed, failed, skipped: 1 } });

describe("judgeSide", () => {
  test("leaves a check alone that changed nothing", () => {
    for (const ran of [green, red, none]) expect(judgeSide("lint", ran, [])).toEqual(ran);
  });

  test("does not believe a check that passed after it changed the code", () => {
    expect(judgeSide("lint", green, ["a.ts", "b.ts"]).outcome).toEqual({
      kind: "not_run",
      cause: "other",
      reason: 'it changed tracked files: "a.ts", "b.ts"; so it did not check the code as it is',
    });
  });

  test("lets a build rewrite committed output, and says so", () => {
    expect(judgeSide("build", green, ["dist/a.js"]).outcome).toEqual({
      kind: "passed",
      ms: 1,
      evidence: 'ok\n(it changed tracked files: "dist/a.js")',
    });
  });

  test("keeps a failure a failure", () => {
    const paths = Array.from({ length: 12 }, (_, n) => `f${n}`);
    expect(judgeSide("tests", red, paths).outcome).toMatchObject({
      kind: "failed",
      evidence: expect.stringContaining(" and 2 more)"),
    });
    expect(judgeSide("tests", none, paths)).toEqual(none);
  });

  test("does not believe tests that ran no test", () => {
    expect(judgeSide("tests", counted(0), []).outcome).toEqual({
      kind: "not_run",
      cause: "other",
      reason: "its command ended well without running a test",
    });
    expect(judgeSide("tests", counted(1), []).outcome).toEqual(green.outcome);
  });
});

describe("fewerTests", () => {
  test.each([
    [counted(5), counted(5), null],
    [counted(5), counted(6), null],
    [counted(5), counted(4), "failed"],
    [counted(4, 1), counted(5), null],
    [counted(4, 1), counted(4), "failed"],
    [green, counted(1), null],
    [counted(5), green, null],
    [counted(5), none, null],
    [counted(5), red, null],
    [{ ...none, counts: counted(5).counts }, counted(4), null],
  ])("base %j and head %j: %j", (base, head, kind) => {
    expect(fewerTests(base, head)?.kind ?? null).toBe(kind);
  });

  test("names both numbers", () => {
    expect(fewerTests(counted(5), counted(4))).toEqual({
      kind: "failed",
      ms: 1,
      exit_code: 0,
      evidence: "Only 4 tests ran; on the base 5 did.\nok",
    });
  });
});

describe("moreFailures", () => {
  const failing = (passed: number, failed: number): Ran => ({ ...red, counts: { passed, failed, skipped: 0 } });

  test("names both sides' numbers and keeps the exit code", () => {
    expect(moreFailures(failing(49, 1), failing(0, 50))).toEqual({
      kind: "failed",
      ms: 1,
      exit_code: 2,
      evidence: "0 passed, 50 failed; on the base 49 passed, 1 failed.\nbad",
    });
    expect(moreFailures(failing(49, 1), red)).toMatchObject({
      evidence: "Its tests did not report; on the base 49 passed, 1 failed.\nbad",
    });
  });

  test("says nothing unless both are red and the base has counts", () => {
    expect([moreFailures(counted(49, 1), failing(0, 50)), moreFailures(red, failing(0, 50))]).toEqual([null, null]);
    expect(moreFailures(failing(49, 1), counted(0, 50))).toBeNull();
  });
});
