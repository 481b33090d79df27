import { z } from "zod";
import type { ModelTurn, ToolCall, TurnUsage } from "./model.ts";
import { costOf } from "./price.ts";

/** The parts of a response that Airlock reads. The provider may send more, so these objects are open. */
const FunctionCall = z.object({
  type: z.literal("function_call"),
  call_id: z.string().min(1),
  name: z.string(),
  arguments: z.string(),
});
const Message = z.object({
  type: z.literal("message"),
  content: z.array(
    z.union([
      z.object({ type: z.literal("output_text"), text: z.string() }),
      z.object({ type: z.literal("refusal"), refusal: z.string() }),
    ]),
  ),
});
const Tokens = z.object({
  input_tokens: z.int().min(0),
  output_tokens: z.int().min(0),
  input_tokens_details: z
    .object({ cached_tokens: z.int().min(0).nullish(), cache_write_tokens: z.int().min(0).nullish() })
    .nullish(),
});
const Response = z.object({
  output: z.array(z.unknown()),
  usage: Tokens.nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
});

export type Read = { kind: "turn"; turn: ModelTurn } | { kind: "unreadable"; why: string };

/**
 * Turns a response that the provider called completed into a turn.
 * In: the response, and the items that came one by one (their encrypted reasoning is whole; a lean endpoint repeats none at the end).
 */
export function readCompleted(model: string, response: unknown, done: readonly unknown[]): Read {
  const parsed = Response.safeParse(response);
  if (!parsed.success) return { kind: "unreadable", why: z.prettifyError(parsed.error) };
  if (!parsed.data.usage)
    return { kind: "unreadable", why: "it reports no usage, so the limits on tokens and cost could not be held" };
  const usage = usageOf(model, parsed.data.usage);
  const output = done.length >= parsed.data.output.length ? done : parsed.data.output;
  const calls: ToolCall[] = [];
  const texts: string[] = [];
  const refusals: string[] = [];
  for (const item of output) {
    const type = typeOf(item);
    if (type === "function_call") {
      const call = FunctionCall.safeParse(item);
      if (!call.success) return { kind: "unreadable", why: z.prettifyError(call.error) };
      calls.push({ callId: call.data.call_id, name: call.data.name, arguments: call.data.arguments });
    } else if (type === "message") {
      const message = Message.safeParse(item);
      if (!message.success) return { kind: "unreadable", why: z.prettifyError(message.error) };
      for (const part of message.data.content) {
        if (part.type === "refusal") refusals.push(part.refusal);
        else texts.push(part.text);
      }
    }
  }
  if (refusals.length > 0) return { kind: "turn", turn: { kind: "refused", text: refusals.join("\n"), usage } };
  const items = output.map((item) => ({ kind: "raw" as const, item }));
  return { kind: "turn", turn: { kind: "completed", text: texts.join("\n"), calls, items, usage } };
}

/** Turns a response that stopped early into a turn without calls. */
export function readIncomplete(model: string, response: unknown): Read {
  const parsed = Response.safeParse(response);
  if (!parsed.success) return { kind: "unreadable", why: z.prettifyError(parsed.error) };
  const reason = parsed.data.incomplete_details?.reason ?? "unknown";
  const usage = parsed.data.usage ? usageOf(model, parsed.data.usage) : noUsage;
  return { kind: "turn", turn: { kind: "incomplete", reason, usage } };
}

/** The usage of a call that the provider refused before it read anything. */
export const noUsage: TurnUsage = { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, cost_usd: 0 };

function usageOf(model: string, tokens: z.infer<typeof Tokens>): TurnUsage {
  const cached = tokens.input_tokens_details?.cached_tokens ?? 0;
  const cacheWritten = tokens.input_tokens_details?.cache_write_tokens ?? 0;
  return {
    input_tokens: tokens.input_tokens,
    cached_input_tokens: cached,
    output_tokens: tokens.output_tokens,
    cost_usd: costOf(model, { input: tokens.input_tokens, cached, cacheWritten, output: tokens.output_tokens }),
  };
}

function typeOf(item: unknown): unknown {
  return typeof item === "object" && item !== null && "type" in item ? item.type : undefined;
}
