import { readFileSync } from "node:fs";

export type Schema = { [key: string]: unknown };

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: Schema;
}

/** One operation of GitHub's description, as `cut-openapi.mjs` leaves it. */
export interface Operation {
  operationId: string;
  docs?: string;
  parameters: (Parameter | { $ref: string })[];
  body: Schema | null;
  bodyRequired: boolean;
  /** By status; null when the answer has no JSON body. */
  responses: Record<string, Schema | null>;
}

interface Slice {
  from: string;
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, Schema>;
  components: { schemas: Record<string, Schema>; parameters: Record<string, Parameter> };
}

/** The slice of GitHub's OpenAPI description that the embedded GitHub answers. */
export const slice: Slice = JSON.parse(readFileSync(new URL("./openapi-slice.json", import.meta.url), "utf8"));

/** @throws Error when the slice has no such operation: then it belongs into `cut-openapi.mjs`. */
export function operationOf(method: string, path: string): Operation {
  const found = slice.paths[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`openapi-slice.json has no ${method} ${path}; add it to cut-openapi.mjs`);
  return found;
}

export function parametersOf(operation: Operation): Parameter[] {
  return operation.parameters.map((parameter) => {
    if (!("$ref" in parameter)) return parameter;
    const name = parameter.$ref.split("/").at(-1) ?? "";
    const found = slice.components.parameters[name];
    if (found === undefined) throw new Error(`openapi-slice.json has no parameter ${name}`);
    return found;
  });
}

/** Follows one reference, so that a body's own properties can be looked at. */
export function resolved(schema: Schema): Schema {
  const ref = schema["$ref"];
  if (typeof ref !== "string") return schema;
  return slice.components.schemas[ref.split("/").at(-1) ?? ""] ?? {};
}
