import { expect, test } from "vitest";
import { seenIn, testWith, type Row } from "./judged.ts";

const body = (before: string, after: string) => ({
  "a.test.ts": [testWith(before), testWith(after)] as [string, string],
});
const real = "expect(f()).toBe(1);";
const added = (text: string) => body(real, `${real}\n${text}`);

const tautologies: Row[] = [
  ["true is true", added("expect(true).toBe(true);"), ["block v08-tautology a.test.ts:4"]],
  ["a written value is there", added("expect('x').toBeDefined();"), ["block v08-tautology a.test.ts:4"]],
  ["a name is itself", added("expect(result.a).toEqual(result.a);"), ["block v08-tautology a.test.ts:4"]],
  ["a place that is reached", added("assert.ok(true);"), ["warn v08-tautology a.test.ts:4"]],
  [
    "a value is itself, with a message",
    added("assert.equal(result, result, 'why');"),
    ["block v08-tautology a.test.ts:4"],
  ],
  [
    "a mark that was a mark before",
    {
      "a.test.js": [
        `test("a", (t) => { go(() => t.pass("here")); });`,
        `test("a", (t) => { go(() => t.assert.ok("here")); });`,
      ],
    },
    [],
  ],
  [
    "a mark more than before",
    {
      "a.test.js": [
        `test("a", (t) => { go(() => t.pass("here")); });`,
        `test("a", (t) => { go(() => t.assert.ok("here"));\nt.assert.ok("there"); });`,
      ],
    },
    ["warn v08-tautology a.test.js:2"],
  ],
  [
    "a mark that a plan counts",
    { "a.test.js": ["", `test("a", (t) => { t.plan(1); go(() => t.ok("here")); });`] },
    ["info v08-tautology a.test.js:1"],
  ],
  [
    "a mark that a plan counts, in the place of an assertion",
    {
      "a.test.js": [
        `test("a", (t) => { t.plan(1); go((x) => t.equal(x, 1)); });`,
        `test("a", (t) => { t.plan(1); go((x) => t.ok("here")); });`,
      ],
    },
    ["warn v08-tautology a.test.js:1"],
  ],
  [
    "a mark beside a plan",
    { "a.test.js": ["", `test("a", (t) => { t.plan(1); go(); t.ok("here"); });`] },
    ["warn v08-tautology a.test.js:1"],
  ],
  ["one that the base had", body(`expect(true).toBe(true); ${real}`, `expect(true).toBe(true);\n${real}`), []],
  ["a place that must not be reached", added("expect(true).toBe(false);"), []],
  ["two calls compared", added("expect(memo()).toBe(memo());"), []],
  ["a value compared with another", added("expect(a.b).toBe(a.c);"), []],
];

const snap = (value: string, more = "") => `exports[\`a 1\`] = \`${value}\`;\n${more}`;
const snapshots: Row[] = [
  [
    "a changed one",
    { "__snapshots__/a.test.ts.snap": [snap("1"), snap("2")] },
    ["warn v10-snapshot-changed __snapshots__/a.test.ts.snap:1"],
  ],
  ["a new one", { "__snapshots__/a.test.ts.snap": [snap("1"), snap("1", "exports[`b 1`] = `2`;")] }, []],
  ["one that moved", { "a.snap": [snap("1"), ""], "b.snap": [null, snap("1")] }, []],
  [
    "one that went with its test",
    { "a.snap": [snap("1", "exports[`b 1`] = `2`;"), snap("1")] },
    ["info v10-snapshot-changed a.snap:2"],
  ],
  [
    "one that went while its test stays",
    {
      "a.snap": [snap("1"), ""],
      "a.test.ts": [testWith("expect(f()).toMatchSnapshot();"), `${testWith("expect(f()).toMatchSnapshot();")}\n`],
    },
    ["warn v10-snapshot-changed a.snap:1"],
  ],
  ["one that cannot be read", { "a.snap": [snap("1"), "exports[`"] }, ["warn v10-snapshot-changed a.snap:-"]],
];

const source = { "src/a.ts": ["export const f = 1;", "export const f = 2;"] as [string, string] };
const mocking = (call: string, path = "src/x.test.ts") => ({
  ...source,
  [path]: [testWith(real), `${testWith(real)}${call}`] as [string, string],
});
const mocks: Row[] = [
  ["a module that the change edits", mocking(`vi.mock("./a.ts");`), ["block v11-subject-mocked src/x.test.ts:5"]],
  [
    "its own subject",
    { "src/x.test.ts": [testWith(real), `${testWith(real)}vi.mock("./x");`] },
    ["block v11-subject-mocked src/x.test.ts:5"],
  ],
  ["jest, without an ending", mocking(`jest.doMock("./a");`), ["block v11-subject-mocked src/x.test.ts:5"]],
  [
    "a partial mock",
    mocking(`vi.mock("./a.ts", async (importOriginal) => ({ ...(await importOriginal()), g: 1 }));`),
    ["warn v11-subject-mocked src/x.test.ts:5"],
  ],
  ["a package", mocking(`vi.mock("node:fs"); vi.mock("undici");`), []],
  ["a module that stays", mocking(`vi.mock("./b.ts");`), []],
  [
    "a new test beside its neighbour",
    { ...source, "src/x.test.ts": [null, `${testWith(real)}vi.mock("./a.ts");`] },
    ["warn v11-subject-mocked src/x.test.ts:5"],
  ],
  [
    "a mock that the base had",
    { ...source, "src/x.test.ts": [`vi.mock("./a.ts");${testWith(real)}`, `vi.mock("./a.ts");\n${testWith(real)}`] },
    [],
  ],
  ["another mock", mocking(`other.mock("./a.ts");`), []],
];

const stubs: Row[] = [
  ["a fake clock in an existing test", added("vi.useFakeTimers();"), ["info v12-stub-added a.test.ts:4"]],
  ["a fake clock in a new test", { "a.test.ts": [null, testWith(`vi.useFakeTimers();\n${real}`)] }, []],
];

const forced: Row[] = [
  ["exit 0 in a test", added("process.exit(0);"), ["block v16-forced-success a.test.ts:4"]],
  ["an exit code", { "src/lib.ts": ["", "process.exitCode = 0;"] }, ["block v16-forced-success src/lib.ts:1"]],
  [
    "exit replaced",
    { "test/setup.ts": ["", "process.exit = () => {};"] },
    ["block v16-forced-success test/setup.ts:1"],
  ],
  [
    "a matcher that always passes",
    { "test/setup.ts": ["", "expect.extend({ toBe: () => ({ pass: true, message: () => '' }) });"] },
    ["block v16-forced-success test/setup.ts:1"],
  ],
  [
    "a matcher that can fail",
    { "test/setup.ts": ["", "expect.extend({ toBeOdd: (x) => x % 2 ? { pass: true } : { pass: false } });"] },
    [],
  ],
  [
    "expect replaced",
    { "test/setup.ts": ["", "globalThis.expect = () => anything;"] },
    ["block v16-forced-success test/setup.ts:1"],
  ],
  ["a command line", { "src/cli/main.ts": ["", "process.exit(0);"], "bin/x.js": ["", "process.exitCode = 0;"] }, []],
  ["exit 1", { "src/lib.ts": ["", "process.exit(1); process.exitCode = 2;"] }, []],
];

test.each([...tautologies, ...snapshots, ...mocks, ...stubs, ...forced])("Test tricks: %s", (_, edits, seen) => {
  expect(seenIn(edits)).toEqual(seen);
});
