import { isObject, jsonObject, type JsonObject } from "./json.ts";

/** A string of a JSON text without escapes, and the colon behind it when it is a key. */
const strings = /"[^"]*"(\s*:)?/g;

/**
 * Reads a JSON object that nobody vouches for. Pure; time in proportion to the text. Out: null when it cannot be read in one way only: no
 * JSON, a key twice in one object (a person reads the first, a program the last), or the key that gives a copied object another prototype.
 */
export function oneJsonObject(text: string): JsonObject | null {
  const root = jsonObject(text);
  if (root === null) return null;
  const keys = keysIn(root);
  return keys !== null && keys === writtenKeys(text) ? root : null;
}

/** Valid JSON has quotes only around strings and escapes only in them, so every string before a colon is a key. */
function writtenKeys(text: string): number {
  let keys = 0;
  for (const [, colon] of text.replaceAll(/\\./g, "").matchAll(strings)) if (colon !== undefined) keys += 1;
  return keys;
}

function keysIn(root: JsonObject): number | null {
  let keys = 0;
  const open: unknown[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (isObject(value)) {
      if (Object.hasOwn(value, "__proto__")) return null;
      const inside = Object.values(value);
      keys += inside.length;
      for (const one of inside) open.push(one);
    } else if (Array.isArray(value)) {
      for (const one of value) open.push(one);
    }
  }
  return keys;
}
