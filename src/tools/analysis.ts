import { z } from "zod";
import { finished, finishName } from "./finish.ts";
import type { Tool } from "./tool.ts";

/** What the agent found out about checks that failed. Model text: shown as such, decides nothing. */
const Analysed = z.strictObject({
  outcome: z
    .enum(["done", "gave_up"])
    .describe("done: you found the cause. gave_up: you could not; say in `cause` what you tried."),
  cause: z.string().min(1).describe("Why it fails, in one to four sentences of Markdown: the cause, not the symptom."),
  evidence: z
    .array(
      z.strictObject({
        file: z.string().describe("Path in the repository, or `log`."),
        line: z.int().min(1).nullable().describe("Line in that file; null for the log."),
        excerpt: z.string().describe("The line or two that show it, as they stand there."),
      }),
    )
    .max(8)
    .describe("What shows it."),
  verdict: z
    .enum(["broken", "flaky", "infrastructure", "unknown"])
    .describe(
      "broken: fails until the code or its set-up is changed. flaky: the same code passes and fails. infrastructure: machine, network or a service. unknown: you cannot tell.",
    ),
  fix: z.string().describe("What would repair it, in a few sentences; name files. Empty when you do not know."),
});
type Analysed = z.infer<typeof Analysed>;

/** The tool that ends an analysis. It has the name of the others that end, because a run has one of them. */
export const analysisTool: Tool<typeof Analysed> = {
  name: finishName,
  description: "Gives what you found out and ends your work. Call it exactly once, alone.",
  input: Analysed,
  writes: false,
  ends({ outcome, ...analysis }) {
    const nothing = { reasons: [], look_at: [], notes: "" };
    return outcome === "done"
      ? { outcome, summary: "", answer: analysisText(analysis), analysis, ...nothing }
      : { outcome, summary: analysis.cause, ...nothing };
  },
  run: finished,
};

/** An analysis as people read it: Markdown. Pure. */
export function analysisText({ cause, evidence, verdict, fix }: Omit<Analysed, "outcome">): string {
  const shown = evidence.map(({ file, line, excerpt }) => {
    const where = `\`${file.replaceAll("`", "'")}${line === null ? "" : `:${line}`}\``;
    const lines = excerpt.trim().split("\n").slice(0, 4);
    return `- ${where}${lines.map((text) => `\n  \`${text.trim().replaceAll("`", "'")}\``).join("")}`;
  });
  return [
    cause.trim(),
    ...(shown.length === 0 ? [] : [`**Evidence**\n\n${shown.join("\n")}`]),
    ...(fix.trim() === "" ? [] : [`**Fix:** ${fix.trim()}`]),
    `**Verdict of the model:** ${verdict}.`,
  ].join("\n\n");
}
