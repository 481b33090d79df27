import { expect, test } from "vitest";
import { testCases } from "../../../src/inspect/tampering/cases.ts";
import { parseCode } from "../../../src/inspect/tampering/parse.ts";
import type { Source } from "../../../src/inspect/tampering/source.ts";
import { workFor } from "../../../src/inspect/tampering/work.ts";
import { seenIn, type Row } from "./judged.ts";

const one = `it("a", () => { expect(f(1)).toBe(2); });\n`;
const two = `it("b", () => { expect(g(1)).toBe(3); });\n`;

const imported = `import { g } from "./g.ts";\n`;

const deleted: Row[] = [
  ["a deleted file", { "a.test.ts": [one + two, null] }, ["block v01-test-file-deleted a.test.ts:-"]],
  [
    "a moved file",
    { "a.test.ts": [one + two, null], "b/a.test.ts": [null, one + two] },
    ["info v01-test-file-deleted a.test.ts:-"],
  ],
  [
    "a file moved to where no runner finds it",
    { "a.test.ts": [one, null], "b/a.ts": [null, one] },
    ["block v01-test-file-deleted a.test.ts:-"],
  ],
  [
    "a file moved and edited, its titles kept",
    { "a.test.ts": [one + two, null], "b.test.ts": [null, one + two.replace("3", "4")] },
    ["info v01-test-file-deleted a.test.ts:-"],
  ],
  [
    "a file deleted with what it tests",
    { "a.test.ts": [`import { f } from "./a.ts";\n${one}`, null], "a.ts": ["export const f = 1;", null] },
    ["info v01-test-file-deleted a.test.ts:-"],
  ],
  [
    "a file deleted while what it tests stays",
    {
      "a.test.ts": [`import { f } from "./a.ts";\n${one}`, null],
      "a.ts": ["export const f = 1;", "export const f = 2;"],
    },
    ["block v01-test-file-deleted a.test.ts:-"],
  ],
  ["a deleted file of helpers", { "test/made.ts": ["export const made = 1;", null] }, []],
  ["deleted sources", { "a.ts": ["it('a')", null] }, []],
  ["a deleted fixture", { "test/fixtures/a.test.ts": [one, null] }, []],
];

const removed: Row[] = [
  ["a removed test", { "a.test.ts": [one + two, one] }, ["block v02-test-removed a.test.ts:2"]],
  ["a test in a comment", { "a.test.ts": [one + two, `${one}// ${two}`] }, ["block v02-test-removed a.test.ts:2"]],
  [
    "a test that became a text",
    { "a.test.ts": [one + two, `${one}const s = ${JSON.stringify(two)};`] },
    ["block v02-test-removed a.test.ts:2"],
  ],
  ["a renamed test", { "a.test.ts": [one + two, one + two.replace('"b"', '"better"')] }, []],
  ["a test in another suite", { "a.test.ts": [one + two, `${one}describe("s", () => { ${two} });`] }, []],
  ["a test in another file", { "a.test.ts": [one + two, one], "b.test.ts": [null, two] }, []],
  [
    "a test that was exchanged for another",
    { "a.test.ts": [one + two, `${one}it("c", () => { expect(other()).toBe("x"); });`] },
    ["warn v02-test-removed a.test.ts:2"],
  ],
  [
    "two tests that became a table",
    { "a.test.ts": [one + two, `it.each([[f, 1, 2], [g, 1, 3]])("%s", (h, x, y) => { expect(h(x)).toBe(y); });`] },
    ["info v02-test-removed a.test.ts:1", "info v02-test-removed a.test.ts:2"],
  ],
  [
    "a row less in a table",
    {
      "a.test.ts": [
        `it.each([1, 2, 3])("%s", (x) => { expect(f(x)).toBe(x); });`,
        `it.each([1, 2])("%s", (x) => { expect(f(x)).toBe(x); });`,
      ],
    },
    ["block v02-test-removed a.test.ts:1"],
  ],
  [
    "a row that moved to another table",
    {
      "a.test.ts": [
        `it.each([1, 2])("%s", (x) => { expect(f(x)).toBe(x); });`,
        `it.each([1])("%s", (x) => { expect(f(x)).toBe(x); });\nit.each([2])("to %s", (x) => { expect(g(x)).toBe(x); });`,
      ],
    },
    [],
  ],
  [
    "a row that another table had before as well",
    {
      "a.test.ts": [
        `it.each([1, 2])("%s", (x) => { expect(f(x)).toBe(x); });\nit.each([2])("to %s", (x) => { expect(g(x)).toBe(x); });`,
        `it.each([1])("%s", (x) => { expect(f(x)).toBe(x); });\nit.each([2])("to %s", (x) => { expect(g(x)).toBe(x); });`,
      ],
    },
    ["block v02-test-removed a.test.ts:1"],
  ],
  [
    "a row that moved to a test that asserts nothing",
    {
      "a.test.ts": [
        `it.each([1, 2])("%s", (x) => { expect(f(x)).toBe(x); });`,
        `it.each([1])("%s", (x) => { expect(f(x)).toBe(x); });\nit.each([2])("to %s", (x) => { f(x); });`,
      ],
    },
    ["block v02-test-removed a.test.ts:1"],
  ],
  [
    "a row less where the file has as many cases",
    {
      "a.test.ts": [
        `it.each([1, 2])("%s", (x) => { expect(f(x)).toBe(x); });`,
        `it.each([1])("%s", (x) => { expect(f(x)).toBe(x); });\n${two}`,
      ],
    },
    ["warn v02-test-removed a.test.ts:1"],
  ],
  [
    "a test that only held others, which stay",
    {
      "a.test.js": [
        `import t from "tap";\nt.test("s", (t) => { t.test("a", (t) => { t.equal(f(1), 1); }); t.end(); });`,
        `import { test } from "node:test";\ntest("a", (t) => { t.assert.equal(f(1), 1); });`,
      ],
    },
    ["info v02-test-removed a.test.js:2"],
  ],
  [
    "a test that held others, one of which is lost",
    {
      "a.test.js": [
        `import t from "tap";\nt.test("s", (t) => { t.test("a", (t) => { t.equal(f(1), 1); });\nt.test("b", (t) => { t.equal(g(2), 3); }); });`,
        `import { test } from "node:test";\ntest("a", (t) => { t.assert.equal(f(1), 1); });`,
      ],
    },
    ["block v02-test-removed a.test.js:2", "block v02-test-removed a.test.js:3"],
  ],
  [
    "a test with another title and another body",
    {
      "a.test.ts": [
        `it("a path too long is an error that says so", () => {\nconst long = made(120);\nexpect(f(long)).toBe(1);\nexpect(f("a")).toBe(2);\n});`,
        `it("a path too long is an error which says so", () => {\nconst short = made(1);\nexpect(g(short)).toEqual({ a: 1 });\nexpect(g("a")).toEqual({});\n});`,
      ],
    },
    ["warn v02-test-removed a.test.ts:1"],
  ],
  [
    "a test with another title and most of its body",
    {
      "a.test.ts": [
        `it("a path too long is an error that says so", () => {\nconst long = made(120);\nconst b = 2;\nexpect(f(long)).toBe(1);\nexpect(f("a")).toBe(2);\n});`,
        `it("a path too long is an error which says so", () => {\nconst long = made(120);\nconst b = 3;\nexpect(g(long)).toBe(1);\nexpect(g("a")).toBe(2);\n});`,
      ],
    },
    [],
  ],
  [
    "a row more in a table",
    {
      "a.test.ts": [
        `it.each([1, 2])("%s", (x) => { expect(f(x)).toBe(x); });`,
        `it.each([1, 2, 3])("%s", (x) => { expect(f(x)).toBe(x); });`,
      ],
    },
    [],
  ],
  [
    "a row less in a table with columns",
    {
      "a.test.ts": [
        "it.each`a | b\n${1} | ${2}\n${3} | ${4}`('x', () => { expect(f(1)).toBe(1); });",
        "it.each`a | b\n${1} | ${2}`('x', () => { expect(f(1)).toBe(1); });",
      ],
    },
    ["block v02-test-removed a.test.ts:1"],
  ],
  [
    "a test of an exported name that is gone",
    { "a.test.ts": [imported + one + two, one], "g.ts": ["export function g() {}", "export const h = 1;"] },
    ["info v02-test-removed a.test.ts:3"],
  ],
  [
    "a test of an exported name that is gone, imported under another name",
    {
      "a.test.ts": [`import { h as g } from "./g.js";\n${one}${two}`, one],
      "g.ts": ["export const h = () => 3;", "export const i = 1;"],
    },
    ["info v02-test-removed a.test.ts:3"],
  ],
  [
    "a test of a method that is gone",
    {
      "a.test.ts": [`import { A } from "./g";\n${one}${two.replace("g(1)", "new A().g()")}`, one],
      "g.ts": ["export class A { g() { return 3; } }", "export class A {}"],
    },
    ["info v02-test-removed a.test.ts:3"],
  ],
  [
    "a test of a name that is gone from a module that it does not import",
    { "a.test.ts": [one + two, one], "g.ts": ["export function g() {}", "export const h = 1;"] },
    ["block v02-test-removed a.test.ts:2"],
  ],
  [
    "a test of a name that another module exports now",
    {
      "a.test.ts": [imported + one + two, one],
      "g.ts": ["export function g() {}", ""],
      "h.ts": ["", "export function g() {}"],
    },
    ["block v02-test-removed a.test.ts:3"],
  ],
  ...["export interface Row { id: string }", "export const id = 1;", "export type id = 1;"].map((was): Row => [
    `a test with a variable of the name that ${was} had`,
    {
      "a.test.ts": [
        `import { Row } from "./g.ts";\n${one}it("b", () => { const id = f(1); expect(id).toBe(2); });\n`,
        one,
      ],
      "g.ts": [was, "export interface Row { x: 1 }"],
    },
    ["block v02-test-removed a.test.ts:3"],
  ]),
  [
    "a test of ava",
    {
      "test.js": [
        `import test from "ava";\ntest("a", t => { t.is(f(), 1); });\ntest("b", t => { t.is(g(), 1); });`,
        `import test from "ava";\ntest("a", t => { t.is(f(), 1); });`,
      ],
    },
    ["block v02-test-removed test.js:3"],
  ],
  [
    "a subtest of node:test",
    {
      "a.test.mjs": [
        `import { test } from "node:test";\nimport assert from "node:assert";\ntest("a", async (t) => {\n  await t.test("in", () => { assert.equal(f(), 1); });\n  assert.ok(g);\n});`,
        `import { test } from "node:test";\nimport assert from "node:assert";\ntest("a", async (t) => {\n  assert.ok(g);\n});`,
      ],
    },
    ["block v02-test-removed a.test.mjs:4"],
  ],
  ["calls that only look like tests", { "a.test.ts": [`${one}/x/.test("b"); form.test("c"); test.use({});`, one] }, []],
  [
    "a test under another name",
    { "a.test.ts": [`import { it as check } from "vitest";\ncheck("a", () => { expect(f(1)).toBe(1); });`, ``] },
    ["block v02-test-removed a.test.ts:2"],
  ],
];

test.each([...deleted, ...removed])("Removed tests: %s", (_, edits, seen) => {
  expect(seenIn(edits)).toEqual(seen);
});

const inside = (levels: number, body: string) => `${'it("a", () => {'.repeat(levels)}${body}${"})".repeat(levels)}`;

test.each<Row>([
  ["a few", { "a.test.ts": [null, inside(3, "expect(a).toBe(b);".repeat(10))] }, []],
  ["a hundred", { "a.test.ts": [null, inside(100, "expect(a).toBe(b);".repeat(1000))] }, []],
  [
    "so many that the file would be read once for each",
    { "a.test.ts": [null, inside(240, "expect(a).toBe(b);".repeat(3000))] },
    ["block v00-not-read a.test.ts:-"],
  ],
  [
    "so many in the base",
    { "a.test.ts": [inside(240, "expect(a).toBe(b);".repeat(3000)), one] },
    ["block v00-not-read a.test.ts:-"],
  ],
  [
    "so many functions with assertions",
    {
      "a.test.ts": [null, `${"function a() {".repeat(300)}${"expect(a).toBe(b);".repeat(3000)}${"}".repeat(300)}`],
    },
    ["block v00-not-read a.test.ts:-"],
  ],
])("Tests inside tests: %s", (_, edits, seen) => {
  expect(seenIn(edits)).toEqual(seen);
});

test("An assertion counts for the innermost test around it", () => {
  const source = parsed(inside(3, "expect(a).toBe(b);"));
  const cases = testCases(source, new Map(), workFor(source));
  expect(cases.map(({ assertions }) => assertions.length)).toEqual([0, 0, 1]);
});

function parsed(text: string): Source {
  const read = parseCode("a.test.ts", text);
  if (read.kind === "unreadable") throw new Error(read.reason);
  return { path: "a.test.ts", text, tree: read.tree };
}
