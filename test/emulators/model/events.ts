import type { Call, SeenRequest, Step } from "./step.ts";

type Speaking = Extract<Step, { kind: "reply" | "cut" | "unfinished" }>;

/** The output items of a step, as the provider would send them. */
export function outputOf(step: Speaking, position: number, request: SeenRequest): Record<string, unknown>[] {
  const items: Record<string, unknown>[] = [];
  if (step.reasoning !== undefined)
    items.push({ id: `rs_${position}`, type: "reasoning", summary: [], encrypted_content: step.reasoning });
  if (step.text !== undefined) items.push(message(position, { type: "output_text", text: step.text, annotations: [] }));
  for (const [index, call] of (step.calls ?? []).entries())
    items.push(functionCall(call, `${position}_${index}`, request));
  return items;
}

export function message(position: number, part: Record<string, unknown>): Record<string, unknown> {
  return { id: `msg_${position}`, type: "message", role: "assistant", status: "completed", content: [part] };
}

function functionCall(call: Call, id: string, request: SeenRequest): Record<string, unknown> {
  const args = typeof call.arguments === "function" ? call.arguments(request) : call.arguments;
  return {
    id: `fc_${id}`,
    type: "function_call",
    status: "completed",
    call_id: call.call_id ?? `call_${id}`,
    name: call.name,
    arguments: typeof args === "string" ? args : JSON.stringify(args),
  };
}

/** The server-sent events of one response, in the provider's order, ending in `last`. */
export function streamOf(
  response: Record<string, unknown>,
  output: Record<string, unknown>[],
  last: Record<string, unknown> | null,
): string {
  let sequence = 0;
  const event = (type: string, fields: Record<string, unknown>) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`;
  const begun = { ...response, status: "in_progress", output: [], usage: null };
  let text = event("response.created", { response: begun }) + event("response.in_progress", { response: begun });
  for (const [index, item] of output.entries()) text += itemEvents(event, index, item);
  return last === null ? text : text + event(`response.${String(last["status"])}`, { response: last });
}

type Event = (type: string, fields: Record<string, unknown>) => string;

function itemEvents(event: Event, index: number, item: Record<string, unknown>): string {
  const where = { output_index: index, item_id: item["id"] };
  const added = (empty: Record<string, unknown>) =>
    event("response.output_item.added", { output_index: index, item: { ...item, status: "in_progress", ...empty } });
  const done = event("response.output_item.done", { output_index: index, item });
  if (item["type"] === "function_call") {
    const args = String(item["arguments"]);
    const half = Math.ceil(args.length / 2);
    return (
      added({ arguments: "" }) +
      event("response.function_call_arguments.delta", { ...where, delta: args.slice(0, half) }) +
      event("response.function_call_arguments.delta", { ...where, delta: args.slice(half) }) +
      event("response.function_call_arguments.done", { ...where, arguments: args }) +
      done
    );
  }
  // The first sight of a reasoning item carries an encrypted text that is not whole yet.
  if (item["type"] === "reasoning") return added({ encrypted_content: "partial" }) + done;
  return added({ content: [] }) + done;
}
