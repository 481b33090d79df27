import type { Node } from "@babel/types";
import type { Assertion } from "./assertions.ts";
import { bare, keyName, stringValue } from "./nodes.ts";

const atLeast = /^(toBeGreaterThan|toBeGreaterThanOrEqual|above|greaterThan|isAbove|isAtLeast|least|gt|gte)$/;
const atMost = /^(toBeLessThan|toBeLessThanOrEqual|below|lessThan|isBelow|isAtMost|most|lt|lte)$/;
/** Matchers that pass when the value has all of this, whatever else it has. */
const partial = /^(toMatchObject|partialDeepStrictEqual|like|deep\.include)$/;
const piece = /^(toContain|toMatch|toHaveTextContent|include|includes|contain|contains)$/;
const textual = /^(toMatch|toHaveTextContent)$/;

/**
 * Whether one of two assertions of the same matcher passes for everything that the other one passes for, by the written values alone: a
 * bound that moved, a part of an object or of a text that is more or less. null: neither, or nobody can tell.
 */
export function compareReach(before: Assertion, after: Assertion): { kind: "weaker" | "stronger"; how: string } | null {
  const { matcher, negated } = before;
  const [was, now] = [before.expected[0], after.expected[0]];
  if (negated || was === undefined || now === undefined) return null;
  if (atLeast.test(matcher) || atMost.test(matcher)) {
    const [old, fresh] = [numberOf(was), numberOf(now)];
    if (old === null || fresh === null || old === fresh) return null;
    return fresh > old === atLeast.test(matcher)
      ? { kind: "stronger", how: "the bound is narrower" }
      : { kind: "weaker", how: "the bound is wider" };
  }
  if (matcher === "toHaveProperty" && before.expectedText !== after.expectedText)
    return comparePropertyValue(before, after);
  if (partial.test(matcher)) return compareParts(was, now);
  const [old, fresh] = [stringValue(was), stringValue(now)];
  if (!piece.test(matcher) || old === null || fresh === null || old === fresh) return null;
  if (old.includes(fresh)) return { kind: "weaker", how: "a shorter piece of the text will do" };
  // Of a list, a longer text is only another one.
  return fresh.includes(old) && textual.test(matcher)
    ? { kind: "stronger", how: "a longer piece of the text is wanted" }
    : null;
}

/** `toHaveProperty("a", 1)` says more than `toHaveProperty("a")`. */
function comparePropertyValue(before: Assertion, after: Assertion): ReturnType<typeof compareReach> {
  const [was, now] = [before.expected.length, after.expected.length];
  const isSameName = stringValue(before.expected[0]) === stringValue(after.expected[0]);
  if (!isSameName || was === now) return null;
  return now < was
    ? { kind: "weaker", how: "the property may have any value" }
    : { kind: "stronger", how: "the property's value is named" };
}

function compareParts(was: Node, now: Node): ReturnType<typeof compareReach> {
  const [old, fresh] = [partsOf(was), partsOf(now)];
  if (old === null || fresh === null || old.size === fresh.size) return null;
  const [small, large] = old.size < fresh.size ? [old, fresh] : [fresh, old];
  if ([...small].some((part) => !large.has(part))) return null;
  return small === old
    ? { kind: "stronger", how: "more of the value is wanted" }
    : { kind: "weaker", how: "less of the value is wanted" };
}

/** Each written value with its place in the object. null: not everything is written out. */
function partsOf(root: Node): ReadonlySet<string> | null {
  const parts = new Set<string>();
  const add = (node: Node, place: string): boolean => {
    const value = bare(node);
    if (value.type === "ObjectExpression")
      return value.properties.every((one) => {
        const name = one.type === "ObjectProperty" ? keyName(one.key, one.computed) : null;
        return one.type === "ObjectProperty" && name !== null && add(one.value, `${place}.${JSON.stringify(name)}`);
      });
    if (value.type === "ArrayExpression") {
      parts.add(`${place}.length=${value.elements.length}`);
      return value.elements.every((one, index) => one !== null && add(one, `${place}.${index}`));
    }
    const text = plainText(value);
    if (text !== null) parts.add(`${place}=${text}`);
    return text !== null;
  };
  return add(root, "") ? parts : null;
}

function plainText(value: Node): string | null {
  if (value.type === "NullLiteral" || (value.type === "Identifier" && value.name === "undefined")) return value.type;
  if (value.type === "BooleanLiteral") return String(value.value);
  const number = numberOf(value);
  const text = stringValue(value);
  if (number !== null) return String(number);
  return text === null ? null : JSON.stringify(text);
}

function numberOf(node: Node): number | null {
  const value = bare(node);
  if (value.type === "NumericLiteral") return value.value;
  if (value.type !== "UnaryExpression" || value.operator !== "-") return null;
  const number = numberOf(value.argument);
  return number === null ? null : -number;
}
