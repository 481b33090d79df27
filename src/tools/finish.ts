import { z } from "zod";
import type { ProposedPlan } from "./plan.ts";
import type { Tool } from "./tool.ts";

/** How the agent says that it is done. Model text: shown quoted to people, decides nothing. */
export const Finish = z.strictObject({
  outcome: z
    .enum(["done", "no_change", "gave_up"])
    .describe("done: the change is complete. no_change: nothing has to be changed. gave_up: you could not do it."),
  summary: z.string().describe("What was wrong and what you did, in two to five sentences for the reviewer."),
  reasons: z
    .array(z.strictObject({ path: z.string(), reason: z.string().describe("One sentence.") }))
    .describe("Why each changed file was changed."),
  notes: z.string().describe("What you are unsure of, assumed or left out. Empty when there is nothing."),
  look_at: z.array(z.string()).describe("Files or places where the reviewer should look closely."),
});
/**
 * `answer`: for whoever asked a question; absent where a change was made. `analysis`: the same in its parts, where checks had failed.
 * `plan`: for whoever asked for one.
 */
export type Finish = z.infer<typeof Finish> & {
  answer?: string;
  analysis?: {
    cause: string;
    evidence: { file: string; line: number | null; excerpt: string }[];
    verdict: "broken" | "flaky" | "infrastructure" | "unknown";
    fix: string;
  };
  plan?: Omit<ProposedPlan, "outcome">;
};

/** The same for a question. */
export const Answer = z.strictObject({
  outcome: z.enum(["done", "gave_up"]).describe("done: the question is answered. gave_up: you could not find it out."),
  answer: z
    .string()
    .min(1)
    .describe(
      "The answer in Markdown: what asked for it in one sentence, then the evidence with file paths and lines.",
    ),
  notes: z.string().describe("What you are unsure of or did not look at. Empty when there is nothing."),
});
export type Answer = z.infer<typeof Answer>;

export const finishName = "finish";

/** The tool that ends the run. Its run does nothing: the loop reads the input. */
export const finishTool: Tool<typeof Finish> = {
  name: finishName,
  description: "Ends your work. Call it exactly once, alone, when there is nothing left to do.",
  input: Finish,
  writes: false,
  ends: (said) => said,
  run: finished,
};

/** The tool that ends a run which answers. It has the name of the other, because a run has one of them. */
export const answerTool: Tool<typeof Answer> = {
  name: finishName,
  description: "Gives your answer and ends your work. Call it exactly once, alone.",
  input: Answer,
  writes: false,
  ends({ outcome, answer, notes }) {
    const nothing = { reasons: [], look_at: [] };
    return outcome === "done"
      ? { outcome, summary: "", notes, answer, ...nothing }
      : { outcome, summary: answer, notes, ...nothing };
  },
  run: finished,
};

/** What a tool that ends the run does: nothing. */
export function finished() {
  return Promise.resolve({ ok: true, output: "Finished." });
}
