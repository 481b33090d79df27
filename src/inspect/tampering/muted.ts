import type { CatchClause, Node } from "@babel/types";
import { bare, dotted, isFunction, nodesIn, type Visited } from "./nodes.ts";
import type { Work } from "./work.ts";

const later =
  /^((globalThis|window|process|timers)\.)?(setTimeout|setInterval|setImmediate|queueMicrotask|nextTick|requestAnimationFrame)$/;
const saysOnly = /^(console|logger|log|t)\.(log|warn|error|info|debug|trace|comment|diagnostic)$/;

/** The names that a test's body uses, beside those places where they are declared. Counted once for a body. */
export function usedNames(root: Node, work: Work): () => ReadonlySet<string> {
  let names: Set<string> | null = null;
  return () => {
    names ??= new Set(
      [...nodesIn(root)].flatMap(({ node, parent }) => {
        work.left -= 1;
        const above = parent?.node;
        const isDeclared = above !== undefined && "id" in above && above.id === node;
        return node.type === "Identifier" && !isDeclared ? [node.name] : [];
      }),
    );
    return names;
  };
}

/**
 * Why an assertion cannot make its test red, though it is written down; null when it can. In: whether it gives a promise, and the names that
 * the test uses. A test that takes an argument (`done`, `t`) may be told in its own way when it is over.
 */
export function mutedBy(
  visited: Visited,
  root: Node,
  { isPromise, used }: { isPromise: boolean; used: () => ReadonlySet<string> },
): string | null {
  if (isPromise && floats(visited)) return "nobody waits for it";
  const tellsItself = "params" in root && Array.isArray(root.params) && root.params.length > 0;
  for (let at: Visited | null = visited; at?.parent != null && at.node !== root; at = at.parent) {
    const above: Node = at.parent.node;
    if (above.type === "TryStatement" && above.block === at.node && above.handler != null && isSilent(above.handler))
      return "its failure is caught";
    if (runsOverNothing(above, at.node)) return "it runs over an empty list";
    if (!isFunction(at.node)) continue;
    if (above.type === "VariableDeclarator" && above.id.type === "Identifier" && !used().has(above.id.name))
      return "nobody calls the function around it";
    if (at.node.type === "FunctionDeclaration" && at.node.id != null && !used().has(at.node.id.name))
      return "nobody calls the function around it";
    if (tellsItself || above.type !== "CallExpression" || above.callee === at.node) continue;
    const name = dotted(above.callee);
    if (isInsideNew(at.parent, root)) return null;
    if (later.test(name)) return "it runs when the test is over";
    const isThen = above.callee.type === "MemberExpression" && memberOf(above.callee) === "then";
    if (isThen && floats(at.parent)) return "nobody waits for it";
  }
  return null;
}

/** `new Promise((resolve) => …)`: whoever made it may wait for it. */
function isInsideNew(visited: Visited, root: Node): boolean {
  for (let at: Visited | null = visited; at !== null && at.node !== root; at = at.parent)
    if (at.node.type === "NewExpression") return true;
  return false;
}

/** Whether a promise is dropped: a statement of its own, also with `void` or behind further calls. */
function floats({ parent }: Visited): boolean {
  let at = parent;
  while (at !== null && /^(MemberExpression|CallExpression|ParenthesizedExpression)$/.test(at.node.type)) {
    // As an argument it is somebody else's.
    if (at.node.type === "CallExpression" && at.parent !== null && !isChain(at)) return false;
    at = at.parent;
  }
  if (at?.node.type === "UnaryExpression" && at.node.operator === "void") return true;
  return at?.node.type === "ExpressionStatement";
}

/** Whether a call is one more link of a chain: its callee is a member of what came before. */
function isChain({ node }: Visited): boolean {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    /^(then|catch|finally)$/.test(memberOf(node.callee))
  );
}

function memberOf(node: Extract<Node, { type: "MemberExpression" }>): string {
  return node.property.type === "Identifier" ? node.property.name : "";
}

const knownSilent = new WeakMap<Node, boolean>();

/** A handler that does nothing with an error but write it down, drop it, or throw it when there is none. */
function isSilent({ body, param }: CatchClause): boolean {
  const caught = param?.type === "Identifier" ? param.name : "";
  const known = knownSilent.get(body) ?? onlySays(body.body, caught);
  knownSilent.set(body, known);
  return known;
}

function onlySays(statements: readonly Node[], caught: string): boolean {
  return statements.every((statement) => {
    if (statement.type === "EmptyStatement" || statement.type === "ReturnStatement") return true;
    if (statement.type === "IfStatement") return statement.alternate == null && isNever(bare(statement.test), caught);
    if (statement.type !== "ExpressionStatement") return false;
    const said = bare(statement.expression);
    if (said.type === "Identifier" || (said.type === "UnaryExpression" && said.operator === "void")) return true;
    return said.type === "CallExpression" && saysOnly.test(dotted(said.callee));
  });
}

/** `!error` for what was caught, `false` or `0`. */
function isNever(test: Node, caught: string): boolean {
  if (test.type === "BooleanLiteral") return !test.value;
  if (test.type === "NumericLiteral") return test.value === 0;
  if (test.type !== "UnaryExpression" || test.operator !== "!") return false;
  const argument = bare(test.argument);
  return argument.type === "Identifier" && argument.name === caught;
}

/** A loop, or a method of a list, over a list that is written down empty. */
function runsOverNothing(above: Node, at: Node): boolean {
  if (above.type === "ForOfStatement") return above.body === at && isEmptyList(bare(above.right));
  if (above.type !== "CallExpression" || above.callee === at || above.callee.type !== "MemberExpression") return false;
  return isEmptyList(bare(above.callee.object));
}

function isEmptyList(node: Node): boolean {
  return node.type === "ArrayExpression" && node.elements.length === 0;
}
