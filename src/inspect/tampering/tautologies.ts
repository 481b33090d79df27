import type { Node } from "@babel/types";
import type { Finding } from "../../handoff/finding.ts";
import type { Assertion } from "./assertions.ts";
import type { TestCase } from "./cases.ts";
import type { TestFacts } from "./facts.ts";
import { bare, dotted, isFunction, isLiteral, nodesIn } from "./nodes.ts";
import { tampering } from "./source.ts";

const truthy = /^(toBeTruthy|toBeDefined|ok|exist|truthy|true|isTrue|assert|isOk|isDefined)$/;
const equal =
  /^(toBe|toEqual|toStrictEqual|equal|eql|deep\.equal|equals|is|deepEqual|strictEqual|deepStrictEqual|same|strictSame|notThrows)$/;

/**
 * V08: assertions that hold whatever the program does. Those that the same test, or another of the change, had before are not new. One that
 * marks a place is no news where the test had as many marks (`t.pass()` too), and a real assertion where a plan counts it and the test lost none.
 */
export function tautologies({ before, after, pairs }: TestFacts): Finding[] {
  const old = Map.groupBy(
    before.flatMap(({ assertions }) => assertions.filter((one) => whyTrue(one) !== null)),
    (one) => one.normal,
  );
  const literal = new Map(pairs.map((pair) => [pair.after, pair.before]));
  const marks = new Map(pairs.map((pair) => [pair.after, pair.before.assertions.filter(isMark).length]));
  return after.flatMap((test) => {
    let known = marks.get(test) ?? 0;
    const was = literal.get(test);
    const isLess = was !== undefined && realIn(test) < realIn(was);
    const counts = isLess ? () => false : countedIn(test);
    return test.assertions.flatMap((one) => {
      if (isMark(one)) known -= 1;
      const why = whyTrue(one) ?? comparedWithItself(one, was);
      if (why === null || old.get(one.normal)?.shift() !== undefined) return [];
      if (isMark(one) && known >= 0) return [];
      const message = `An assertion of the test ${JSON.stringify(test.title)} always holds: ${why}.`;
      const weak = counts(one) ? "info" : "warn";
      return [
        tampering({
          rule: "v08-tautology",
          level: marksPlace(one) ? weak : "block",
          path: test.source.path,
          line: one.line,
          message,
          before: null,
          after: one.text,
        }),
      ];
    });
  });
}

function realIn({ assertions }: TestCase): number {
  return assertions.filter((one) => !isMark(one)).length;
}

function isMark(one: Assertion): boolean {
  return one.matcher === "pass" || (marksPlace(one) && whyTrue(one) !== null);
}

/** Whether a mark stands in a function inside the test, and the test says how many assertions it must reach. */
function countedIn({ bodyNode }: TestCase): (mark: Assertion) => boolean {
  if (bodyNode === null) return () => false;
  const top = new Set([...nodesIn(bodyNode, (inner) => !isFunction(inner))].map(({ node }) => node));
  const plans = [...top].some((node) => node.type === "CallExpression" && dotted(node.callee).endsWith(".plan"));
  return ({ node }) => plans && !top.has(node);
}

/**
 * A call that is compared with the same call: in a new test that may be about identity; where the test compared it with something else
 * before, it says nothing any more.
 */
function comparedWithItself(one: Assertion, base: TestCase | undefined): string | null {
  if (base === undefined || one.negated || one.subject === "" || !equal.test(one.matcher)) return null;
  if (one.subject !== one.expectedText) return null;
  const had = base.assertions.some(({ subject, expectedText }) => subject === one.subject && expectedText !== subject);
  return had ? "what is expected is what is looked at" : null;
}

/** null when it can fail, or fails always (`expect(true).toBe(false)` marks a place that must not be reached). */
function whyTrue({ subject, subjectNode, matcher, negated, expected, expectedText }: Assertion): string | null {
  if (subjectNode === null || negated) return null;
  const value = bare(subjectNode);
  if (truthy.test(matcher) && isTruthyLiteral(value)) return "what is looked at is written out";
  const [first] = expected;
  if (matcher === "toSatisfy" && first !== undefined && saysTrue(first))
    return "the question is always answered with yes";
  if (!equal.test(matcher) || first === undefined) return null;
  if (
    value.type === "LogicalExpression" &&
    value.operator !== "&&" &&
    isLiteral(first) &&
    isSameLiteral(value.right, first)
  )
    return "it falls back on what is expected";
  if (subject !== expectedText) return null;
  if (isLiteral(value)) return "a written value is compared with itself";
  // Calling twice compares two results, and `NaN` or a getter may differ: only plain names are compared with themselves.
  return isPlainName(value) ? "a value is compared with itself" : null;
}

function saysTrue(node: Node): boolean {
  const asked = bare(node);
  if (asked.type !== "ArrowFunctionExpression" && asked.type !== "FunctionExpression") return false;
  const answer = asked.body;
  const only = answer.type === "BlockStatement" && answer.body.length === 1 ? answer.body[0] : answer;
  const value = only?.type === "ReturnStatement" ? only.argument : only;
  return value?.type === "BooleanLiteral" && value.value;
}

function isSameLiteral(a: Node, b: Node): boolean {
  const [left, right] = [bare(a), bare(b)];
  if (!("value" in left) || !("value" in right)) return left.type === right.type && left.type === "NullLiteral";
  return left.type === right.type && left.value === right.value;
}

/** `t.ok(true)` and `assert(true)` say that a place was reached, in tests with callbacks; `expect(true)` has no such use. */
function marksPlace({ text, matcher }: Assertion): boolean {
  return /^(ok|assert|true|truthy)$/.test(matcher) && !text.startsWith("expect");
}

function isTruthyLiteral(node: Node): boolean {
  if (node.type === "BooleanLiteral") return node.value;
  if (node.type === "NumericLiteral") return node.value !== 0;
  if (node.type === "StringLiteral") return node.value !== "";
  return (node.type === "ArrayExpression" || node.type === "ObjectExpression") && isLiteral(node);
}

function isPlainName(node: Node): boolean {
  for (const { node: inner } of nodesIn(node))
    if (!/^(Identifier|MemberExpression|ThisExpression|StringLiteral|NumericLiteral)$/.test(inner.type)) return false;
  return true;
}
