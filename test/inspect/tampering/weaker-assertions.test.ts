import { expect, test } from "vitest";
import { seenIn, testWith, type Row } from "./judged.ts";

const edit = (before: string, after: string) => ({
  "a.test.ts": [testWith(before), testWith(after)] as [string, string],
});
const withSource = (before: string, after: string) => ({
  ...edit(before, after),
  "src/f.ts": ["export const f = 1;", "export const f = 2;"] as [string, string],
});

const fewer: Row[] = [
  [
    "an assertion less",
    edit("expect(f()).toBe(1);\nexpect(g()).toBe(2);", "expect(f()).toBe(1);"),
    ["block v06-fewer-assertions a.test.ts:2"],
  ],
  [
    "an assertion in a comment",
    edit("expect(f()).toBe(1);\nexpect(g()).toBe(2);", "expect(f()).toBe(1);\n// expect(g()).toBe(2);"),
    ["block v06-fewer-assertions a.test.ts:2"],
  ],
  [
    "an assertion without a matcher",
    edit("expect(f()).toBe(1);", "expect(f());"),
    ["block v06-fewer-assertions a.test.ts:2"],
  ],
  ["an assertion more", edit("expect(f()).toBe(1);", "expect(f()).toBe(1);\nexpect(g()).toBe(2);"), []],
  [
    "assertions that became a loop",
    edit("expect(f(1)).toBe(1);\nexpect(f(2)).toBe(1);", "for (const x of [1, 2]) expect(f(x)).toBe(1);"),
    [],
  ],
  [
    "assertions that became one of a whole object",
    edit("expect(r.a).toBe(1);\nexpect(r.b).toBe(2);", "expect(r).toEqual({ a: 1, b: 2 });"),
    [],
  ],
  [
    "assertions in a function of the file",
    {
      "a.test.ts": [
        testWith("expect(f()).toBe(1);\nexpect(g()).toBe(2);"),
        `${testWith("both();")}function both() { expect(f()).toBe(1); expect(g()).toBe(2); }`,
      ],
    },
    [],
  ],
  [
    "assertions that moved to another test",
    {
      "a.test.ts": [
        testWith("expect(f()).toBe(1);\nexpect(g()).toBe(2);"),
        `${testWith("expect(f()).toBe(1);")}it("b", () => { expect(g()).toBe(2); });`,
      ],
    },
    ["info v06-fewer-assertions a.test.ts:2"],
  ],
  [
    "the end of a test of tape",
    {
      "test.js": [
        `import test from "tape";\ntest("a", (assert) => { assert.equal(f(), 1); assert.end(); });`,
        `import test from "tape";\ntest("a", async (assert) => { assert.equal(f(), 1); });`,
      ],
    },
    [],
  ],
  [
    "an assertion of node:assert less",
    {
      "a.test.mjs": [
        `import { test } from "node:test";\nimport { strictEqual } from "node:assert";\ntest("a", () => { strictEqual(f(), 1); strictEqual(g(), 1); });`,
        `import { test } from "node:test";\nimport { strictEqual } from "node:assert";\ntest("a", () => { strictEqual(f(), 1); });`,
      ],
    },
    ["block v06-fewer-assertions a.test.mjs:3"],
  ],
];

const weaker: Row[] = (
  [
    ["expect(f()).toBe(1);", "expect(f()).toBeTruthy();"],
    ["expect(f()).toEqual({ a: 1 });", "expect(f()).toMatchObject({ a: 1 });"],
    ["expect(f()).toStrictEqual({ a: 1 });", "expect(f()).toEqual({ a: 1 });"],
    ["expect(f()).toEqual([1]);", "expect(f()).toHaveLength(1);"],
    ["expect(f()).toBe(1);", "expect(f()).not.toBe(1);"],
    ["expect(f()).toBe(1);", "expect(f()).toBeGreaterThan(0);"],
    ["expect(f).toThrow(TypeError);", "expect(f).toThrow();"],
    ["await expect(f()).rejects.toThrow('x');", "await expect(f()).rejects.toThrow();"],
    ["expect(f()).toBeCloseTo(1, 5);", "expect(f()).toBeCloseTo(1, 1);"],
    ["expect(f()).toMatch(/^ab$/);", "expect(f()).toMatch(/ab/);"],
    ["expect(f()).toMatch(/ab/);", "expect(f()).toMatch(/.*/);"],
    ["expect(f()).toEqual({ a: 1, b: 2 });", "expect(f()).toEqual({ a: 1, b: expect.anything() });"],
    ["expect(spy).toHaveBeenCalledWith(1);", "expect(spy).toHaveBeenCalled();"],
    ["assert.strictEqual(f(), 1);", "assert.ok(f());"],
    ["expect(f()).to.equal(1);", "expect(f()).to.exist;"],
    ["expect(f()).to.be.closeTo(1, 0.1);", "expect(f()).to.be.closeTo(1, 5);"],
    ["f().should.equal(1);", "f().should.exist;"],
    ["expect(f()).toBeGreaterThan(800);", "expect(f()).toBeGreaterThan(500);"],
    ["expect(f()).toBeLessThan(-1);", "expect(f()).toBeLessThan(1);"],
    ["expect(f()).to.be.above(2);", "expect(f()).to.be.above(1);"],
    ["expect(f()).toMatchObject({ a: 1, b: { c: 'x' } });", "expect(f()).toMatchObject({ a: 1 });"],
    ["expect(f()).toContain('not allowed');", "expect(f()).toContain('allowed');"],
    ["expect(f()).toHaveProperty('a', 1);", "expect(f()).toHaveProperty('a');"],
  ] as const
).map(([before, after]): Row => [
  `${before} → ${after}`,
  edit(before, after),
  ["block v07-assertion-weaker a.test.ts:3"],
]);

const stronger: Row[] = (
  [
    ["expect(f()).toBeTruthy();", "expect(f()).toBe(1);"],
    ["expect(f).toThrow();", "expect(f).toThrow(TypeError);"],
    ["expect(f()).toMatchObject({ a: 1 });", "expect(f()).toEqual({ a: 1 });"],
    ["expect(f()).not.toBe(1);", "expect(f()).toBe(1);"],
    ["expect(f()).toBeGreaterThan(5);", "expect(f()).toBeGreaterThan(8);"],
    ["expect(f()).toMatchObject({ a: 1 });", "expect(f()).toMatchObject({ a: 1, b: [2] });"],
    ["expect(f()).toMatch('allowed');", "expect(f()).toMatch('not allowed');"],
  ] as const
).map(([before, after]): Row => [
  `${before} → ${after}`,
  edit(before, after),
  ["info v07-assertion-weaker a.test.ts:3"],
]);

const quiet: Row[] = (
  [
    ["expect(f()).toBe(1);", "expect(f()).toEqual(1);"],
    ["expect(f()).toBe(1);", "expect( f() ).toBe( 1 ) // the same"],
    ["expect(f()).toBe('a');", 'expect(f()).toBe("a");'],
    ["expect(f()).toBe(1);", "expect(g()).toBe(1);"],
    ["list.toBe(1);", "list.toBeTruthy();"],
    ["assert.equal(expect, 1, 'old words');", "assert.equal(expect, 1, 'new words');"],
    ["assert.equal(expect, 1); assert.equal(expect, 2);", "t.assert.equal(expect, 2, 'b'); t.assert.equal(expect, 1);"],
  ] as const
).map(([before, after]): Row => [
  `${before} → ${after}`,
  edit(
    before.includes("expect") ? before : `expect(1 + f()).toBe(2); ${before}`,
    after.includes("expect") ? after : `expect(1 + f()).toBe(2); ${after}`,
  ),
  [],
]);

const values: Row[] = [
  [
    "another value while the program changes",
    withSource("expect(f()).toBe(1);", "expect(f()).toBe(2);"),
    ["warn v09-expected-value a.test.ts:3"],
  ],
  [
    "another value, and the message with it",
    withSource("assert.equal(f(), 1, 'one');", "assert.equal(f(), 2, 'two');"),
    ["warn v09-expected-value a.test.ts:3"],
  ],
  ["another message", withSource("assert.equal(f(), 1, 'one');", "assert.equal(f(), 1, 'two');"), []],
  ["another value in tests alone", edit("expect(f()).toBe(1);", "expect(f()).toBe(2);"), []],
  [
    "more of the value, which a part of it said before",
    withSource("expect(f()).toMatchObject({ a: 1 });", "expect(f()).toMatchObject({ a: 1, b: 2 });"),
    ["info v07-assertion-weaker a.test.ts:3"],
  ],
  [
    "more, where nothing else was allowed",
    withSource("expect(f()).toEqual({ a: 1 });", "expect(f()).toEqual({ a: 1, b: 2 });"),
    ["warn v09-expected-value a.test.ts:3"],
  ],
  [
    "other parts of the value",
    withSource("expect(f()).toMatchObject({ a: 1 });", "expect(f()).toMatchObject({ a: 2, b: 2 });"),
    ["warn v09-expected-value a.test.ts:3"],
  ],
  ["another variable", withSource("expect(f()).toBe(a);", "expect(f()).toBe(b);"), []],
  [
    "another inline snapshot",
    withSource("expect(f()).toMatchInlineSnapshot(`1`);", "expect(f()).toMatchInlineSnapshot(`2`);"),
    ["warn v10-snapshot-changed a.test.ts:3"],
  ],
];

test.each([...fewer, ...weaker, ...stronger, ...quiet, ...values])("Assertions: %s", (_, edits, seen) => {
  expect(seenIn(edits)).toEqual(seen);
});
