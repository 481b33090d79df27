import type { Node } from "@babel/types";
import type { Finding } from "../../handoff/finding.ts";
import { foldPath } from "../fold-path.ts";
import type { TestFacts } from "./facts.ts";
import { dotted, keyName, nodesIn, stringValue, type Visited } from "./nodes.ts";
import { newOccurrences, occurrence, type Occurrence } from "./occurrences.ts";
import { tampering, type Source } from "./source.ts";

/** Variables and globals that only a test runner sets. */
const runnerVariable =
  /^(VITEST(_\w+)?|JEST_WORKER_ID|NODE_TEST_CONTEXT|MOCHA_\w+|AVA_\w+|PLAYWRIGHT_TEST|TEST|BUN_TEST|NODE_V8_COVERAGE)$/;
const runnerGlobal =
  /^(vi|jest|vitest|describe|it|__vitest_worker__|__vitest_environment__|__coverage__|beforeEach|mocha)$/;
const hint = /^(CI|NODE_ENV|GITHUB_ACTIONS)$/;
/** Files that configure or drive tools, where asking for the environment is ordinary. */
const tooling =
  /(^|\/)(scripts?|tools?|bench(marks?)?|examples?|docs?|\.github|build)\/|(^|\/)[^/]*(config|rc|setup)\.[cm]?[jt]s$|(^|\/)gulpfile|\.d\.[cm]?ts$/;

/** V14: the program asks whether it is being tested. `CI` and `NODE_ENV` have other uses and are only shown. What the base asked is not new. */
export function testAwareSource({ code }: TestFacts): Finding[] {
  const program = code.filter(({ role, path }) => role === "source" && !tooling.test(foldPath(path)));
  return newOccurrences(program, awareIn).map(({ key, path, line, text }) => {
    const strong = !key.startsWith("hint ");
    const message = strong
      ? "The program asks whether a test is running."
      : "The program asks for a variable that is set where tests run.";
    return tampering({
      rule: "v14-test-aware-source",
      level: strong ? "block" : "warn",
      path,
      line,
      message,
      before: null,
      after: text,
    });
  });
}

function awareIn(source: Source): Occurrence[] {
  return [...nodesIn(source.tree)].flatMap((visited) => {
    // The key is per kind and not per place: asking once more in another way is new, asking the same elsewhere in the file is not.
    const whys = [awareness(visited) ?? [], takenOut(visited.node)].flat();
    return whys.map((why) => occurrence(source, visited.node, why));
  });
}

function awareness({ node, parent }: Visited): string | null {
  if (node.type === "MemberExpression" || node.type === "OptionalMemberExpression")
    return askedVariable(node, parent?.node);
  if (node.type === "UnaryExpression")
    return node.operator === "typeof" && node.argument.type === "Identifier" && runnerGlobal.test(node.argument.name)
      ? `typeof ${node.argument.name}`
      : null;
  if (node.type === "BinaryExpression") return askedByText(node);
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const word = stringValue(node.arguments[0]);
  const looked = dotted(node.callee.object);
  const inStack =
    /\bstack$|\bargv(\.\w+)?$/.test(looked) && /\.(includes|match|indexOf|search)$/.test(dotted(node.callee));
  return inStack && word !== null && /test|spec|jest|vitest|mocha/.test(word) ? "stack" : null;
}

function askedVariable(
  node: Extract<Node, { type: "MemberExpression" | "OptionalMemberExpression" }>,
  parent: Node | undefined,
): string | null {
  if (node.object.type === "MetaProperty" && node.property.type === "Identifier" && node.property.name === "vitest")
    return "import.meta.vitest";
  return asked(dotted(node), comparedWith(parent));
}

/** `"VITEST" in process.env`, and `NODE_ENV === "test"` of a variable that was taken out of the environment. */
function askedByText(node: Extract<Node, { type: "BinaryExpression" }>): string | null {
  const [left, right] = [node.left, node.right];
  if (node.operator === "in") {
    const word = stringValue(left);
    return word === null ? null : asked(`${dotted(right)}.${word}`, null);
  }
  const names = [left, right].map((one) => (one.type === "Identifier" ? one.name : ""));
  return names.includes("NODE_ENV") && comparedWith(node) === "test" ? "NODE_ENV test" : null;
}

/** `const { VITEST } = process.env`, also as an assignment, a default and with patterns inside. */
function takenOut(node: Node): string[] {
  if (node.type === "VariableDeclarator") return node.init ? patternAsks(node.id, dotted(node.init)) : [];
  if (node.type === "AssignmentExpression" || node.type === "AssignmentPattern")
    return patternAsks(node.left, dotted(node.right));
  return [];
}

function patternAsks(pattern: Node, from: string): string[] {
  if (pattern.type !== "ObjectPattern" || from === "") return [];
  return pattern.properties.flatMap((one) => {
    const name = one.type === "ObjectProperty" ? keyName(one.key, one.computed) : null;
    if (one.type !== "ObjectProperty" || name === null) return [];
    const value = one.value.type === "AssignmentPattern" ? one.value.left : one.value;
    return [asked(`${from}.${name}`, null) ?? [], patternAsks(value, `${from}.${name}`)].flat();
  });
}

/** Whether a name like `process.env.VITEST` tells that a test runs; `compared`: the text that it is compared with. */
function asked(name: string, compared: string | null): string | null {
  const variable = /^(?:globalThis\.)?(?:process\.env|import\.meta\.env|Deno\.env|Bun\.env|env)\.(\w+)$/.exec(
    name,
  )?.[1];
  if (variable === undefined)
    return name.startsWith("globalThis.") && runnerGlobal.test(name.slice("globalThis.".length)) ? name : null;
  if (runnerVariable.test(variable)) return variable;
  if (variable === "NODE_ENV") return compared === "test" ? "NODE_ENV test" : null;
  return hint.test(variable) ? `hint ${variable}` : null;
}

function comparedWith(parent: Node | undefined): string | null {
  if (parent?.type !== "BinaryExpression") return null;
  return stringValue(parent.right) ?? stringValue(parent.left);
}
