import { expect, it } from "vitest";
import { canonical } from "../../src/handoff/canonical.ts";

it("gives equal values one text, whatever the order of their keys", () => {
  expect(canonical({ b: 1, a: [true, null, "x\u2028"] })).toBe(canonical({ a: [true, null, "x\u2028"], b: 1 }));
  expect(canonical({ b: 1, a: { d: 2, c: 3 } })).toBe('{"a":{"c":3,"d":2},"b":1}');
});

it("leaves absent fields out, as JSON does", () => {
  expect(canonical({ a: undefined, b: 1 })).toBe('{"b":1}');
});

it.each([
  ["a number that is not finite", Number.NaN],
  ["a function", () => 1],
  ["an absent list item", [undefined]],
  ["a big integer", 1n],
])("refuses %s, which JSON would change", (_what, value) => {
  expect(() => canonical(value)).toThrow(TypeError);
});
