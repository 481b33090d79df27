import { expect, test } from "vitest";
import { findingId, findingOf } from "../../src/inspect/finding-id.ts";

const seen = { rule: "symlink", path: "a", before: null, after: "b" };

test("An id is twelve hexadecimal digits and does not change between versions", () => {
  expect(findingId(seen)).toMatchInlineSnapshot(`"8c0ae63d5418"`);
});

test("Each of rule, path, before and after changes the id, and nothing can be moved between them", () => {
  const others = [
    { ...seen, rule: "x" },
    { ...seen, path: "b" },
    { ...seen, before: "b", after: null },
    { ...seen, after: "c" },
    { ...seen, rule: "symlinka", path: "" },
    { ...seen, before: "null" },
  ];
  expect(new Set([seen, ...others].map(findingId)).size).toBe(7);
});

test("Long evidence is cut for the reader while the id covers all of it", () => {
  const make = (after: string) => findingOf({ ...seen, level: "warn", line: null, message: "m", after });
  const [one, two] = [make(`${"x".repeat(600)}1`), make(`${"x".repeat(600)}2`)];
  expect(one.after).toBe(`${"x".repeat(500)}…`);
  expect(two.after).toBe(one.after);
  expect(two.id).not.toBe(one.id);
});
