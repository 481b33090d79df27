import type { Profile, Sandbox } from "../../sandbox/sandbox.ts";
import type { Config } from "../config.ts";
import { applyPatchTool } from "./apply-patch.ts";
import { finishTool } from "./finish.ts";
import { readFileTool } from "./read-file.ts";
import { shellTool } from "./shell.ts";
import type { Tool } from "./tool.ts";
import { answeringUnmountable } from "./unmountable.ts";

/**
 * All that the model may do. In: an established sandbox, the profile every command runs under (its time and output limits are
 * replaced per tool) and the task's limits. The order is stable, for the provider's prompt cache.
 */
export function createTools({
  sandbox,
  profile,
  limits,
}: {
  sandbox: Sandbox;
  profile: Profile;
  limits: Config["limits"];
}): Tool[] {
  const inside = { sandbox, profile };
  const tools: Tool[] = [shellTool(inside, limits), readFileTool(inside, limits), applyPatchTool(inside), finishTool];
  return tools.map(answeringUnmountable);
}
