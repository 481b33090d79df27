import { posix } from "node:path";
import type { Node } from "@babel/types";
import { isFunction, keyName, nodesIn, stringValue, type Visited } from "./nodes.ts";
import type { CodePair, Source } from "./source.ts";

/** What a change took away from the modules that one test file imports. */
export interface Gone {
  /** Exported names, and methods of exported classes. */
  names: ReadonlySet<string>;
  /** What the test file itself calls the exported ones that it imports by name. */
  locals: ReadonlySet<string>;
}

/**
 * For each test file of the base, what the modules that it imports by a relative path exported and no changed source exports any more.
 * Types and their members do not count: they can be taken away without changing what any program does.
 */
export function goneNames(code: readonly CodePair[], tests: readonly Source[]): ReadonlyMap<Source, Gone> {
  const program = code.filter(({ role }) => role === "source");
  const kept = new Set(program.flatMap(({ after }) => (after === null ? [] : offeredBy(after))));
  const gone = new Map(
    program.flatMap(({ path, before }): [string, string[]][] => {
      const names = before === null ? [] : offeredBy(before).filter((name) => !kept.has(name));
      return names.length === 0 ? [] : [[moduleOf(path), names]];
    }),
  );
  return new Map(gone.size === 0 ? [] : tests.map((source) => [source, goneFor(source, gone)]));
}

/** Whether a test speaks of something that is gone: it calls it, takes it as a member, or uses what its file imports by that name. */
export function speaksOf(body: Node, { names, locals }: Gone): boolean {
  if (names.size === 0) return false;
  for (const visited of nodesIn(body)) {
    const { node } = visited;
    if (node.type !== "Identifier" || (!names.has(node.name) && !locals.has(node.name))) continue;
    const place = placeOf(visited);
    if (place === "callee" || (place === "member" && names.has(node.name))) return true;
    if (place === "value" && locals.has(node.name)) return true;
  }
  return false;
}

function placeOf({ node, parent }: Visited): "callee" | "member" | "value" | "other" {
  const above = parent?.node;
  if (above === undefined) return "value";
  if ((above.type === "CallExpression" || above.type === "NewExpression") && above.callee === node) return "callee";
  if (above.type === "MemberExpression" || above.type === "OptionalMemberExpression")
    return above.property === node && !above.computed ? "member" : "value";
  const isKey = "key" in above && above.key === node;
  const isDeclared = "id" in above && above.id === node;
  const isParameter = isFunction(above) && !("body" in above && above.body === node);
  return isKey || isDeclared || isParameter ? "other" : "value";
}

function goneFor(source: Source, gone: ReadonlyMap<string, readonly string[]>): Gone {
  const names = new Set<string>();
  const locals = new Set<string>();
  const folder = posix.dirname(source.path);
  for (const { node } of nodesIn(source.tree)) {
    const specifier = specifierOf(node);
    if (specifier?.startsWith(".") !== true) continue;
    const some = gone.get(moduleOf(posix.join(folder, specifier)));
    if (some === undefined) continue;
    for (const name of some) names.add(name);
    for (const one of node.type === "ImportDeclaration" ? node.specifiers : [])
      if (one.type === "ImportSpecifier" && some.includes(stringValue(one.imported) ?? nameIn(one.imported)[0] ?? ""))
        locals.add(one.local.name);
  }
  return { names, locals };
}

function specifierOf(node: Node): string | null {
  if (node.type === "ImportDeclaration") return node.source.value;
  if (node.type === "ImportExpression") return stringValue(node.source);
  if (node.type !== "CallExpression" || nameIn(node.callee)[0] !== "require") return null;
  return stringValue(node.arguments[0]);
}

/** A path without the endings that an import may leave out. */
export function moduleOf(path: string): string {
  return path.replace(/(\/index)?(\.d)?\.[cm]?[jt]sx?$/, "");
}

function offeredBy({ tree }: Source): string[] {
  return tree.program.body.flatMap((node) => {
    if (node.type === "ExportDefaultDeclaration") return methodsOf(node.declaration);
    if (node.type !== "ExportNamedDeclaration") return [];
    const declared = node.declaration ?? null;
    return [
      ...declaredNames(declared),
      ...methodsOf(declared),
      ...node.specifiers.flatMap((one) => nameIn(one.exported)),
    ];
  });
}

function methodsOf(declaration: Node | null): string[] {
  if (declaration?.type !== "ClassDeclaration" && declaration?.type !== "ClassExpression") return [];
  return declaration.body.body.flatMap((one) =>
    one.type === "ClassMethod" ? (keyName(one.key, one.computed ?? false) ?? []) : [],
  );
}

function declaredNames(declaration: Node | null): string[] {
  if (declaration === null) return [];
  if (declaration.type === "VariableDeclaration") return declaration.declarations.flatMap(({ id }) => nameIn(id));
  const isValue = /^(FunctionDeclaration|ClassDeclaration|TSEnumDeclaration)$/.test(declaration.type);
  return isValue && "id" in declaration ? nameIn(declaration.id) : [];
}

function nameIn(node: Node | null | undefined): string[] {
  return node?.type === "Identifier" ? [node.name] : [];
}
