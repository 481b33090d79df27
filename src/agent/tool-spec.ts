import { z } from "zod";
import type { ToolSpec } from "../model/model.ts";
import type { Tool } from "../tools/tool.ts";

/** Keywords zod writes and the strict mode of function tools refuses; zod itself still checks them when a call arrives. */
const dropped = new Set(["$schema", "default", "minLength", "maxLength"]);

/** A tool as the model sees it: closed objects, every property required (absence is written as null). */
export function specOf({ name, description, input }: Tool): ToolSpec {
  const schema = strict(z.toJSONSchema(input, { io: "output" }));
  if (!isObject(schema) || schema["type"] !== "object")
    throw new TypeError(`the input of tool ${name} is not an object`);
  return { name, description, parameters: schema };
}

function strict(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strict);
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !dropped.has(key))
      .map(([key, value]) => [key, key === "properties" && isObject(value) ? mapValues(value) : strict(value)]),
  );
}

/** The keys of `properties` are names, not keywords: none is dropped. */
function mapValues(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, strict(value)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
