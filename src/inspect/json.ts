export type JsonObject = Record<string, unknown>;

/** Reads a JSON object, a byte order mark allowed. Out: null when the text is not JSON, not an object, or nested too deep to write again. */
export function jsonObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    JSON.stringify(value);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The object under a key; an empty one when the key is absent or holds something else. */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return isObject(value) ? value : {};
}

/** The text under a key; null when the key is absent or holds something else. */
export function stringAt(parent: JsonObject, key: string): string | null {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return typeof value === "string" ? value : null;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
