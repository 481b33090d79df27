import type { ResponseCreateParamsStreaming, ResponseInputItem } from "openai/resources/responses/responses";
import type { Item, ModelRequest, ToolSpec } from "./model.ts";

/**
 * The body of one Responses call. Nothing is stored at the provider; reasoning travels encrypted and comes back unchanged,
 * and the server may not shorten the history by itself. Order is stable, so that the provider's prompt cache can be used.
 */
export function requestBody({
  model,
  effort,
  items,
  tools,
  cacheKey,
}: Omit<ModelRequest, "signal">): ResponseCreateParamsStreaming {
  return {
    model,
    instructions: instructionsOf(items),
    input: items.flatMap(inputItem),
    tools: tools.map(functionTool),
    tool_choice: "auto",
    parallel_tool_calls: true,
    prompt_cache_key: cacheKey,
    truncation: "disabled",
    store: false,
    stream: true,
    ...(reasons(model) ? { reasoning: { effort }, include: ["reasoning.encrypted_content" as const] } : {}),
  };
}

/** Instructions always stand first, wherever they were added to the history. */
function instructionsOf(items: Item[]): string {
  return items.flatMap((item) => (item.kind === "instructions" ? [item.text] : [])).join("\n\n");
}

function inputItem(item: Item): ResponseInputItem[] {
  switch (item.kind) {
    case "instructions":
      return [];
    case "user":
      return [{ type: "message", role: "user", content: [{ type: "input_text", text: item.text }] }];
    case "raw":
      if (!isProviderItem(item.item)) throw new TypeError("a raw item of the history is not an object");
      return [item.item];
    case "tool_output":
      return [{ type: "function_call_output", call_id: item.callId, output: item.output }];
  }
}

/** The provider made this item, and its contract is to take it back as it was: nothing more is looked at. */
function isProviderItem(item: unknown): item is ResponseInputItem {
  return typeof item === "object" && item !== null;
}

function functionTool({ name, description, parameters }: ToolSpec) {
  return { type: "function" as const, name, description, parameters, strict: true };
}

/** The families before GPT-5 refuse the reasoning parameters. */
function reasons(model: string): boolean {
  return !/^(gpt-3|gpt-4|chatgpt-4)/.test(model);
}
