import type { z } from "zod";
import type { ItemAnswer } from "./answer-item.ts";
import type { Finish } from "./finish.ts";

/** What a tool did, for the session. Absent: nothing beyond its output. */
export type ToolDetail =
  | { kind: "command"; exitCode: number | null }
  | { kind: "files"; changes: FileChange[] }
  /** Nothing ran: the workspace, as an earlier command left it, cannot be mounted. A sweep may mend that. */
  | { kind: "unmountable"; why: string };

export interface FileChange {
  path: string;
  kind: "add" | "update" | "delete";
}

/** What a tool gives back to the model. A failure that the model can cause is a result. */
export interface ToolResult {
  ok: boolean;
  /** Text for the model, already within the output limits. */
  output: string;
  detail?: ToolDetail;
}

/**
 * One thing the model may do. Contract of `run`: acts only inside the sandbox it was built with. A bad path, a failing command,
 * a time-out and a workspace that cannot be mounted are results. It throws when the sandbox itself broke or the host ran out
 * of something (a full disk); a command of the model can be the cause of the latter, so the caller keeps what it has.
 */
export interface Tool<Input extends z.ZodType = z.ZodType> {
  name: string;
  description: string;
  input: Input;
  /** Whether a run may change the workspace: then a checkpoint follows. */
  writes: boolean;
  /** Set for the tool that ends the run: what the agent says with it. */
  ends?(input: z.output<Input>): Finish;
  /** Set for the tool that answers a point of a review: what the agent says of it. */
  settles?(input: z.output<Input>): ItemAnswer;
  run(input: z.output<Input>, signal: AbortSignal): Promise<ToolResult>;
}
