import { isDeepStrictEqual } from "node:util";
import type { SeenRequest } from "./step.ts";

/**
 * What the real API would refuse, or what Airlock promises about its requests. Out: one sentence, or null when all is well.
 * `sent` holds every item this server gave out in the steps so far.
 */
export function objectionTo(request: SeenRequest, sent: Record<string, unknown>[]): string | null {
  if (request["store"] !== false) return "`store` must be false: nothing of the repository is kept at the provider";
  if (request["stream"] !== true) return "`stream` must be true";
  if (request["previous_response_id"] !== undefined) return "`previous_response_id` needs stored responses";
  for (const tool of request.tools) {
    const why = tool.strict ? notStrict(tool.parameters) : "it is not strict";
    if (why !== null) return `tool ${tool.name}: ${why}`;
  }
  return historyObjection(request.input, sent);
}

function historyObjection(input: Record<string, unknown>[], sent: Record<string, unknown>[]): string | null {
  const calls = input.filter((item) => item["type"] === "function_call").map((item) => item["call_id"]);
  const outputs = input.filter((item) => item["type"] === "function_call_output").map((item) => item["call_id"]);
  const unanswered = calls.find((id) => !outputs.includes(id));
  if (unanswered !== undefined) return `No tool output found for function call ${JSON.stringify(unanswered)}.`;
  const uncalled = outputs.find((id) => !calls.includes(id));
  if (uncalled !== undefined)
    return `No tool call found for function call output with call_id ${JSON.stringify(uncalled)}.`;
  const changed = input
    .filter((item) => typeof item["id"] === "string")
    .find((item) => !sent.some((known) => isDeepStrictEqual(known, item)));
  return changed === undefined ? null : `item ${String(changed["id"])} did not come back as it was sent`;
}

/** Keywords that the strict mode of function tools does not take. */
const unsupported = [
  "default",
  "minLength",
  "maxLength",
  "oneOf",
  "allOf",
  "not",
  "if",
  "patternProperties",
  "$schema",
];

/** Strict function tools: every object closed, every property required, a subset of JSON schema only. */
function notStrict(schema: unknown): string | null {
  if (Array.isArray(schema)) return schema.map(notStrict).find((why) => why !== null) ?? null;
  if (typeof schema !== "object" || schema === null) return null;
  const node = new Map<string, unknown>(Object.entries(schema));
  const foreign = unsupported.find((key) => node.has(key));
  if (foreign !== undefined) return `keyword ${foreign} is not permitted`;
  const properties = node.get("properties");
  if (typeof properties === "object" && properties !== null) {
    if (node.get("additionalProperties") !== false) return "additionalProperties must be false";
    const required = node.get("required");
    const missing = Object.keys(properties).find((key) => !Array.isArray(required) || !required.includes(key));
    if (missing !== undefined) return `property ${missing} must be required`;
    return notStrict(Object.values(properties));
  }
  return notStrict([node.get("items"), node.get("anyOf")]);
}
