import type { Node } from "@babel/types";
import { mutedBy, usedNames } from "./muted.ts";
import { isFunction, nodesIn, wordsOf, type Visited, type Word } from "./nodes.ts";
import { lineOf, normal, textAt, type Source } from "./source.ts";
import type { Names } from "./test-names.ts";
import type { Work } from "./work.ts";

export interface Assertion {
  node: Node;
  line: number;
  /** As it stands in the file. */
  text: string;
  /** Without layout: two assertions with the same one are the same. */
  normal: string;
  /** What is looked at, without layout. */
  subject: string;
  subjectNode: Node | null;
  /** `toBe`, `strictEqual`, `deep.equal`: the words between the subject and the expected value, without `not`. */
  matcher: string;
  negated: boolean;
  /** What is expected, and the same without layout. */
  expected: readonly Node[];
  expectedText: string;
  /** Whether it stands under a condition inside its test, so that it may never run. */
  conditional: boolean;
  /** Why it cannot make the test red; null when it can. */
  muted: string | null;
  /** How much it says, in plain assertions: a loop over three values counts three, an object with four values four. */
  weight: number;
}

/** Words of chai that only make a sentence, and those of `expect` that change how the subject is got. */
const filler =
  /^(to|be|been|is|that|which|and|has|have|with|at|of|same|but|does|still|also|should|resolves|rejects|eventually|soft|poll)$/;
/** Functions of ava, tap, tape, QUnit and node:test on a test's own argument. */
const onContext =
  /^(assert|is|isNot|not|deepEqual|notDeepEqual|like|unlike|truthy|falsy|true|false|throws|throwsAsync|notThrows|notThrowsAsync|rejects|doesNotReject|doesNotThrow|doesNotMatch|regex|notRegex|snapshot|pass|fail|equal|notEqual|equals|same|notSame|strictSame|match|notMatch|matchSnapshot|strictEqual|notStrictEqual|deepStrictEqual|notDeepStrictEqual|ok|notOk|error|ifError|looseEqual|deepLooseEqual|propEqual|partialDeepStrictEqual|fileSnapshot)$/;
/** Words that make an assertion a promise. */
const promising = /^(resolves|rejects|poll|doesNotReject|throwsAsync|notThrowsAsync|eventually)$/;
const chained = /^(then|catch|finally)$/;
const noAssertion =
  /^(assertions|hasAssertions|extend|addSnapshotSerializer|addEqualityTesters|any|anything|objectContaining|arrayContaining|stringContaining|stringMatching|closeTo|getState|setState|unreachable|plan|end|comment|teardown|timeoutAfter|test|throwsIntercept|capture)$/;
const weightMax = 20;

export interface Around {
  names: Names;
  /** The arguments of the tests around. */
  contexts: ReadonlySet<string>;
  work: Work;
  /** false: a node inside which others count. */
  enter: (node: Node) => boolean;
}

/** The assertions inside a node, in the order of the text, as far as the work suffices. */
export function assertionsIn(root: Node, source: Source, { names, contexts, work, enter }: Around): Assertion[] {
  const seen = new Set<Node>();
  const used = usedNames(root, work);
  const found: Assertion[] = [];
  for (const visited of nodesIn(root, enter)) {
    const { node } = visited;
    work.left -= 1;
    if (work.left < 0) break;
    if (seen.has(node) || !/^(Optional)?(Call|Member)Expression$|^TaggedTemplate/.test(node.type)) continue;
    const words = wordsOf(node);
    if (words === null) continue;
    const parts = assertionParts(words, names, contexts);
    for (const word of words)
      for (const inner of [word.node, word.call, word.outer]) if (inner !== null) seen.add(inner);
    if (parts === null) continue;
    // What it stands in is looked through level by level.
    work.left -= (node.end ?? 0) - (node.start ?? 0) + visited.depth;
    const [first, ...rest] = parts.expected;
    const subjectNode = parts.subject ?? first ?? null;
    const expected = parts.subject === null ? withoutMessage(rest, parts.matcher) : parts.expected;
    found.push({
      node,
      line: lineOf(node),
      text: textAt(source, node),
      normal: normal(source, node),
      subject: subjectNode === null ? "" : normal(source, subjectNode),
      subjectNode,
      matcher: parts.matcher,
      negated: parts.negated,
      expected,
      expectedText: expected.map((one) => normal(source, one)).join(),
      conditional: isConditional(visited, root),
      muted: words.some(({ name }) => name === "catch")
        ? "its failure is caught"
        : mutedBy(visited, root, { isPromise: words.some(({ name }) => promising.test(name)), used }),
      weight: Math.min(weightMax, loopWeight(visited, root) * expectedWeight(expected)),
    });
  }
  return found;
}

/** What an assertion says, however it is written: `t.equal(a, 1)` and `t.assert.equal(a, 1, "why")` say the same. */
export function meaning({ normal: text, subject, matcher, negated, expectedText }: Assertion): string {
  return subject === "" ? text : [subject, matcher, negated, expectedText].join("\n");
}

function assertionParts(
  words: readonly Word[],
  names: Names,
  contexts: ReadonlySet<string>,
): { subject: Node | null; matcher: string; negated: boolean; expected: Node[] } | null {
  const [first, ...rest] = words;
  if (first === undefined) return null;
  const name = names.get(first.name) ?? first.name;
  if (/^(expect|expectTypeOf|expectType)$/.test(name) || /^expect$/.test(rest[0]?.name ?? "")) {
    const start = words.find(({ call }) => call !== null);
    const startAt = start === undefined ? -1 : words.indexOf(start);
    if (start === undefined || words.slice(0, startAt + 1).some((word) => noAssertion.test(word.name))) return null;
    const promise = words.findIndex(({ name: word }, index) => index > startAt && chained.test(word));
    const matchers = words.slice(startAt + 1, promise === -1 ? undefined : promise);
    if (matchers.length === 0) return null;
    return said(matchers, argumentsOf(start)[0] ?? null, argumentsOf(matchers.at(-1)));
  }
  if (name === "assert" || name.startsWith("assert.") || rest[0]?.name === "assert") {
    const last = words.at(-1);
    if (last?.call == null || noAssertion.test(last.name)) return null;
    const matcher = last === first ? (name === "assert" ? "ok" : name.slice("assert.".length)) : last.name;
    return said([{ ...last, name: matcher }], null, argumentsOf(last));
  }
  if (name === "assertType") return said([{ ...first, name: "assertType" }], null, argumentsOf(first));
  const last = words.at(-1);
  if (contexts.has(first.name) && last?.call != null && onContext.test(last.name) && words.length === 2)
    return said([last], null, argumentsOf(last));
  const should = words.findIndex((word) => word.name === "should");
  if (should > 0 && words.length > should + 1)
    return said(words.slice(should + 1), words[should - 1]?.node ?? null, argumentsOf(last));
  return null;
}

function said(matchers: readonly Word[], subject: Node | null, expected: Node[]) {
  const spoken = matchers.map(({ name }) => name).filter((name) => !filler.test(name));
  const matcher = spoken.filter((name) => name !== "not").join(".");
  return { subject, matcher, negated: spoken.includes("not"), expected };
}

/** Functions of assert, tap, ava and chai that take the value alone, or the value and one that is expected: what follows is a message. */
const alone =
  /^(ok|notOk|assert|true|false|truthy|falsy|isOk|isNotOk|isTrue|isFalse|isNull|isNotNull|isUndefined|isDefined|exists|notExists|error|ifError|pass|fail)$/;
const withOne =
  /^(is|isNot|not|equals?|notEquals?|same|notSame|strictSame|strictNotSame|eql|deepEqual|notDeepEqual|strictEqual|notStrictEqual|deepStrictEqual|notDeepStrictEqual|partialDeepStrictEqual|looseEqual|deepLooseEqual|propEqual|deep\.equal|like|match|notMatch|doesNotMatch|regex|notRegex|include|notInclude|lengthOf|instanceOf)$/;

/** What an assertion without a chain expects. Its message is a text for people: another one changes nothing. */
function withoutMessage(expected: Node[], matcher: string): Node[] {
  if (alone.test(matcher)) return [];
  return withOne.test(matcher) ? expected.slice(0, 1) : expected;
}

function argumentsOf(word: Word | undefined): Node[] {
  if (word?.call == null) return [];
  return word.call.type === "TaggedTemplateExpression" ? [word.call.quasi] : word.call.arguments;
}

/** A loop over written-out values counts each of them, over anything else two. */
function loopWeight(visited: Visited, root: Node): number {
  let weight = 1;
  for (let at: Visited | null = visited; at !== null && at.node !== root; at = at.parent) {
    const { node } = at;
    let over: Node | null = null;
    if (node.type === "ForOfStatement" || node.type === "ForInStatement") over = node.right;
    if (node.type === "ForStatement" || node.type === "WhileStatement") weight *= 2;
    if (node.type === "CallExpression" && node.callee.type === "MemberExpression" && at.node !== visited.node) {
      const words = wordsOf(node.callee);
      const last = words?.at(-1)?.name;
      if (last === "forEach" || last === "map") over = node.callee.object;
    }
    if (over !== null) weight *= over.type === "ArrayExpression" ? Math.max(1, over.elements.length) : 2;
  }
  return weight;
}

/** The values that an expected object or a written snapshot holds. */
function expectedWeight(expected: readonly Node[]): number {
  const [first] = expected;
  if (first === undefined) return 1;
  if (first.type === "TemplateLiteral") {
    const lines = first.quasis.reduce((sum, { value }) => sum + value.raw.split("\n").length - 1, 0);
    return Math.max(1, lines - 1);
  }
  let leaves = 0;
  for (const { node } of nodesIn(first, (inner) => inner.type !== "ObjectExpression" || inner.properties.length > 0))
    if (node.type === "ObjectProperty" && node.value.type !== "ObjectExpression") leaves += 1;
  return Math.max(1, leaves);
}

function isConditional(visited: Visited, root: Node): boolean {
  for (let at: Visited | null = visited; at !== null && at.node !== root; at = at.parent) {
    const above = at.parent?.node;
    if (above === undefined) break;
    if (above.type === "IfStatement" && at.node !== above.test) return true;
    if (above.type === "ConditionalExpression" && at.node !== above.test) return true;
    if (above.type === "LogicalExpression" && at.node === above.right) return true;
    if (isFunction(above) && above !== root) continue;
  }
  return false;
}
