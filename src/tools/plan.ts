import { z } from "zod";
import { RiskLevel } from "../config.ts";
import { planMax } from "../config/plan-max.ts";
import { plainLine, wellFormed } from "../text/clip.ts";
import { finishName } from "./finish.ts";
import type { Tool } from "./tool.ts";

/** Text as it can be shown: one line, and nothing in it that a reader could not see. */
const line = (max: number) =>
  z
    .string()
    .transform((text) => plainLine(wellFormed(text), max + 1))
    .pipe(z.string().min(1).max(max));

/** How the agent gives its plan. Model text: nothing happens until a person has read it. */
export const ProposedPlan = z
  .strictObject({
    outcome: z.enum(["done", "gave_up"]).describe("done: the plan is complete. gave_up: you could not make one."),
    steps: z
      .array(
        z.strictObject({
          what: line(planMax.line).describe("What is done in this step, in one sentence."),
          files: z.array(line(planMax.path)).max(planMax.files).describe("Every file it changes, adds or removes."),
        }),
      )
      .max(planMax.steps)
      .describe("In the order of the work; tests are steps too. Empty only when you give up."),
    risks: z.array(line(planMax.line)).max(planMax.risks).describe("What could go wrong, one sentence each."),
    expected_level: RiskLevel.describe(
      "How risky the change will be: low for prose; medium for code; high for manifests, CI or security; critical for secrets.",
    ),
    notes: z
      .string()
      .transform((text) => wellFormed(text).trim())
      .pipe(z.string().max(planMax.notes))
      .describe("What you are unsure of or assumed; with gave_up: why. Empty when there is nothing."),
  })
  .refine(({ outcome, steps }) => outcome === "gave_up" || steps.length > 0, "a plan has at least one step")
  .refine((plan) => JSON.stringify(plan).length <= planMax.units, `a plan has at most ${planMax.units} characters`);
export type ProposedPlan = z.infer<typeof ProposedPlan>;

/** The tool that ends a run which plans. */
export const planTool: Tool<typeof ProposedPlan> = {
  name: finishName,
  description: "Gives your plan and ends your work. Call it exactly once, alone.",
  input: ProposedPlan,
  writes: false,
  ends({ outcome, ...plan }) {
    const nothing = { reasons: [], look_at: [], notes: "" };
    return outcome === "done"
      ? { outcome, summary: "", plan, ...nothing }
      : { outcome, summary: plan.notes, ...nothing };
  },
  run: () => Promise.resolve({ ok: true, output: "Finished." }),
};
