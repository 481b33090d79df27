import { describe, expect, test } from "vitest";
import { judgeFewerTests, judgeSide } from "../../src/checks/judge-side.ts";
import type { Ran } from "../../src/checks/run.ts";

const green: Ran = { outcome: { kind: "passed", ms: 1, evidence: "ok" }, counts: null };
const red: Ran = { outcome: { kind: "failed", ms: 1, exit_code: 2, evidence: "bad" }, counts: null };
const none: Ran = { outcome: { kind: "not_run", reason: "missing" }, counts: null };
const counted = (passed: number, failed = 0): Ran => ({ ...green, counts: { passed, failed, skipped: 1 } });

describe("judgeSide", () => {
  test("leaves a check alone that changed nothing", () => {
    for (const ran of [green, red, none]) expect(judgeSide("lint", ran, [])).toEqual(ran);
  });

  test("does not believe a check that passed after it changed the code", () => {
    expect(judgeSide("lint", green, ["a.ts", "b.ts"]).outcome).toEqual({
      kind: "not_run",
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
      reason: "its command ended well without running a test",
    });
    expect(judgeSide("tests", counted(1), []).outcome).toEqual(green.outcome);
  });
});

describe("judgeFewerTests", () => {
  test.each([
    [counted(5), counted(5), "passed"],
    [counted(5), counted(6), "passed"],
    [counted(5), counted(4), "failed"],
    [counted(4, 1), counted(5), "passed"],
    [counted(4, 1), counted(4), "failed"],
    [green, counted(1), "passed"],
    [counted(5), green, "passed"],
    [counted(5), none, "not_run"],
    [counted(5), red, "failed"],
  ])("base %j and head %j: head %s", (base, head, kind) => {
    expect(judgeFewerTests(base, head).kind).toBe(kind);
  });

  test("names both numbers", () => {
    expect(judgeFewerTests(counted(5), counted(4))).toEqual({
      kind: "failed",
      ms: 1,
      exit_code: 0,
      evidence: "Only 4 tests ran; on the base it were 5.\nok",
    });
  });
});
