import type { Node } from "@babel/types";
import type { Finding } from "../../handoff/finding.ts";
import type { TestFacts } from "./facts.ts";
import { bare, nodesIn, wordsOf, type Visited } from "./nodes.ts";
import { newOccurrences, occurrence, type Occurrence } from "./occurrences.ts";
import { normal, tampering, type Source } from "./source.ts";

/**
 * V13: errors that the program drops without a word: an empty `catch`, `.catch(() => {})`. A comment that says why is enough when the change
 * also brings a test. A new file swallows nothing that came through before: `info`.
 */
export function swallowedErrors({ code, added, pairs }: TestFacts): Finding[] {
  const program = code.filter(({ role }) => role === "source");
  const isNew = new Set(program.filter((pair) => pair.added).map(({ path }) => path));
  const tested =
    added.length > 0 || pairs.some(({ before, after }) => after.assertions.length > before.assertions.length);
  return newOccurrences(program, swallowedIn)
    .filter(({ text }) => !(tested && /\/[/*]/.test(text)))
    .map(({ path, line, text }) =>
      tampering({
        rule: "v13-error-swallowed",
        level: isNew.has(path) ? "info" : "warn",
        path,
        line,
        message: "Errors are dropped here without a word.",
        before: null,
        after: text,
      }),
    );
}

function swallowedIn(source: Source): Occurrence[] {
  return [...nodesIn(source.tree)].flatMap(({ node, parent }) => {
    if (node.type === "TryStatement" && node.handler != null && node.handler.body.body.length === 0)
      return [{ ...occurrence(source, node.handler, `try ${normal(source, node.block)}`) }];
    if (node.type !== "CallExpression") return [];
    const last = wordsOf(node)?.at(-1);
    const [handler] = node.arguments;
    if (
      last?.name !== "catch" ||
      last.outer !== node ||
      handler === undefined ||
      !isEmptyFunction(handler) ||
      isUsed(parent)
    )
      return [];
    return [occurrence(source, node, `catch ${normal(source, node)}`)];
  });
}

/** `const found = await read().catch(() => null)` gives a value for the error, which the code then looks at. */
function isUsed(parent: Visited | null): boolean {
  let at = parent;
  while (
    at !== null &&
    (at.node.type === "AwaitExpression" || (at.node.type === "UnaryExpression" && at.node.operator === "void"))
  )
    at = at.parent;
  return at !== null && at.node.type !== "ExpressionStatement";
}

function isEmptyFunction(handler: Node): boolean {
  const node = bare(handler);
  if (node.type !== "ArrowFunctionExpression" && node.type !== "FunctionExpression") return false;
  if (node.body.type === "BlockStatement") return node.body.body.length === 0;
  const value = bare(node.body);
  return (
    value.type === "NullLiteral" ||
    (value.type === "Identifier" && value.name === "undefined") ||
    value.type === "UnaryExpression"
  );
}
