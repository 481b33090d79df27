import { z } from "zod";
import { Ending, Usage } from "../handoff/solution.ts";
import { redact } from "../text/redact.ts";

const FileChange = z.strictObject({ path: z.string(), kind: z.enum(["add", "update", "delete"]) });

const ToolItem = z.strictObject({
  id: z.string(),
  type: z.enum(["command_execution", "file_change", "tool_call"]),
  tool: z.string(),
  /** As the model wrote them; may be invalid. */
  arguments: z.string(),
  status: z.enum(["in_progress", "completed", "failed"]),
  aggregated_output: z.string().optional(),
  /** null when the command did not end by itself. */
  exit_code: z.int().nullable().optional(),
  changes: z.array(FileChange).optional(),
});
export type ToolItem = z.infer<typeof ToolItem>;

const Item = z.union([
  z.strictObject({ id: z.string(), type: z.literal("agent_message"), text: z.string() }),
  ToolItem,
]);

/**
 * One line of the session. The names are those of `codex exec --json`; a turn is one model call with the tool calls it asked
 * for, and `thread.completed` is always the last line of a run that ended by itself.
 */
export const SessionEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("thread.started"), thread_id: z.string(), model: z.string() }),
  z.strictObject({ type: z.literal("turn.started"), turn: z.int().min(1) }),
  z.strictObject({ type: z.literal("item.started"), item: Item }),
  z.strictObject({ type: z.literal("item.completed"), item: Item }),
  z.strictObject({
    type: z.literal("checkpoint"),
    turn: z.int().min(1),
    tree: z.string(),
    violations: z.array(z.string()),
  }),
  z.strictObject({ type: z.literal("turn.completed"), turn: z.int().min(1), usage: Usage }),
  z.strictObject({
    type: z.literal("turn.failed"),
    turn: z.int().min(1),
    error: z.strictObject({ message: z.string() }),
  }),
  z.strictObject({ type: z.literal("error"), message: z.string() }),
  /** Something whoever reads the session must know, and that ends nothing. */
  z.strictObject({ type: z.literal("notice"), message: z.string() }),
  z.strictObject({ type: z.literal("thread.completed"), ending: Ending, usage: Usage }),
]);
export type SessionEvent = z.infer<typeof SessionEvent>;

/** Told of every event, in order. Contract: must not throw. */
export type OnEvent = (event: SessionEvent) => void;

/**
 * Writes a session as append-only JSON lines. In: where a line goes (each ends in a line feed), and a clock in milliseconds since 1970.
 */
export function sessionWriter(append: (line: string) => void, now: () => number): OnEvent {
  return (event) => append(`${JSON.stringify({ at: new Date(now()).toISOString(), ...event })}\n`);
}

/** The same listener for events without secrets: every text in them is redacted first. */
export function redacting(onEvent: OnEvent, known: readonly string[]): OnEvent {
  return (event) => onEvent(SessionEvent.parse(mapTexts(event, (text) => redact(text, known))));
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, mapTexts(field, map)]));
}
