import type { Node } from "@babel/types";
import type { Finding } from "../../handoff/finding.ts";
import { foldPath } from "../fold-path.ts";
import type { TestFacts } from "./facts.ts";
import { bare, dotted, isFunction, keyName, nodesIn, stringValue, type Visited } from "./nodes.ts";
import { newOccurrences, occurrence, type Occurrence } from "./occurrences.ts";
import { tampering, type CodePair, type Source } from "./source.ts";

/** Programs that a person or a shell starts end with an exit code of their own, also those that tests start. */
const entry =
  /(^|\/)(bin|cli|scripts?|tools?|bench(marks?)?|examples?|cmd)(\/|\.[cm]?[jt]s$)|(^|\/)(main|server|cli|index)\.[cm]?[jt]s$|[-.]cli\.[cm]?[jt]s$/;

const borrowed = "borrowed ";
/** What tests are written with. */
const written = /^(expect|assert|it|test|describe|suite)$/;

/**
 * V16: what makes a run green whatever happened: exit codes set to 0, `process.exit` or the
 * functions of the runner replaced, a matcher that always passes.
 */
export function forcedSuccess({ code, before, after }: TestFacts): Finding[] {
  const testing = new Set(after.map(({ source }) => source.path));
  const judged = code.filter((pair) => testing.has(pair.path) || !isEntry(pair));
  const tested = new Set(before.flatMap(({ assertions, source }) => (assertions.length > 0 ? [source.path] : [])));
  return newOccurrences(judged, (source, pair) => forcedIn(source, pair, tested)).map(({ key, path, line, text }) =>
    tampering({
      rule: "v16-forced-success",
      level: key.startsWith(borrowed) ? "warn" : "block",
      path,
      line,
      message: key.startsWith(borrowed)
        ? "What the tests are written with comes from another file of the repository now."
        : "The run ends as a success here, whatever the tests say.",
      before: null,
      after: text,
    }),
  );
}

function isEntry({ path, after }: CodePair): boolean {
  return entry.test(foldPath(path)) || after?.text.startsWith("#!") === true;
}

function forcedIn(source: Source, { role, path }: CodePair, tested: ReadonlySet<string>): Occurrence[] {
  const isTest = role === "test";
  const exits = new Set(["process.exit", "process.reallyExit"]);
  return [...nodesIn(source.tree)].flatMap(({ node, parent }) => {
    if (node.type === "ImportDeclaration" && /^(node:)?process$/.test(node.source.value))
      for (const one of node.specifiers)
        if (one.type === "ImportSpecifier" && dotted(one.imported) === "exit") exits.add(one.local.name);
    const what = (isTest && tested.has(path) ? standIn(node, parent) : null) ?? forcedBy(node, exits, isTest);
    return what === null ? [] : [occurrence(source, node, what)];
  });
}

function forcedBy(node: Node, exits: ReadonlySet<string>, isTest: boolean): string | null {
  if (node.type === "CallExpression") return forcedByCall(node, exits, isTest);
  if (node.type !== "AssignmentExpression") return null;
  const name = dotted(node.left);
  if (/(^|\.)process\.exitCode$/.test(name) && node.right.type === "NumericLiteral" && node.right.value === 0)
    return "exitCode = 0";
  if (/(^|\.)process\.(exit|reallyExit)$/.test(name) && isFunction(node.right)) return `${name} =`;
  if (
    node.left.type === "MemberExpression" &&
    node.left.computed &&
    dotted(node.left.object) === "process" &&
    name === ""
  )
    return "process[] =";
  return /^(globalThis|global)\./.test(name) && written.test(name.replace(/^\w+\./, "")) ? `${name} =` : null;
}

function forcedByCall(
  node: Extract<Node, { type: "CallExpression" }>,
  exits: ReadonlySet<string>,
  isTest: boolean,
): string | null {
  const name = dotted(node.callee);
  const [first, second, third] = node.arguments;
  const isSuccess = first === undefined ? isTest : first.type === "NumericLiteral" && first.value === 0;
  if (exits.has(name.replace(/^globalThis\./, "")) && isSuccess) return `${name}(0)`;
  if (name === "expect.extend" && first !== undefined && alwaysPasses(first)) return "expect.extend";
  const property = stringValue(second) ?? "";
  const on = first === undefined ? "" : dotted(first);
  const isReplaced = /(^|\.)(spyOn|stub|replace|defineProperty|set)$/.test(name);
  if (isReplaced && /^(globalThis|global|window)$/.test(on) && written.test(property)) return `${on}.${property} =`;
  if (/(^|\.)defineProperty$/.test(name) && on === "process" && /^(exitCode|exit|reallyExit)$/.test(property))
    return `process.${property} =`;
  const isAtExit = name === "process.on" || name === "process.once";
  if (!isAtExit || !/^(exit|beforeExit)$/.test(stringValue(first) ?? "") || second === undefined) return null;
  return third === undefined && [...nodesIn(second)].some(({ node: inner }) => clearsExitCode(inner))
    ? "exitCode = undefined"
    : null;
}

function clearsExitCode(node: Node): boolean {
  return (
    node.type === "AssignmentExpression" &&
    dotted(node.left) === "process.exitCode" &&
    /^(Identifier|NullLiteral)$/.test(node.right.type) &&
    dotted(node.right) !== "code"
  );
}

/** The own `it` or `expect` of a file that had tests: a function that is written there and not made from a runner's, or one of another file. */
function standIn(node: Node, parent: Visited | null): string | null {
  if (node.type === "ImportSpecifier" && written.test(node.local.name) && parent?.node.type === "ImportDeclaration")
    return parent.node.source.value.startsWith(".") ? `${borrowed}${node.local.name}` : null;
  if (parent?.parent?.parent != null && parent.node.type !== "VariableDeclaration") return null;
  if (node.type === "FunctionDeclaration" && written.test(node.id?.name ?? ""))
    return `function ${node.id?.name ?? ""}`;
  if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || !written.test(node.id.name)) return null;
  const init = node.init == null ? null : bare(node.init);
  return init !== null && (isFunction(init) || init.type === "ObjectExpression") ? `const ${node.id.name}` : null;
}

/** A matcher that says `pass: true` and nowhere anything else. */
function alwaysPasses(matchers: Node): boolean {
  if (matchers.type !== "ObjectExpression") return false;
  return matchers.properties.some((one) => {
    const said = [...nodesIn(one)].flatMap(({ node }) =>
      node.type === "ObjectProperty" && keyName(node.key, node.computed) === "pass" ? [node.value] : [],
    );
    return said.length > 0 && said.every((value) => value.type === "BooleanLiteral" && value.value);
  });
}
