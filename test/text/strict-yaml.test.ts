import { expect, test, vi } from "vitest";
import { oneStrictYaml, strictYaml } from "../../src/text/strict-yaml.ts";

const keysInKeys = `${"{".repeat(300)}a: b${"}: c".repeat(299)}}`;
const named = (count: number) => Array.from({ length: count }, (_, index) => `k${index}: &a${index} x\n`).join("");
const aliased = (count: number) => Array.from({ length: count }, (_, index) => `m${index}: *a${index}\n`).join("");

test.each<[string, string, number, unknown]>([
  ["a map", "a: 1\nb: [x, y]\n", 0, [{ a: 1, b: ["x", "y"] }]],
  ["several documents", "--- 1\n--- 2\n", 0, [1, 2]],
  ["nothing", "", 0, []],
  ["an empty value", "a:\n", 0, [{ a: null }]],
  ["an anchor and an alias within the limit", "a: &x 1\nb: *x\n", 2, [{ a: 1, b: 1 }]],
  ["an alias above the limit", "a: &x 1\nb: *x\n", 1, null],
  ["an anchor that nothing uses", "a: &x 1\n", 0, null],
  ["a key twice", "a: 1\na: 2\n", 0, null],
  ["a merge, which some readers carry out", "a:\n  <<: { b: 1 }\n", 0, null],
  ["a key that gives a copy another prototype", "__proto__: { a: 1 }\n", 0, null],
  ["a key that is a map", "? { a: b }\n: c\n", 0, null],
  ["keys in keys, whose values would take exponential time", keysInKeys, 0, null],
  ["as many anchors and aliases as would take quadratic time", named(2_000) + aliased(2_000), 100, null],
  ["40 levels", "[".repeat(40) + "]".repeat(40), 0, [JSON.parse("[".repeat(40) + "]".repeat(40))]],
  ["200 levels", "[".repeat(200) + "]".repeat(200), 0, null],
  ["no YAML", "a: [", 0, null],
])("Strict YAML reads %s", (_, text, aliasesMax, expected) => {
  expect(strictYaml(text, aliasesMax)).toEqual(expected);
});

test("A text of one document is its value, of none null, of two nothing", () => {
  expect(["a: 1", "", "--- 1\n--- 2"].map((text) => oneStrictYaml(text))).toEqual([
    { value: { a: 1 } },
    { value: null },
    null,
  ]);
});

test("Nothing of the text is printed", () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  strictYaml("a: 1\n::set-output name=digest::x: !bad y\n{ b: c }: !worse z\n");
  expect(warned.mock.calls).toEqual([]);
  warned.mockRestore();
});
