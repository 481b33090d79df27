import type { ValidateFunction } from "ajv";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import type { Operation, Schema } from "./slice.ts";
import { parametersOf, resolved, slice } from "./slice.ts";

const root = "https://embedded.example/openapi";
const strict = newAjv(false);
/** Query and path values arrive as text, so numbers and booleans are read from it. */
const coercing = newAjv("array");
const compiled = new Map<string, ValidateFunction>();

export interface Asked {
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
}

/**
 * Compares a request with GitHub's description. Bodies are closed: a misspelt optional key is wrong here, though
 * GitHub would ignore it. Out: one sentence per mistake, empty when the request is right.
 */
export function requestMistakes(operation: Operation, asked: Asked): string[] {
  return [...parameterMistakes(operation, asked), ...bodyMistakes(operation, asked.body)];
}

/** Compares an answer with GitHub's description, by status. */
export function answerMistakes(operation: Operation, status: number, json: unknown): string[] {
  if (status >= 400) return [];
  const schema = operation.responses[String(status)];
  if (schema === undefined) return [`${operation.operationId} never answers ${status}`];
  if (schema === null) return json === undefined ? [] : [`${operation.operationId} answers ${status} without a body`];
  return mistakes(
    compile(strict, `${operation.operationId} ${status}`, () => schema),
    json,
    "answer",
  );
}

/** Compares a webhook's payload with GitHub's description. */
export function payloadMistakes(event: string, action: string | null, payload: unknown): string[] {
  const name = [event, action]
    .filter((part) => part !== null)
    .join("-")
    .replaceAll("_", "-");
  const schema = slice.webhooks[name];
  if (schema === undefined) return [`openapi-slice.json has no webhook ${name}`];
  return mistakes(
    compile(strict, `webhook ${name}`, () => schema),
    payload,
    name,
  );
}

function parameterMistakes(operation: Operation, { params, query }: Asked): string[] {
  const known = parametersOf(operation);
  const values: Record<string, unknown> = { ...params };
  for (const key of new Set(query.keys())) values[key] = query.get(key);
  const described = (): Schema => ({
    type: "object",
    properties: Object.fromEntries(known.filter((one) => one.in !== "header").map((one) => [one.name, one.schema])),
    required: known.filter((one) => one.required === true && one.in !== "header").map((one) => one.name),
    additionalProperties: false,
  });
  return mistakes(compile(coercing, `${operation.operationId} parameters`, described), values, "parameters");
}

function bodyMistakes(operation: Operation, body: unknown): string[] {
  const schema = operation.body;
  if (schema === null) return body === undefined ? [] : [`${operation.operationId} takes no body`];
  if (body === undefined) return operation.bodyRequired ? [`${operation.operationId} needs a body`] : [];
  return mistakes(
    compile(strict, `${operation.operationId} body`, () => closed(schema)),
    body,
    "body",
  );
}

/** The top level refuses unknown keys; what is below stays as GitHub describes it. */
function closed(schema: Schema): Schema {
  const own = resolved(schema);
  if (own["properties"] !== undefined) return { ...own, additionalProperties: false };
  const branches = (["oneOf", "anyOf"] as const).flatMap((key) => {
    const list = own[key];
    return Array.isArray(list) ? [[key, list.map((branch: Schema) => closed(branch))] as const] : [];
  });
  return { ...own, ...Object.fromEntries(branches) };
}

function compile(ajv: Ajv, name: string, schema: () => Schema): ValidateFunction {
  const found = compiled.get(name);
  if (found !== undefined) return found;
  const made = ajv.compile({ $id: `${root}/${encodeURIComponent(name)}`, ...cured(schema()) });
  compiled.set(name, made);
  return made;
}

function mistakes(validate: ValidateFunction, value: unknown, where: string): string[] {
  if (validate(structuredClone(value))) return [];
  return (validate.errors ?? []).map((error) => {
    const named: { additionalProperty?: string; allowedValues?: unknown[] } = error.params;
    const detail = named.additionalProperty ?? (named.allowedValues ? JSON.stringify(named.allowedValues) : "");
    return `${where}${error.instancePath}: ${error.message ?? error.keyword}${detail === "" ? "" : ` (${detail})`}`;
  });
}

function newAjv(coerceTypes: boolean | "array"): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes, validateSchema: false });
  formats.default(ajv);
  for (const format of ["repo.nwo", "binary"]) ajv.addFormat(format, true);
  ajv.addSchema({ $id: root, ...cured({ components: { schemas: slice.components.schemas } }) });
  return ajv;
}

/** References point at the shared components wherever the schema itself lives, and null is said the JSON schema way. */
function cured(schema: Schema): Schema {
  const text = JSON.stringify(schema).replaceAll('"#/components/', `"${root}#/components/`);
  const made: Schema = JSON.parse(text, (_, node) => nullable(node));
  return made;
}

/** OpenAPI 3.0 says `nullable`, JSON schema says it with types; nullable enumerations must also list null. */
function nullable(node: unknown): unknown {
  if (node === null || typeof node !== "object" || !("nullable" in node) || typeof node.nullable !== "boolean")
    return node;
  const { nullable: isNullable, ...rest } = node;
  return isNullable ? { anyOf: [rest, { type: "null" }] } : rest;
}
