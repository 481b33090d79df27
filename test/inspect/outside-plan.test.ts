import { expect, test } from "vitest";
import { outsidePlan } from "../../src/inspect/outside-plan.ts";
import { plan } from "../record/made-approval.ts";

const entry = (path: string) => ({
  path,
  before: null,
  after: { mode: "100644" as const, sha: "d".repeat(40), content: "" },
});

test("files that the plan does not name are warnings, each with its path", () => {
  const approved = {
    hash: "0123456789abcdef".repeat(4),
    plan: { ...plan, steps: [{ what: "Do it.", files: ["src/cart.ts", "test/"] }] },
    run: 90,
    commit: "a".repeat(40),
    asked_by: { id: 5, login: "mona" },
  };
  const change = ["src/cart.ts", "src/cart.ts.bak", "test/quantity.test.ts", "testing.ts"].map(entry);
  expect(outsidePlan(change, approved)).toEqual(
    ["src/cart.ts.bak", "testing.ts"].map((path) => ({
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      rule: "not-in-plan",
      level: "warn",
      path,
      line: null,
      message: "Not in the plan: the plan that was approved (0123456789abcdef) does not name this file.",
      before: null,
      after: "d".repeat(40),
    })),
  );
});
