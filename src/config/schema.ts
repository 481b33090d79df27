import { z } from "zod";
import { Config } from "../config.ts";

type Schema = z.core.JSONSchema.BaseSchema;

/** The JSON schema of `.github/airlock.toml` as a person writes it (every default may be left out), for editors. */
export function configSchema(): Schema {
  return { ...z.toJSONSchema(Config, { io: "input" }), title: "Airlock configuration (.github/airlock.toml)" };
}

/** What may stand at a place of the file: the keys of a table or the values of a choice, sorted as declared; null if there is no list. */
export function allowedAt(path: readonly PropertyKey[]): string[] | null {
  let schema: Schema | boolean | undefined = configSchema();
  for (const key of path) {
    if (typeof schema !== "object") return null;
    schema = typeof key === "number" ? itemsOf(schema) : schema.properties?.[String(key)];
  }
  if (typeof schema !== "object") return null;
  if (schema.enum !== undefined) return schema.enum.map(String);
  return schema.properties === undefined ? null : Object.keys(schema.properties);
}

function itemsOf({ items }: Schema): Schema | boolean | undefined {
  return Array.isArray(items) ? undefined : items;
}
