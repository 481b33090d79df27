import type { Node } from "@babel/types";
import type { Finding } from "../../handoff/finding.ts";
import type { TestFacts } from "./facts.ts";
import { bare, dotted, isFunction, nodesIn, wordsOf, type Visited } from "./nodes.ts";
import { newOccurrences, occurrence, type Occurrence } from "./occurrences.ts";
import { normal, tampering, type Source } from "./source.ts";

/** What gives something back at an end. Where it fails there is nobody left to tell, and nothing to do about it. */
const cleaning =
  /^(rm|rmSync|rmdir|rmdirSync|unlink|unlinkSync|kill|close|closeSync|destroy|terminate|cancel|abort|dispose|disconnect|releaseLock|unref)$/;
const mild = "mild ";

/**
 * V13: errors that the program drops without a word: an empty `catch`, `.catch(() => {})`. A comment that says why is enough when the change
 * also brings a test. A new file swallows nothing that came through before: `info`; so is a clean-up that may fail, and a promise that is only
 * marked as looked after, because the function waits for it later.
 */
export function swallowedErrors({ code, added, pairs }: TestFacts): Finding[] {
  const program = code.filter(({ role }) => role === "source");
  const isNew = new Set(program.filter((pair) => pair.added).map(({ path }) => path));
  const tested =
    added.length > 0 || pairs.some(({ before, after }) => after.assertions.length > before.assertions.length);
  return newOccurrences(program, swallowedIn)
    .filter(({ text }) => !(tested && /\/[/*]/.test(text)))
    .map(({ key, path, line, text }) =>
      tampering({
        rule: "v13-error-swallowed",
        level: isNew.has(path) || key.startsWith(mild) ? "info" : "warn",
        path,
        line,
        message: "Errors are dropped here without a word.",
        before: null,
        after: text,
      }),
    );
}

function swallowedIn(source: Source): Occurrence[] {
  const waits = new Map<Node, ReadonlySet<string>>();
  return [...nodesIn(source.tree)].flatMap((visited) => {
    const { node, parent } = visited;
    if (node.type === "TryStatement" && node.handler != null && node.handler.body.body.length === 0) {
      const weight = isCleaning(node.block) ? mild : "";
      return [occurrence(source, node.handler, `${weight}try ${normal(source, node.block)}`)];
    }
    if (node.type !== "CallExpression") return [];
    const words = wordsOf(node);
    const [last, receiver] = [words?.at(-1), words?.at(-2)];
    const [handler] = node.arguments;
    if (
      last?.name !== "catch" ||
      last.outer !== node ||
      handler === undefined ||
      !isEmptyFunction(handler) ||
      isUsed(parent)
    )
      return [];
    const isEnd = receiver?.call != null && cleaning.test(receiver.name) && !asksMore(receiver.call);
    const isKept = words?.length === 2 && receiver?.call === null && waitedFor(visited, waits).has(receiver.name);
    return [occurrence(source, node, `${isEnd || isKept ? mild : ""}catch ${normal(source, node)}`)];
  });
}

/** A block of one call, which cleans up. */
function isCleaning(block: Node): boolean {
  if (block.type !== "BlockStatement" || block.body.length !== 1) return false;
  const [only] = block.body;
  if (only?.type !== "ExpressionStatement") return false;
  const call = only.expression.type === "AwaitExpression" ? only.expression.argument : only.expression;
  const isEnd = call.type === "CallExpression" && cleaning.test(dotted(call.callee).split(".").at(-1) ?? "");
  return isEnd && !asksMore(call);
}

/** Whether more than the one call may fail: `rm(await save(path))`. */
function asksMore(call: Node): boolean {
  const args = "arguments" in call && Array.isArray(call.arguments) ? call.arguments : [];
  return args.some((one) => [...nodesIn(one)].some(({ node }) => /^(Call|Await|New)Expression$/.test(node.type)));
}

/** The names that the function around something waits for or gives back. */
function waitedFor(visited: Visited, known: Map<Node, ReadonlySet<string>>): ReadonlySet<string> {
  let at = visited;
  while (at.parent !== null && !isFunction(at.node)) at = at.parent;
  let names = known.get(at.node);
  if (names === undefined) {
    names = new Set(
      [...nodesIn(at.node)].flatMap(({ node }) => {
        const value = node.type === "AwaitExpression" || node.type === "ReturnStatement" ? node.argument : null;
        return value?.type === "Identifier" ? [value.name] : [];
      }),
    );
    known.set(at.node, names);
  }
  return names;
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
