import type { Node } from "@babel/types";
import { oneStrictYaml, settingsAliasesMax } from "../../text/strict-yaml.ts";
import { foldPath } from "../fold-path.ts";
import { bare, dotted, keyName, nodesIn } from "./nodes.ts";
import { isCode, parseCode } from "./parse.ts";
import { textAt, type Source } from "./source.ts";

/** One written value of a configuration. */
export interface Setting {
  /** Keys joined by dots; an element of a list is `*`. A list of objects is seen as one object that says all of it. */
  key: string;
  /** What is computed is its own text: whether it is the same can still be told. */
  value: string | number | boolean | null;
  line: number | null;
}

/**
 * The values that a configuration writes out: JSON with comments, YAML, or a program (then every object that is not inside another, however it
 * is exported). null when it cannot be read.
 */
export function settingsOf(path: string, text: string): Setting[] | null {
  if (/\.ya?ml$/.test(foldPath(path))) return yamlSettings(text);
  if (isCode(path)) return programSettings(path, text);
  const parsed = parseCode("settings.js", `(${text.replace(/^\uFEFF/, "")}\n)`);
  if (parsed.kind === "unreadable") return /^[\s\w-]+:/.test(text) ? yamlSettings(text) : null;
  const source = { path, text: `(${text.replace(/^\uFEFF/, "")}\n)`, tree: parsed.tree };
  const [statement] = parsed.tree.program.body;
  return statement?.type === "ExpressionStatement" ? flat(statement.expression, "", source) : [];
}

function programSettings(path: string, text: string): Setting[] | null {
  const parsed = parseCode(path, text);
  if (parsed.kind === "unreadable") return null;
  const source = { path, text, tree: parsed.tree };
  const roots = [
    ...nodesIn(parsed.tree, (node) => node.type !== "ObjectExpression" && node.type !== "ArrayExpression"),
  ];
  return roots.flatMap(({ node }) =>
    node.type === "ObjectExpression" || node.type === "ArrayExpression" ? flat(node, "", source) : [],
  );
}

function flat(node: Node, key: string, source: Source): Setting[] {
  const value = bare(node);
  const line = value.loc?.start.line ?? null;
  const under = (name: string) => (key === "" ? name : `${key}.${name}`);
  const plain = { key, value: textAt(source, value), line };
  if (value.type === "ObjectExpression")
    return value.properties.flatMap((one) => {
      if (one.type === "ObjectProperty") return flat(one.value, under(keyName(one.key, one.computed) ?? "?"), source);
      const name = one.type === "SpreadElement" ? "..." : (keyName(one.key, one.computed) ?? "()");
      return [{ key: under(name), value: textAt(source, one), line }];
    });
  if (value.type === "ArrayExpression")
    return value.elements.flatMap((one) => (one === null ? [] : flat(one, under("*"), source)));
  if (value.type === "CallExpression")
    return [
      { key, value: `${dotted(value.callee)}()`, line },
      ...value.arguments.flatMap((one) => flat(one, key, source)),
    ];
  if (value.type === "ArrowFunctionExpression" && value.body.type !== "BlockStatement")
    return flat(value.body, key, source);
  if (value.type === "StringLiteral" || value.type === "NumericLiteral" || value.type === "BooleanLiteral")
    return [{ key, value: value.value, line }];
  return [value.type === "NullLiteral" ? { key, value: null, line } : plain];
}

function yamlSettings(text: string): Setting[] | null {
  const read = oneStrictYaml(text, settingsAliasesMax);
  return read === null ? null : flatValue(read.value, "");
}

function flatValue(value: unknown, key: string): Setting[] {
  const under = (name: string) => (key === "" ? name : `${key}.${name}`);
  if (Array.isArray(value)) return value.flatMap((one: unknown) => flatValue(one, under("*")));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([name, one]) => flatValue(one, under(name)));
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null)
    return [{ key, value, line: null }];
  return [];
}
