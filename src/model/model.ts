import type { Usage } from "../handoff/solution.ts";

/** One tool as the model sees it. `parameters` is a JSON schema (draft 2020-12), strict. */
export interface ToolSpec {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
}

/** What goes into the history, oldest first. `raw` items are given back to the provider exactly as they came. */
export type Item =
  | { kind: "instructions"; text: string }
  | { kind: "user"; text: string }
  | { kind: "raw"; item: unknown }
  | { kind: "tool_output"; callId: string; output: string };

export interface ToolCall {
  callId: string;
  name: string;
  /** Raw JSON text as the model wrote it; may be invalid. */
  arguments: string;
}

export type ModelTurn =
  /** A completed response: the only kind whose calls may be run. */
  | { kind: "completed"; text: string; calls: ToolCall[]; items: Item[]; usage: TurnUsage }
  /** The provider stopped early (output limit, content filter). No call of it may be run. */
  | { kind: "incomplete"; reason: string; usage: TurnUsage }
  | { kind: "refused"; text: string; usage: TurnUsage };

export type TurnUsage = Omit<Usage, "turns">;

export interface ModelRequest {
  model: string;
  effort: "low" | "medium" | "high";
  items: Item[];
  tools: ToolSpec[];
  /** Stable per session, so that the provider can reuse its prompt cache. */
  cacheKey: string;
  signal: AbortSignal;
}

/**
 * The one port to a language model.
 * Contract: resolves only with a whole response; retries connection failures, 429 and 5xx within its own bounds; throws
 * `AirlockError` (`model-failed`, `model-misconfigured`) otherwise. Holds the key; nothing else does.
 */
export interface Model {
  respond(request: ModelRequest): Promise<ModelTurn>;
}
