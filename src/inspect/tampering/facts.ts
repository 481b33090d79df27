import { posix } from "node:path";
import type { Node } from "@babel/types";
import { testCases, type TestCase } from "./cases.ts";
import { helperWeights } from "./helper-assertions.ts";
import { nodesIn } from "./nodes.ts";
import { pairCases, type Pairing } from "./pairing.ts";
import type { CodePair, Source } from "./source.ts";

/** Everything that the rules over code may know of a change. */
export interface TestFacts extends Pairing {
  pairs: Pairing["pairs"];
  /** The changed files of code. */
  code: readonly CodePair[];
  before: readonly TestCase[];
  after: readonly TestCase[];
  /** Whether the program itself changes, and not only its tests. */
  sourceChanged: boolean;
  /** Names that a source file exported at the base and that no changed source exports in the result. */
  goneNames: ReadonlySet<string>;
}

export function testFacts(code: readonly CodePair[]): TestFacts {
  const tests = code.filter(({ role }) => role === "test");
  const sources = (side: "before" | "after") => tests.flatMap((pair) => pair[side] ?? []);
  const helpers = helperWeights([...sources("before"), ...sources("after")]);
  const before = sources("before").flatMap((source) => testCases(source, helpers));
  const after = sources("after").flatMap((source) => testCases(source, helpers));
  const program = code.filter(({ role }) => role === "source");
  const names = (sources: (Source | null)[]) =>
    new Set(sources.flatMap((one) => (one === null ? [] : exportedNames(one))));
  const kept = names(program.map((one) => one.after));
  const gone = [...names(program.map((one) => one.before))].filter((name) => !kept.has(name));
  return {
    ...pairCases(before, after),
    code,
    before,
    after,
    sourceChanged: program.some((pair) => pair.before?.text !== pair.after?.text),
    goneNames: new Set(gone),
  };
}

/** The files of this change that a relative import may mean, whatever ending it is written with. */
export function resolves(from: string, specifier: string, path: string): boolean {
  if (!specifier.startsWith(".")) return false;
  const wanted = posix.join(posix.dirname(from), specifier);
  const bareName = (name: string) => name.replace(/(\/index)?(\.d)?\.[cm]?[jt]sx?$/, "");
  return path === wanted || bareName(path) === bareName(wanted);
}

/** The modules that a file imports, with `import`, `require` or a dynamic import. */
export function importsOf({ tree }: Source): string[] {
  const found: string[] = [];
  for (const { node } of nodesIn(tree)) {
    if (node.type === "ImportDeclaration" || node.type === "ExportAllDeclaration") found.push(node.source.value);
    if (node.type === "ImportExpression" && node.source.type === "StringLiteral") found.push(node.source.value);
    if (node.type !== "CallExpression") continue;
    const [first] = node.arguments;
    const isRequire = node.callee.type === "Identifier" && node.callee.name === "require";
    if (isRequire && first?.type === "StringLiteral") found.push(first.value);
  }
  return found;
}

/** Whether a test speaks of something that the change took away: then its going is part of that. */
export function isAboutGone({ bodyNode }: TestCase, { goneNames }: TestFacts): boolean {
  if (bodyNode === null || goneNames.size === 0) return false;
  for (const { node } of nodesIn(bodyNode)) if (node.type === "Identifier" && goneNames.has(node.name)) return true;
  return false;
}

/** What a module offers: exported names, and the members of what it offers (methods, properties, keys of options). */
function exportedNames({ tree }: Source): string[] {
  return [...nodesIn(tree)].flatMap(({ node }) => {
    if (node.type === "ExportNamedDeclaration")
      return [...declaredNames(node.declaration ?? null), ...node.specifiers.flatMap((one) => nameIn(one.exported))];
    const isMember = /^(ClassMethod|ClassProperty|TSPropertySignature|TSMethodSignature)$/.test(node.type);
    return isMember && "key" in node ? nameIn(node.key) : [];
  });
}

function declaredNames(declaration: Node | null): string[] {
  if (declaration === null) return [];
  if (declaration.type === "VariableDeclaration") return declaration.declarations.flatMap(({ id }) => nameIn(id));
  return "id" in declaration ? nameIn(declaration.id) : [];
}

function nameIn(node: Node | null | undefined): string[] {
  return node?.type === "Identifier" ? [node.name] : [];
}
