import type { Node } from "@babel/types";
import { isFunction, nodesIn, wordsOf } from "./nodes.ts";
import { lineOf, normal, textAt, type Source } from "./source.ts";

/** Something that switches a test off, or all others. */
export interface Switch {
  node: Node;
  line: number;
  text: string;
}

/** Something that decides while running whether a test runs; `normal` is its text without layout. */
export type Condition = Switch & { normal: string };

const lateSkips = /^(skip|todo|fixme)$/;

/** `if (ci) { it(…) }` and `ci && it(…)`: the condition around a declaration. */
export function conditionFor(node: Node, child: Node, source: Source): readonly Condition[] {
  const test =
    node.type === "IfStatement" || node.type === "ConditionalExpression"
      ? node.test
      : node.type === "LogicalExpression"
        ? node.left
        : null;
  if (test === null || child === test) return [];
  return [{ node, line: lineOf(node), text: textAt(source, test), normal: normal(source, test) }];
}

/** `t.skip()`, `ctx.skip()`, `this.skip()` and the `skip` taken out of a context; under a condition or not. */
export function lateSkip(callback: Node, source: Source, contexts: ReadonlySet<string>) {
  for (const { node, parent } of nodesIn(callback, (inner) => !isFunction(inner))) {
    if (node.type !== "CallExpression") continue;
    const words = wordsOf(node);
    const [first, second] = words ?? [];
    if (words === null || first === undefined) continue;
    const isSkip =
      words.length === 1
        ? first.name === "skip" && contexts.has("{skip}")
        : words.length === 2 &&
          lateSkips.test(second?.name ?? "") &&
          (first.name === "this" || contexts.has(first.name));
    if (!isSkip) continue;
    let conditional = false;
    for (let at = parent; at !== null; at = at.parent)
      if (/^(If|Conditional|Logical)/.test(at.node.type)) conditional = true;
    return { node, line: lineOf(node), text: textAt(source, node), normal: normal(source, node), conditional };
  }
  return null;
}

/** `if (…) return` before the first assertion, and a `return` that stands alone. */
export function earlyReturns(callback: Node, source: Source): readonly Condition[] {
  const body = "body" in callback && !Array.isArray(callback.body) ? (callback.body as Node | null) : null;
  if (body?.type !== "BlockStatement") return [];
  return body.body.slice(0, -1).flatMap((statement) => {
    const leaves =
      statement.type === "ReturnStatement" ? statement.argument === null || statement.argument === undefined : false;
    const inside = statement.type === "IfStatement" ? statement.consequent : null;
    const last = inside?.type === "BlockStatement" ? inside.body.at(-1) : inside;
    const leavesIf = last?.type === "ReturnStatement" && (last.argument ?? null) === null;
    if (!leaves && !leavesIf) return [];
    return [
      { node: statement, line: lineOf(statement), text: textAt(source, statement), normal: normal(source, statement) },
    ];
  });
}
