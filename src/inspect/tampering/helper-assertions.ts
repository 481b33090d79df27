import type { Node } from "@babel/types";
import { assertionsIn, type Around, type Assertion } from "./assertions.ts";
import { isFunction, nodesIn } from "./nodes.ts";
import { lineOf, normal, textAt, type Source } from "./source.ts";
import { namesOf } from "./test-names.ts";
import type { Work } from "./work.ts";

/** A function of this name asserts by what it says, wherever it is declared. */
const assertsByName = /^(assert|expect|check|verify|ensure|validate)[A-Z_]/;

/** How many assertions each named function holds, over these files; the largest number where a name stands for several. */
export function helperWeights(sources: ReadonlyMap<Source, Work>): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const [source, work] of sources) {
    const { names } = namesOf(source);
    for (const { node } of nodesIn(source.tree)) {
      const helper = helperOf(node);
      if (helper === null) continue;
      const contexts = new Set(["t", ...helper.parameters]);
      const found = assertionsIn(helper.body, source, { names, contexts, work, enter: () => true });
      const weight = found.reduce((sum, one) => sum + one.weight, 0);
      if (weight > 0) weights.set(helper.name, Math.max(weight, weights.get(helper.name) ?? 0));
    }
  }
  return weights;
}

/** Calls of such functions as assertions of the test that calls them. One call with other arguments is the same assertion, edited. */
export function helperCalls(
  callback: Node,
  source: Source,
  { helpers, work, enter }: { helpers: ReadonlyMap<string, number> } & Pick<Around, "work" | "enter">,
): Assertion[] {
  const found: Assertion[] = [];
  for (const { node } of nodesIn(callback, enter)) {
    work.left -= 1;
    if (work.left < 0) break;
    if (node.type !== "CallExpression" || node.callee.type !== "Identifier") continue;
    const { name } = node.callee;
    const weight = helpers.get(name) ?? (assertsByName.test(name) ? 1 : 0);
    if (weight === 0) continue;
    work.left -= (node.end ?? 0) - (node.start ?? 0);
    found.push({
      node,
      line: lineOf(node),
      text: textAt(source, node),
      normal: normal(source, node),
      subject: `${name}()`,
      subjectNode: null,
      matcher: `${name}()`,
      negated: false,
      expected: [],
      expectedText: "",
      conditional: false,
      muted: null,
      weight,
    });
  }
  return found;
}

function helperOf(node: Node): { name: string; body: Node; parameters: string[] } | null {
  const declared =
    node.type === "FunctionDeclaration" && node.id != null ? { name: node.id.name, body: node as Node } : null;
  const assigned =
    node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init != null && isFunction(node.init)
      ? { name: node.id.name, body: node.init as Node }
      : null;
  const found = declared ?? assigned;
  if (found === null) return null;
  const parameters = "params" in found.body ? (found.body.params as Node[]) : [];
  return { ...found, parameters: parameters.flatMap((one) => (one.type === "Identifier" ? [one.name] : [])) };
}
