import type { Egress, Profile, Sandbox } from "../../sandbox/sandbox.ts";
import type { Config } from "../config.ts";
import { analysisTool } from "./analysis.ts";
import { applyPatchTool } from "./apply-patch.ts";
import { answerItemTool } from "./answer-item.ts";
import type { Inside } from "./files.ts";
import { answerTool, finishTool } from "./finish.ts";
import { planTool } from "./plan.ts";
import { readFileTool } from "./read-file.ts";
import { shellTool } from "./shell.ts";
import type { Tool } from "./tool.ts";
import { answeringUnmountable } from "./unmountable.ts";

/** While the model thinks about an answer, the sandbox of its next command is built. */
function hinting(tool: Tool, { sandbox, profile }: Inside): Tool {
  return {
    ...tool,
    async run(input, signal) {
      const result = await tool.run(input, signal);
      sandbox.ready(profile);
      return result;
    },
  };
}

function lastTool(answers: "answer" | "analysis" | "plan" | undefined): Tool {
  switch (answers) {
    case undefined:
      return finishTool;
    case "answer":
      return answerTool;
    case "analysis":
      return analysisTool;
    case "plan":
      return planTool;
  }
}

/**
 * All that the model may do. In: an established sandbox, the profile every command runs under (its time and output limits are
 * replaced per tool), the task's limits, and the way out that shell commands alone get (absent: none). The order is stable, for the provider's prompt cache.
 */
export function createTools({
  sandbox,
  profile,
  limits,
  egress,
  answers,
  settles = false,
}: {
  sandbox: Sandbox;
  profile: Profile;
  limits: Config["limits"];
  egress?: Egress | undefined;
  /** The work is an answer, an analysis of checks that failed, or a plan: then nothing is patched. Absent: it is a change. */
  answers?: "answer" | "analysis" | "plan" | undefined;
  /** Whether the work is points of a review, which are answered one by one. */
  settles?: boolean;
}): Tool[] {
  const inside = { sandbox, profile };
  // The model thinks before its first command as after every other.
  sandbox.ready(profile);
  const tools: Tool[] = [shellTool(inside, limits, egress), readFileTool(inside, limits)];
  if (answers === undefined) tools.push(applyPatchTool(inside));
  const settling = settles ? [answerItemTool] : [];
  return [...tools.map(answeringUnmountable).map((tool) => hinting(tool, inside)), ...settling, lastTool(answers)];
}
