import type { z } from "zod";

/** What a tool did, for the session. Absent: nothing beyond its output. */
export type ToolDetail = { kind: "command"; exitCode: number | null } | { kind: "files"; changes: FileChange[] };

export interface FileChange {
  path: string;
  kind: "add" | "update" | "delete";
}

/** What a tool gives back to the model. A failure is a result, never a throw. */
export interface ToolResult {
  ok: boolean;
  /** Text for the model, already within the output limits. */
  output: string;
  detail?: ToolDetail;
}

/**
 * One thing the model may do. Contract of `run`: acts only inside the sandbox it was built with; must not throw for anything
 * the model can cause (bad path, failing command, time-out); throws only when the sandbox itself broke.
 */
export interface Tool<Input extends z.ZodType = z.ZodType> {
  name: string;
  description: string;
  input: Input;
  /** Whether a run may change the workspace: then a checkpoint follows. */
  writes: boolean;
  run(input: z.output<Input>, signal: AbortSignal): Promise<ToolResult>;
}
