import type { Node } from "@babel/types";
import { assertionsIn, type Assertion } from "./assertions.ts";
import { conditionFor, earlyReturns, lateSkip, type Condition, type Switch } from "./case-switches.ts";
import { helperCalls } from "./helper-assertions.ts";
import { bare, childrenOf, isFunction, isLiteral, keyName, stringValue } from "./nodes.ts";
import { lineOf, normal, textAt, type Source } from "./source.ts";
import { namesOf, testCall, type TestCall } from "./test-names.ts";
import type { Work } from "./work.ts";

export interface TestCase {
  source: Source;
  /** Titles of the suites around it and its own, joined by " > ". */
  title: string;
  line: number;
  /** The first line of the call, for a reader. */
  text: string;
  /** The body without layout; empty when there is none. */
  body: string;
  bodyNode: Node | null;
  skipped: Switch | null;
  focused: Switch | null;
  /** What decides while running whether it runs, without layout. */
  conditions: readonly Condition[];
  /** Cases that it stands for: the rows of its tables. */
  rows: number;
  /** Those rows of its own table that are written out, without layout. */
  table: readonly string[];
  assertions: readonly Assertion[];
}

interface Context {
  titles: readonly string[];
  skipped: Switch | null;
  focused: Switch | null;
  conditions: TestCase["conditions"];
  rows: number;
  table: readonly string[];
  contexts: ReadonlySet<string>;
}

const skips = /^(skip|todo|fails|failing|fixme|fail)$/;

/**
 * All tests that a file declares, in the order of the text. Its tables are counted as far as they are written out. In: how many assertions each
 * function that is no test holds (`helper-assertions.ts`), over the whole change, so that moving them there loses none. A list that is not complete
 * leaves nothing of the work.
 */
export function testCases(source: Source, helpers: ReadonlyMap<string, number>, work: Work): TestCase[] {
  const known = namesOf(source);
  const found: TestCase[] = [];
  const visit = (node: Node, context: Context): void => {
    work.left -= 1;
    if (work.left < 0) return;
    const call = testCall(node, known, context.contexts);
    if (call === null) {
      const times = timesIn(node, known.aliases);
      const around = times === 1 ? context : { ...context, rows: context.rows * times };
      for (const child of childrenOf(node)) {
        const more = conditionFor(node, child, source);
        work.left -= more.reduce((sum, { text }) => sum + text.length, 0);
        visit(child, more.length === 0 ? around : { ...around, conditions: [...around.conditions, ...more] });
      }
      return;
    }
    const inner = contextInside(call, context, { source, aliases: known.aliases, work });
    const callback = callbackOf(call.call);
    if (call.kind === "suite") {
      if (callback !== null) for (const child of childrenOf(callback)) visit(child, inner);
      return;
    }
    work.left -=
      inner.titles.reduce((sum, title) => sum + title.length, 0) + (call.call.end ?? 0) - (call.call.start ?? 0);
    if (work.left >= 0) found.push(caseOf(call, callback, { source, inner, known, helpers, work }));
    if (callback !== null) for (const child of childrenOf(callback)) visit(child, inner);
  };
  const start = {
    titles: [],
    skipped: null,
    focused: null,
    conditions: [],
    rows: 1,
    table: [],
    contexts: new Set<string>(),
  };
  visit(source.tree.program, start);
  return found;
}

function caseOf(
  { call }: TestCall,
  callback: Node | null,
  {
    source,
    inner,
    known,
    helpers,
    work,
  }: {
    source: Source;
    inner: Context;
    known: ReturnType<typeof namesOf>;
    helpers: ReadonlyMap<string, number>;
    work: Work;
  },
): TestCase {
  // What tests inside this one assert is theirs.
  const enter = (node: Node) => testCall(node, known, inner.contexts)?.kind !== "case";
  const late = callback === null ? null : lateSkip(callback, source, inner.contexts);
  return {
    source,
    title: inner.titles.join(" > "),
    line: lineOf(call),
    text: textAt(source, call).split("\n", 1)[0] ?? "",
    body: callback === null ? "" : normal(source, callback),
    bodyNode: callback,
    skipped: inner.skipped ?? (late?.conditional === false ? late : null),
    focused: inner.focused,
    conditions: [
      ...inner.conditions,
      ...(late?.conditional === true ? [late] : []),
      ...(callback === null ? [] : earlyReturns(callback, source)),
    ],
    rows: inner.rows,
    table: inner.table,
    assertions:
      callback === null
        ? []
        : [
            ...assertionsIn(callback, source, { names: known.names, contexts: inner.contexts, work, enter }),
            ...helperCalls(callback, source, { helpers, work, enter }),
          ],
  };
}

function contextInside(
  { name, modifiers, call, chosenBy, kind }: TestCall,
  context: Context,
  { source, aliases, work }: { source: Source; aliases: ReadonlyMap<string, Node>; work: Work },
): Context {
  const off = (node: Node): Switch => ({
    node,
    line: lineOf(node),
    text: textAt(source, call).split("\n", 1)[0] ?? "",
  });
  const inner: Context & { contexts: Set<string> } = { ...context, table: [], contexts: new Set(context.contexts) };
  if (name.startsWith("x")) inner.skipped ??= off(call);
  if (/^f(it|test|describe|context)$/.test(name)) inner.focused ??= off(call);
  if (chosenBy !== null)
    inner.conditions = [...inner.conditions, { ...off(chosenBy), normal: normal(source, chosenBy) }];
  for (const { name: word, call: applied } of modifiers) {
    if (skips.test(word)) inner.skipped ??= off(call);
    if (word === "only") inner.focused ??= off(call);
    const [first] = applied?.type === "CallExpression" && applied !== call ? (applied.arguments as Node[]) : [];
    if (/^(skipIf|todoIf|failIf|runIf|if)$/.test(word) && first !== undefined)
      inner.conditions = [
        ...inner.conditions,
        { ...off(applied ?? call), normal: `${word}(${normal(source, first)})` },
      ];
    if (!/^(each|for)$/.test(word)) continue;
    const rows = tableOf(applied, aliases);
    inner.rows *= rows === null ? 1 : rows.length;
    if (kind === "case") inner.table = (rows ?? []).map((row) => textOfRow(row, source, work));
  }
  for (const { name: option, value } of optionsOf(call)) {
    const isOn = value.type === "BooleanLiteral" ? value.value : value.type === "StringLiteral";
    const isOpen = value.type !== "BooleanLiteral" && !isLiteral(value);
    if (skips.test(option) && isOn) inner.skipped ??= off(call);
    if (option === "only" && isOn) inner.focused ??= off(call);
    if ((isOpen && (skips.test(option) || option === "only")) || (/^retr(y|ies)$/.test(option) && !isZero(value)))
      inner.conditions = [...inner.conditions, { ...off(value), normal: `${option}(${normal(source, value)})` }];
  }
  const [title] = call.arguments;
  inner.titles = [...context.titles, titleOf(title, source)];
  const parameter = kind === "case" ? parametersOf(callbackOf(call))[0] : undefined;
  if (parameter?.type === "Identifier") inner.contexts.add(parameter.name);
  if (parameter?.type === "ObjectPattern")
    for (const one of parameter.properties)
      if (one.type === "ObjectProperty" && one.key.type === "Identifier" && one.key.name === "skip")
        inner.contexts.add("{skip}");
  return inner;
}

function titleOf(title: Node | undefined, source: Source): string {
  if (title === undefined || isFunction(title)) return "";
  return stringValue(title) ?? normal(source, title);
}

/** The function that is the test: the last one among the arguments, because options and timeouts stand on either side. */
function callbackOf(call: Node): Node | null {
  if (call.type !== "CallExpression") return null;
  for (const argument of call.arguments.toReversed()) {
    const inner = bare(argument);
    if (isFunction(inner)) return inner;
    // `wrap(async () => …)`, `Effect.fn(function* () { … })`: the test is inside.
    if (inner.type === "CallExpression" && callbackOf(inner) !== null) return inner;
  }
  return null;
}

function parametersOf(callback: Node | null): Node[] {
  return callback !== null && "params" in callback && Array.isArray(callback.params) ? callback.params : [];
}

/** The options of a test that are written down: `{ skip: true, todo: "later", retry: 2 }`. */
function optionsOf(call: Extract<Node, { type: "CallExpression" }>): { name: string; value: Node }[] {
  return call.arguments.slice(0, 3).flatMap((argument) => {
    if (argument.type !== "ObjectExpression") return [];
    return argument.properties.flatMap((one) =>
      one.type === "ObjectProperty" ? [{ name: keyName(one.key, one.computed) ?? "", value: bare(one.value) }] : [],
    );
  });
}

function isZero(value: Node): boolean {
  return value.type === "NumericLiteral" && value.value === 0;
}

function textOfRow(row: readonly Node[], source: Source, work: Work): string {
  work.left -= 1 + row.reduce((sum, cell) => sum + (cell.end ?? 0) - (cell.start ?? 0), 0);
  return work.left < 0 ? "" : row.map((cell) => normal(source, cell)).join();
}

/** The rows of a table, each with its cells. null: it is not written out. */
function tableOf(applied: Node | null, aliases: ReadonlyMap<string, Node>): (readonly Node[])[] | null {
  if (applied?.type === "TaggedTemplateExpression") {
    const heading = (applied.quasi.quasis[0]?.value.raw ?? "").split("\n").find((line) => line.trim() !== "") ?? "";
    const columns = heading.split("|").length;
    const cells: Node[] = applied.quasi.expressions;
    return Array.from({ length: Math.floor(cells.length / columns) }, (_, row) =>
      cells.slice(row * columns, (row + 1) * columns),
    );
  }
  if (applied?.type !== "CallExpression") return null;
  const [table] = applied.arguments;
  return writtenList(table, aliases)?.map((row) => (row === null ? [] : [row])) ?? null;
}

function writtenList(list: Node | undefined, aliases: ReadonlyMap<string, Node>): readonly (Node | null)[] | null {
  let node = list === undefined ? undefined : bare(list);
  if (node?.type === "Identifier") node = bare(aliases.get(node.name) ?? node);
  return node?.type === "ArrayExpression" ? node.elements : null;
}

/** How often tests are declared that stand inside a loop over a written list. */
function timesIn(node: Node, aliases: ReadonlyMap<string, Node>): number {
  if (node.type === "ForOfStatement") return writtenList(node.right, aliases)?.length ?? 1;
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return 1;
  const { object, property } = node.callee;
  const isLoop = property.type === "Identifier" && /^(forEach|map)$/.test(property.name);
  return isLoop ? (writtenList(object, aliases)?.length ?? 1) : 1;
}
