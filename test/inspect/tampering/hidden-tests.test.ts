import { expect, test } from "vitest";
import { seenIn, type Row } from "./judged.ts";

const plain = `it("a", () => { expect(f(1)).toBe(2); });`;
const became = (after: string, before = plain) => ({ "a.test.ts": [before, after] as [string, string] });
const body = `() => { expect(f(1)).toBe(2); }`;

const skipped: Row[] = [
  ...(
    [
      `it.skip("a", ${body});`,
      `it.todo("a", ${body});`,
      `it.fails("a", ${body});`,
      `test.concurrent.skip("a", ${body});`,
      `xit("a", ${body});`,
      `describe.skip("s", () => { it("a", ${body}); });`,
      `xdescribe("s", () => { it("a", ${body}); });`,
      `it("a", { skip: true }, ${body});`,
      `it["skip"]("a", ${body});`,
      `const off = it.skip; off("a", ${body});`,
      `it("a", (t) => { t.skip(); expect(f(1)).toBe(2); });`,
      `it("a", function () { this.skip(); expect(f(1)).toBe(2); });`,
      `it("a", ({ skip }) => { skip(); expect(f(1)).toBe(2); });`,
    ] as const
  ).map((after): Row => [after, became(after), ["block v03-test-skipped a.test.ts:1"]]),
  ["a test that is no longer skipped", became(plain, `it.skip("a", ${body});`), ["info v03-test-skipped a.test.ts:1"]],
  ["a test that was skipped before", became(`it.skip("b", ${body});`, `it.skip("a", ${body});`), []],
  [
    "a new test that is skipped",
    became(`${plain}\nit.skip("new", () => { expect(x).toBe(1); });`),
    ["warn v03-test-skipped a.test.ts:2"],
  ],
  ["a new todo without a body", became(`${plain}\nit.todo("later");`), ["info v03-test-skipped a.test.ts:2"]],
  ["an option that is off", became(`it("a", { skip: false }, ${body});`), []],
  [
    "other things called skip",
    became(`it("a", ${body}); query.skip(1); list.only; const it2 = { skip() {} }; it2.skip();`),
    [],
  ],
  ["the words in a text", became(`it("a", ${body}); const s = 'it.skip("a")'; // it.only`), []],
];

const focused: Row[] = [
  ["only", became(`it.only("a", ${body});`), ["block v04-test-focused a.test.ts:1"]],
  ["a focused suite", became(`fdescribe("s", () => { it("a", ${body}); });`), ["block v04-test-focused a.test.ts:1"]],
  [
    "a new focused test",
    became(`${plain}\nfit("b", () => { expect(g).toBe(1); });`),
    ["block v04-test-focused a.test.ts:2"],
  ],
  ["the option", became(`it("a", { only: true }, ${body});`), ["block v04-test-focused a.test.ts:1"]],
  ["no longer focused", became(plain, `it.only("a", ${body});`), ["info v04-test-focused a.test.ts:1"]],
];

const conditional: Row[] = [
  ["skipIf", became(`it.skipIf(process.env.CI)("a", ${body});`), ["block v05-test-conditional a.test.ts:1"]],
  [
    "runIf around a suite",
    became(`describe.runIf(false)("s", () => { it("a", ${body}); });`),
    ["block v05-test-conditional a.test.ts:1"],
  ],
  ["an if around it", became(`if (!process.env.CI) { it("a", ${body}); }`), ["block v05-test-conditional a.test.ts:1"]],
  [
    "a function that was chosen",
    became(`const maybe = process.env.CI ? it.skip : it;\nmaybe("a", ${body});`),
    ["block v05-test-conditional a.test.ts:1"],
  ],
  [
    "an early return",
    became(`it("a", () => {\n  if (process.env.CI) return;\n  expect(f(1)).toBe(2);\n});`),
    ["block v05-test-conditional a.test.ts:2"],
  ],
  [
    "an assertion under a condition",
    became(`it("a", () => {\n  const r = f(1);\n  if (r) expect(f(1)).toBe(2);\n});`),
    ["block v05-test-conditional a.test.ts:3"],
  ],
  [
    "a condition that the base had",
    became(`it.skipIf(win)("b", () => { expect(f(1)).toBe(3); });`, `it.skipIf(win)("b", ${body});`),
    [],
  ],
  [
    "a new test under a condition",
    became(`${plain}\nit.skipIf(win)("b", () => { expect(g(1)).toBe(3); });`),
    ["info v05-test-conditional a.test.ts:2"],
  ],
  [
    "a return in a callback",
    became(`it("a", () => { list.map((x) => { if (x) return; go(x); }); expect(f(1)).toBe(2); });`),
    [],
  ],
];

test.each([...skipped, ...focused, ...conditional])("Hidden tests: %s", (_, edits, seen) => {
  expect(seenIn(edits)).toEqual(seen);
});

test("One skipped suite is one finding, however many tests it holds", () => {
  const tests = Array.from(
    { length: 5 },
    (_, index) => `  it("t${index}", () => { expect(f(${index})).toBe(${index}); });`,
  ).join("\n");
  const suite = (word: string) => `${word}("s", () => {\n${tests}\n});`;
  expect(seenIn({ "a.test.ts": [suite("describe"), suite("describe.skip")] })).toEqual([
    "block v03-test-skipped a.test.ts:1",
  ]);
});
