import { z } from "zod";
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
export type Finish = z.infer<typeof Finish>;

export const finishName = "finish";

/** The tool that ends the run. Its run does nothing: the loop reads the input. */
export const finishTool: Tool<typeof Finish> = {
  name: finishName,
  description: "Ends your work. Call it exactly once, alone, when there is nothing left to do.",
  input: Finish,
  writes: false,
  run: () => Promise.resolve({ ok: true, output: "Finished." }),
};
