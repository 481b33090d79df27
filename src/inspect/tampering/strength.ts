import type { Node } from "@babel/types";
import type { Assertion } from "./assertions.ts";
import { compareReach } from "./reach.ts";
import { bare, dotted, isLiteral, nodesIn } from "./nodes.ts";

/**
 * How much an assertion fixes, by its matcher: 5 the very value, 4 an equal one, 3 a part or a property of it, 2 a kind or range, 1 that it
 * is there at all. A matcher that is not here is not compared.
 */
const ranks: ReadonlyMap<string, number> = new Map(
  (
    [
      [
        5,
        "toBe toStrictEqual strictEqual deepStrictEqual is deepEqual.strict strictSame toHaveBeenCalledExactlyOnceWith",
      ],
      [
        4,
        "toEqual equal deepEqual eql deep.equal equals same propEqual toHaveBeenCalledWith toHaveBeenLastCalledWith toHaveBeenNthCalledWith toBeNull toBeUndefined null undefined true false isTrue isFalse isNull isUndefined toMatchInlineSnapshot toMatchSnapshot snapshot matchSnapshot",
      ],
      [
        3,
        "toMatchObject toContain toContainEqual toHaveProperty toHaveLength lengthOf length toMatch match regex include includes contain contains deep.include property like partialDeepStrictEqual toHaveBeenCalledTimes toHaveTextContent toBeCloseTo closeTo approximately",
      ],
      [
        2,
        "toBeGreaterThan toBeGreaterThanOrEqual toBeLessThan toBeLessThanOrEqual above below least most within toBeInstanceOf instanceOf instanceof a an isString isArray isObject isNumber toHaveBeenCalled toHaveBeenCalledOnce called",
      ],
      [
        1,
        "toBeTruthy toBeDefined toBeFalsy ok exist exists truthy falsy isOk isDefined isNotNull notNull assert any pass",
      ],
    ] as const
  ).flatMap(([rank, names]) => names.split(" ").map((name) => [name, rank] as const)),
);

const throwing = /^(toThrow|toThrowError|throws|throwsAsync|throw|rejects|isRejected|rejected|rejectedWith)$/;
const anything = /(^|\.)(anything|any)$/;

/** What changed between two assertions on the same subject. null: neither is weaker as far as these rules know. */
export function compareStrength(
  before: Assertion,
  after: Assertion,
): { kind: "weaker" | "stronger"; how: string } | null {
  if (before.negated !== after.negated) {
    if (before.matcher === after.matcher && before.expectedText === after.expectedText)
      return {
        kind: after.negated ? "weaker" : "stronger",
        how: after.negated ? "it is negated now" : "it is no longer negated",
      };
  }
  if (throwing.test(before.matcher) && throwing.test(after.matcher) && before.negated === after.negated)
    return compareThrowing(before, after);
  const [was, now] = [rankOf(before), rankOf(after)];
  if (was === null || now === null) return null;
  if (was !== now)
    return isSameInEffect(before, after)
      ? null
      : {
          kind: now < was ? "weaker" : "stronger",
          how: `${said(after)} says ${now < was ? "less" : "more"} than ${said(before)}`,
        };
  if (before.matcher !== after.matcher) return null;
  return compareExpected(before, after);
}

/** 5 to 1, as above; null for a matcher that is not known. */
export function rankOf({ matcher, negated }: Assertion): number | null {
  const rank = ranks.get(matcher) ?? null;
  // That something is not one value leaves all others; that it is not null or not empty says as much as that it is there.
  return negated && rank !== null ? 1 : rank;
}

/** `toBe(1)` and `toEqual(1)` are the same for a value without parts. */
function isSameInEffect(before: Assertion, after: Assertion): boolean {
  const [was, now] = [before.expected[0], after.expected[0]];
  const ranked = [rankOf(before), rankOf(after)];
  if (!ranked.every((rank) => rank !== null && rank >= 4)) return false;
  const isPlain = (node: Node | undefined) =>
    node === undefined || (isLiteral(node) && !/^(Array|Object)/.test(bare(node).type));
  // `toBe(value)` cannot say that an object has these parts: whoever changes the value to an object needs `toEqual`.
  if (before.matcher === "toBe" && now !== undefined && /^(Array|Object)/.test(bare(now).type)) return true;
  return isPlain(was) && isPlain(now);
}

function compareThrowing(before: Assertion, after: Assertion): { kind: "weaker" | "stronger"; how: string } | null {
  const [was, now] = [before.expected.length, after.expected.length];
  if (was === now) return null;
  return now < was
    ? { kind: "weaker", how: "any error will do now" }
    : { kind: "stronger", how: "the error is named now" };
}

function compareExpected(before: Assertion, after: Assertion): { kind: "weaker" | "stronger"; how: string } | null {
  const [was, now] = [looseParts(before), looseParts(after)];
  if (was !== now && before.expected.length === after.expected.length)
    return now > was ? { kind: "weaker", how: "a part of the expected value may be anything now" } : null;
  const [digitsWas, digitsNow] = [tolerance(before), tolerance(after)];
  if (digitsWas !== null && digitsNow !== null && digitsWas !== digitsNow)
    return { kind: digitsNow < digitsWas ? "weaker" : "stronger", how: "the tolerance changed" };
  const [patternWas, patternNow] = [patternOf(before), patternOf(after)];
  if (patternWas !== null && patternNow !== null && patternWas !== patternNow && isBroader(patternWas, patternNow))
    return { kind: "weaker", how: "the pattern matches more now" };
  return compareReach(before, after);
}

/** `expect.any(…)`, `expect.anything()` inside the expected value. */
function looseParts({ expected }: Assertion): number {
  let count = 0;
  for (const root of expected)
    for (const { node } of nodesIn(root))
      if (node.type === "CallExpression" && anything.test(dotted(node.callee))) count += 1;
  return count;
}

/** Decimal digits of `toBeCloseTo`; a delta of chai counts the other way round. null: no such number. */
function tolerance({ matcher, expected }: Assertion): number | null {
  const second = expected[1] === undefined ? null : bare(expected[1]);
  const number = second?.type === "NumericLiteral" ? second.value : null;
  if (matcher === "toBeCloseTo") return second === null ? 2 : number;
  return /^(closeTo|approximately)$/.test(matcher) && number !== null ? -number : null;
}

function patternOf({ expected }: Assertion): string | null {
  const first = expected[0] === undefined ? null : bare(expected[0]);
  return first?.type === "RegExpLiteral" ? first.pattern : null;
}

/** Patterns that match everything, that lost an anchor, or that are a piece of what was wanted. */
function isBroader(was: string, now: string): boolean {
  if (/^\^?(\.|\[\\s\\S\]|\(\?:\))?[*+]?\$?$/.test(now)) return true;
  const bareOf = (pattern: string) => pattern.replace(/^\^/, "").replace(/\$$/, "");
  return now.length < was.length && (bareOf(was) === bareOf(now) || now.startsWith(`${bareOf(was)}|`))
    ? true
    : now.startsWith(`${was}|`);
}

function said({ matcher, negated }: Assertion): string {
  return `\`${negated ? "not." : ""}${matcher}\``;
}
