import type { Node } from "@babel/types";
import type { Finding } from "../../handoff/finding.ts";
import type { TestFacts } from "./facts.ts";
import { bare, isFunction, isLiteral, nodesIn, type Visited } from "./nodes.ts";
import { newOccurrences, occurrence, type Occurrence } from "./occurrences.ts";
import { normal, tampering, type Source } from "./source.ts";

/** New answers of one change from which on it is no coincidence. */
const answersForBlock = 2;

/**
 * V15: the program compares an argument with a written value and returns another written value, and one assertion of the change's tests
 * holds both. Only tests that the change carries can be compared; a table or a switch without such an assertion is quiet.
 */
export function hardCodedAnswers({ code, before, after }: TestFacts): Finding[] {
  const wanted = [...before, ...after].flatMap(({ assertions, source }) =>
    assertions.map((one) => ({
      asked: literalsIn(source, one.subjectNode === null ? [] : [one.subjectNode]),
      expected: literalsIn(source, one.expected),
    })),
  );
  const program = code.filter(({ role }) => role === "source");
  const found = newOccurrences(program, answersIn).filter(({ key }) => {
    const [asked, answered] = key.split("\n");
    return wanted.some((one) => one.asked.has(asked ?? "") && one.expected.has(answered ?? ""));
  });
  const level = found.length >= answersForBlock ? "block" : "warn";
  return found.map(({ path, line, text }) =>
    tampering({
      rule: "v15-hard-coded-answer",
      level,
      path,
      line,
      message: "The program answers one written question with the answer that a test wants.",
      before: null,
      after: text,
    }),
  );
}

/** Keys are "question\nanswer", both without layout. */
function answersIn(source: Source): Occurrence[] {
  return [...nodesIn(source.tree)].flatMap((visited) => {
    const { node } = visited;
    const branch = branchOf(node);
    if (branch === null || !isParameter(branch.subject, visited)) return [];
    const answer = returned(branch.answer);
    if (answer === null || !isLiteral(branch.question) || !isLiteral(answer)) return [];
    if (isEmpty(branch.question) || isOrdinary(answer)) return [];
    return [occurrence(source, node, `${normal(source, bare(branch.question))}\n${normal(source, bare(answer))}`)];
  });
}

/** Asking whether there is a value at all is no question about one. */
function isEmpty(question: Node): boolean {
  const node = bare(question);
  return (
    /^(NullLiteral|BooleanLiteral|Identifier)$/.test(node.type) || (node.type === "StringLiteral" && node.value === "")
  );
}

/** Values that any function gives back: nothing, yes and no, -1, 0 and 1, the empty text and list, a single letter. */
function isOrdinary(answer: Node): boolean {
  const node = bare(answer);
  if (node.type === "NumericLiteral") return node.value <= 1;
  if (node.type === "StringLiteral") return node.value.length < 2;
  if (node.type === "ArrayExpression") return node.elements.every((one) => one === null || isOrdinary(one));
  if (node.type === "ObjectExpression") return node.properties.length === 0;
  if (node.type === "UnaryExpression") return isOrdinary(node.argument);
  return !/^(TemplateLiteral|RegExpLiteral|BigIntLiteral)$/.test(node.type);
}

function branchOf(node: Node): { subject: Node; question: Node; answer: Node } | null {
  if (node.type !== "IfStatement" && node.type !== "ConditionalExpression") return null;
  const test = bare(node.test);
  if (test.type !== "BinaryExpression" || !/^===?$/.test(test.operator)) return null;
  const [left, right] = [test.left as Node, test.right];
  return isLiteral(right)
    ? { subject: left, question: right, answer: node.consequent }
    : { subject: right, question: left, answer: node.consequent };
}

function returned(then: Node): Node | null {
  const only = then.type === "BlockStatement" && then.body.length === 1 ? then.body[0] : then;
  if (only === undefined) return null;
  if (only.type === "ReturnStatement") return only.argument ?? null;
  return only.type.endsWith("Statement") ? null : only;
}

/** Whether the compared value starts at a parameter of the function around it. */
function isParameter(subject: Node, visited: Visited): boolean {
  let root = bare(subject);
  while (root.type === "MemberExpression" || root.type === "OptionalMemberExpression" || root.type === "CallExpression")
    root = bare(root.type === "CallExpression" ? root.callee : root.object);
  if (root.type !== "Identifier") return false;
  const { name } = root;
  for (let at: Visited | null = visited; at !== null; at = at.parent) {
    if (!isFunction(at.node) || !("params" in at.node)) continue;
    for (const parameter of at.node.params as Node[])
      for (const { node } of nodesIn(parameter)) if (node.type === "Identifier" && node.name === name) return true;
  }
  return false;
}

function literalsIn(source: Source, roots: readonly Node[]): Set<string> {
  const found = new Set<string>();
  for (const root of roots)
    for (const { node } of nodesIn(root))
      if (isLiteral(node) && node.type !== "Identifier") found.add(normal(source, node));
  return found;
}
