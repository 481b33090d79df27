import { posix } from "node:path";
import type { Finding } from "../../handoff/finding.ts";
import { testCases, type TestCase } from "./cases.ts";
import { goneNames, moduleOf, speaksOf, type Gone } from "./gone-names.ts";
import { helperWeights } from "./helper-assertions.ts";
import { nodesIn } from "./nodes.ts";
import { pairCases, type Pairing } from "./pairing.ts";
import { tampering, type CodePair, type Source } from "./source.ts";
import { workFor, type Work } from "./work.ts";

/** Everything that the rules over code may know of a change. */
export interface TestFacts extends Pairing {
  pairs: Pairing["pairs"];
  /** The changed files of code. */
  code: readonly CodePair[];
  before: readonly TestCase[];
  after: readonly TestCase[];
  /** Whether the program itself changes, and not only its tests. */
  sourceChanged: boolean;
  /** Per test file of the base: what is gone from the modules that it imports. */
  gone: ReadonlyMap<Source, Gone>;
}

export function testFacts(pairs: readonly CodePair[]): { facts: TestFacts; unread: Finding[] } {
  const tests = pairs.filter(({ role }) => role === "test");
  const works = new Map(tests.flatMap(({ before, after }) => [before, after]).flatMap(withWork));
  const helpers = helperWeights(works);
  const cases = new Map([...works].map(([source, work]) => [source, testCases(source, helpers, work)]));
  const isOver = (source: Source | null) => source !== null && (works.get(source)?.left ?? 0) < 0;
  const unread = tests.flatMap(({ path, before, after }) => [
    ...(isOver(before) ? [tooMuch(path, "the base")] : []),
    ...(isOver(after) ? [tooMuch(path, "the result")] : []),
  ]);
  const readable = (source: Source | null) => (source !== null && works.has(source) && isOver(source) ? null : source);
  const code = pairs.map((pair) => ({ ...pair, before: readable(pair.before), after: readable(pair.after) }));
  const read = code.filter(({ role }) => role === "test");
  const before = read.flatMap((pair) => (pair.before === null ? [] : (cases.get(pair.before) ?? [])));
  const after = read.flatMap((pair) => (pair.after === null ? [] : (cases.get(pair.after) ?? [])));
  const program = code.filter(({ role }) => role === "source");
  const facts = {
    ...pairCases(before, after),
    code,
    before,
    after,
    sourceChanged: program.some((pair) => pair.before?.text !== pair.after?.text),
    gone: goneNames(
      code,
      read.flatMap((pair) => pair.before ?? []),
    ),
  };
  return { facts, unread };
}

function withWork(source: Source | null): [Source, Work][] {
  return source === null ? [] : [[source, workFor(source)]];
}

function tooMuch(path: string, side: string): Finding {
  const message = `Nobody compared this file: the tests of ${side} are inside each other so that reading them takes out of proportion long.`;
  return tampering({ rule: "v00-not-read", level: "block", path, line: null, message, before: null, after: null });
}

/** The files of this change that a relative import may mean, whatever ending it is written with. */
export function resolves(from: string, specifier: string, path: string): boolean {
  if (!specifier.startsWith(".")) return false;
  const wanted = posix.join(posix.dirname(from), specifier);
  return path === wanted || moduleOf(path) === moduleOf(wanted);
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
export function isAboutGone({ bodyNode, source }: TestCase, { gone }: TestFacts): boolean {
  const some = gone.get(source);
  return bodyNode !== null && some !== undefined && speaksOf(bodyNode, some);
}
