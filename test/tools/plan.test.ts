import { expect, test } from "vitest";
import { Plan } from "../../src/handoff/plan.ts";
import { planTool, ProposedPlan } from "../../src/tools/plan.ts";

const said = {
  outcome: "done",
  steps: [{ what: "Multiply\n by  the \u200bquantity.", files: ["src/cart.ts"] }],
  risks: ["None\tknown."],
  expected_level: "medium",
  notes: " Two\r\nlines. ",
};

test("a plan is made of lines that can be shown, and a paper can carry it", () => {
  const { plan } = planTool.ends?.(ProposedPlan.parse(said)) ?? {};
  expect(plan).toEqual({
    steps: [{ what: "Multiply by the quantity.", files: ["src/cart.ts"] }],
    risks: ["None known."],
    expected_level: "medium",
    notes: "Two\nlines.",
  });
  expect(Plan.parse(plan)).toEqual(plan);
});

test("giving up needs no step and makes no plan", () => {
  const ended = planTool.ends?.(ProposedPlan.parse({ ...said, outcome: "gave_up", steps: [], notes: "No such file." }));
  expect(ended).toEqual({ outcome: "gave_up", summary: "No such file.", reasons: [], notes: "", look_at: [] });
});

const step = { what: "x".repeat(500), files: [] };

test.each<[string, object]>([
  ["no step", { steps: [] }],
  ["a step of nothing that can be seen", { steps: [{ what: "\u200b", files: [] }] }],
  ["a step that is too long", { steps: [{ what: "x".repeat(501), files: [] }] }],
  ["too many steps", { steps: Array.from({ length: 31 }, () => ({ what: "x", files: [] })) }],
  ["more than one comment holds", { steps: Array.from({ length: 30 }, () => step) }],
  ["a level that is none", { expected_level: "none" }],
])("the model is told: %s", (_, over) => {
  expect(ProposedPlan.safeParse({ ...said, ...over }).success).toBe(false);
  expect(ProposedPlan.safeParse(said).success).toBe(true);
});
