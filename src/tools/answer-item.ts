import { z } from "zod";
import type { Tool } from "./tool.ts";

/** How the agent says what became of one point of a review. Model text, except the id and the outcome. */
export const ItemAnswer = z.strictObject({
  id: z.string().describe("The point's id, as its heading gives it."),
  outcome: z
    .enum(["done", "declined"])
    .describe(
      "done: the files are changed as the point asks. declined: you changed nothing for it, and `reply` says why.",
    ),
  subject: z
    .string()
    .describe("For the commit: one line in the imperative, at most 50 characters. Empty for a declined point."),
  reply: z
    .string()
    .min(1)
    .describe("The answer that people read below the point: what you changed, or why not. One to four sentences."),
});
export type ItemAnswer = z.infer<typeof ItemAnswer>;

/** The tool that answers one point of a review. Its run does nothing: the loop reads the input and records the files. */
export const answerItemTool: Tool<typeof ItemAnswer> = {
  name: "answer_item",
  description:
    "Answers one point of the review. All changes since the point that you answered last belong to this one and become its commit.",
  input: ItemAnswer,
  writes: true,
  settles: (said) => said,
  run: () => Promise.resolve({ ok: true, output: "Answered." }),
};
