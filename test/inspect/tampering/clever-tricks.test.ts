import { expect, test } from "vitest";
import { seenIn, type Row } from "./judged.ts";

/** What keeps a test in its place and its assertions written down, and still takes its teeth. */
const body = (text: string) => `import { it, expect, vi } from "vitest";\nit("a", async () => {\n${text}\n});\n`;
const edit = (before: string, after: string) => ({ "a.test.ts": [body(before), body(after)] as [string, string] });
const script = (before: string, after: string) => ({
  "package.json": [JSON.stringify({ scripts: { test: before } }), JSON.stringify({ scripts: { test: after } })] as [
    string,
    string,
  ],
});
const config = (before: string, after: string) => ({
  "vitest.config.ts": [`export default { test: { ${before} } };`, `export default { test: { ${after} } };`] as [
    string,
    string,
  ],
});
const setup = (after: string) => ({ "test/setup.ts": ["", after] as [string, string] });

const sure = "expect(f(1)).toBe(2);";
const waited = "await expect(f(1)).resolves.toBe(2);";
const muted: Row[] = (
  [
    [waited, "expect(f(1)).resolves.toBe(2);"],
    [waited, "void expect(f(1)).resolves.toBe(2);"],
    [waited, "await expect(f(1)).resolves.toBe(2).catch(() => {});"],
    ["return f().then((x) => expect(x).toBe(2));", "f().then((x) => expect(x).toBe(2));"],
    ["await assert.rejects(f());", "assert.rejects(f());"],
    [sure, `try { ${sure} } catch {}`],
    [sure, `try { ${sure} } catch (e) { console.warn(e); }`],
    [sure, `try { ${sure} } catch (e) { void e; }`],
    [sure, `try { ${sure} } catch (e) { if (!e) throw e; }`],
    [sure, `[].forEach(() => { ${sure} });`],
    [sure, `for (const x of []) ${sure}`],
    [sure, `setTimeout(() => { ${sure} }, 9);`],
    [sure, `const later = () => { ${sure} };`],
    [sure, `function later() { ${sure} }`],
    [sure, "expect.poll(() => f(1)).toBe(2);"],
  ] as const
).map(([before, after]): Row => [
  `${before} → ${after}`,
  edit(before, after),
  ["block v05-test-conditional a.test.ts:3"],
]);

const live: Row[] = (
  [
    ["expect(f(1)).resolves.toBe(2);", "void expect(f(1)).resolves.toBe(2);"],
    [waited, "await Promise.all([expect(f(1)).resolves.toBe(2)]);"],
    [waited, "const seen = expect(f(1)).resolves.toBe(2);\nawait seen;"],
    ["await f().then((x) => expect(x).toBe(2));", "return f().then((x) => { expect(x).toBe(2); });"],
    [sure, `try { ${sure} } catch (e) { throw new Error("a", { cause: e }); }`],
    [sure, `try { ${sure} } catch (e) { failure = e; }`],
    [sure, `try { ${sure} } catch (e) { if (e.code !== 1) throw e; }`],
    [sure, `for (const x of [1, 2]) ${sure}`],
    [sure, `try { ${sure} } finally { close(); }`],
    [sure, `await new Promise((done) => setTimeout(() => { ${sure} done(); }, 9));`],
    [sure, `const now = () => { ${sure} };\nnow();`],
    [sure, `list.forEach(() => { ${sure} });`],
  ] as const
).map(([before, after]): Row => [`${before} → ${after}`, edit(before, after), []]);

const empty: Row[] = (
  [
    [sure, "expect(f(1)).toSatisfy(() => true);"],
    [sure, "expect(f(1)).toBe(f(1));"],
    [sure, "expect(f(1) || 2).toBe(2);"],
    [sure, "expect(f(1) ?? 2).toBe(2);"],
  ] as const
).map(([before, after]): Row => [`${before} → ${after}`, edit(before, after), ["block v08-tautology a.test.ts:3"]]);
const full: Row[] = (
  [
    [sure, `${sure} expect(f(1)).toSatisfy((x) => x > 1);`],
    [sure, `${sure} expect(memo()).toBe(memo());`],
    [sure, `${sure} expect(f(3) || 2).toBe(3);`],
  ] as const
).map(([before, after]): Row => [`${before} → ${after}`, edit(before, after), []]);

const each = (list: string) => `const rows = [1, 2];\n${list} it("a" + x, () => { expect(f(x)).toBe(x); });`;
const table = (list: string) => `it.each(${list})("a %s", (x) => { expect(f(x)).toBe(x); });`;
const file = (before: string, after: string) => ({ "a.test.ts": [before, after] as [string, string] });
const option = (text: string) => file(`it("a", () => { ${sure} });`, `it("a", ${text}, () => { ${sure} });`);
const lists: Row[] = [
  [
    "a loop over nothing",
    file(each("for (const x of rows)"), each("for (const x of [])")),
    ["block v02-test-removed a.test.ts:2"],
  ],
  ["a loop over the same", file(each("for (const x of rows)"), each("for (const x of [1, 2])")), []],
  ["the last row", file(table("[1]"), table("[]")), ["block v02-test-removed a.test.ts:1"]],
  ["a computed skip", option("{ skip: !process.env.FULL }"), ["block v05-test-conditional a.test.ts:1"]],
  ["a retry", option("{ retry: 9 }"), ["block v05-test-conditional a.test.ts:1"]],
  ["no retry", option("{ retry: 0, timeout: 9 }"), []],
];

const stand: Row[] = [
  ["expect replaced by a spy", setup(`vi.spyOn(globalThis, "expect");`), ["block v16-forced-success test/setup.ts:1"]],
  ["another spy", setup(`vi.spyOn(globalThis, "fetch"); vi.spyOn(process, "exit");`), []],
  [
    "an exit code that nobody can set",
    setup(`Object.defineProperty(process, "exitCode", {});`),
    ["block v16-forced-success test/setup.ts:1"],
  ],
  [
    "an exit code that is cleared at the end",
    setup(`process.on("exit", () => { process.exitCode = undefined; });`),
    ["block v16-forced-success test/setup.ts:1"],
  ],
  ["an exit code that is cleared between tests", setup("afterEach(() => { process.exitCode = undefined; });"), []],
  ["an exit by a computed name", setup(`process["exit" + "Code"] = 0;`), ["block v16-forced-success test/setup.ts:1"]],
  ["an exit after all", setup("afterAll(() => process.exit());"), ["block v16-forced-success test/setup.ts:1"]],
  [
    "an imported exit",
    setup(`import { exit } from "node:process";\nexit(0);`),
    ["block v16-forced-success test/setup.ts:2"],
  ],
  ["an exit that fails", setup(`import { exit } from "node:process";\nexit(1);`), []],
  [
    "an own it",
    file(`it("a", () => { ${sure} });`, `const it = () => {};\nit("a", () => { ${sure} });`),
    ["block v16-forced-success a.test.ts:1"],
  ],
  [
    "an own expect",
    file(`it("a", () => { ${sure} });`, `function expect() { return all; }\nit("a", () => { ${sure} });`),
    ["block v16-forced-success a.test.ts:1"],
  ],
  [
    "an it of a runner",
    file(`it("a", () => { ${sure} });`, `const it = base.extend({});\nit("a", () => { ${sure} });`),
    [],
  ],
  [
    "an expect of the repository",
    file(`it("a", () => { ${sure} });`, `import { expect } from "./made.ts";\nit("a", () => { ${sure} });`),
    ["warn v16-forced-success a.test.ts:1"],
  ],
  ["an own test where there was none", { "test/made.js": ["go();", "function test() { go(); }\ntest();"] }, []],
  [
    "an own assert in a new file",
    { "test/made.ts": [null, "export function assert(x) { if (!x) throw new Error(); }"] },
    [],
  ],
];

const scripts: Row[] = [
  ...[
    "vitest run test/other",
    "vitest run --changed HEAD",
    "vitest run --retry 9",
    "vitest run --dangerouslyIgnoreUnhandledErrors",
    "vitest run --config vitest.fast.ts",
    "vitest list",
    "vitest --help",
    "vitest run & wait",
    "rm -rf test/slow && vitest run",
    "echo vitest run",
    "command echo vitest run",
    "CI=1 echo vitest run",
  ].map((after): Row => [after, script("vitest run", after), ["block v22-script-masked package.json:-"]]),
  [
    "a program first",
    script("node --test", "node --import ./a.mjs --test"),
    ["block v22-script-masked package.json:-"],
  ],
  ["a loader first", script("node --test", "node --import tsx --test"), []],
  ...["vitest run --coverage", "vitest run --reporter ./a.ts", "vitest run 2>&1", "rm -rf dist && vitest run"].map(
    (after): Row => [after, script("vitest run", after), []],
  ),
  ["a path that was there", script("mocha test/*.js", "mocha 'test/**/*.js'"), []],
  [
    "a new script for some tests",
    {
      "package.json": [
        '{"scripts":{"test":"vitest run"}}',
        '{"scripts":{"test":"vitest run","test:unit":"vitest run --project unit --config a.ts"}}',
      ],
    },
    [],
  ],
];

const configs: Row[] = [
  ["another folder", config("", "dir: 'new'"), ["block v20-runner-weaker vitest.config.ts:1"]],
  ["the first pattern", config("", "include: ['a.test.ts']"), ["block v20-runner-weaker vitest.config.ts:1"]],
  ["another module", config("", "alias: { '../src/a.ts': './b.ts' }"), ["block v20-runner-weaker vitest.config.ts:1"]],
  ["a short name for a folder", config("", "alias: { '@': './src' }"), []],
  [
    "errors that do not count",
    config("", "onUnhandledError() { return false; }"),
    ["block v20-runner-weaker vitest.config.ts:1"],
  ],
  ["another pattern beside one", config("include: ['a/*']", "include: ['a/*', 'b/*']"), []],
];

const ts = (options: object, more: object = {}) => JSON.stringify({ ...more, compilerOptions: options });
const child = (to: string): [string, string] => [ts({ strict: true }), to];
const off = "block v18-compiler-weaker tsconfig.json:1";
const parents: Row[] = [
  [
    "an option that moved to a new parent",
    { "tsconfig.json": child(ts({}, { extends: "./base.json" })), "base.json": [null, ts({ strict: true })] },
    [],
  ],
  [
    "one that moved two levels up, without an ending",
    {
      "tsconfig.json": child(ts({}, { extends: ["./other", "./base"] })),
      "base.json": [null, ts({}, { extends: "./all.json" })],
      "all.json": [null, ts({ strict: true })],
    },
    [],
  ],
  [
    "a parent that says otherwise",
    { "tsconfig.json": child(ts({}, { extends: "./base.json" })), "base.json": [null, ts({ strict: false })] },
    [off],
  ],
  [
    "the last parent says otherwise",
    {
      "tsconfig.json": child(ts({}, { extends: ["./a.json", "./b.json"] })),
      "a.json": [null, ts({ strict: true })],
      "b.json": [null, ts({ strict: false })],
    },
    [off],
  ],
  ["a parent that the change does not touch", { "tsconfig.json": child(ts({}, { extends: "./base.json" })) }, [off]],
  ["parents in a circle", { "tsconfig.json": child(ts({}, { extends: "./tsconfig.json" })) }, [off]],
  [
    "a lint rule that moved to a new parent",
    {
      ".oxlintrc.json": ['{"rules":{"a":"error"}}', '{"extends":["./rules.json"]}'],
      "rules.json": [null, '{"rules":{"a":"error"}}'],
    },
    [],
  ],
  [
    "a lint rule that is less in the parent",
    {
      ".oxlintrc.json": ['{"rules":{"a":"error"}}', '{"extends":["./rules.json"]}'],
      "rules.json": [null, '{"rules":{"a":"warn"}}'],
    },
    ["block v19-lint-weaker .oxlintrc.json:1"],
  ],
];

test.each([...parents, ...muted, ...live, ...empty, ...full, ...lists, ...stand, ...scripts, ...configs])(
  "Clever tricks: %s",
  (_, edits, seen) => {
    expect(seenIn(edits)).toEqual(seen);
  },
);

const strict = '{ "compilerOptions": { "strict": true } }';
const elsewhere: Row[] = [
  [
    "a row that moved to a test that asks less",
    {
      "a.test.ts": [
        `it.each([1, 2, 3])("%s", (x) => { expect(f(x)).toBe(x); });`,
        `it.each([1])("%s", (x) => { expect(f(x)).toBe(x); });\nit.each([2, 3])("to %s", (x) => { expect(x).toBeDefined(); });`,
      ],
    },
    ["warn v02-test-removed a.test.ts:1"],
  ],
  [
    "handed down by a file of the change, before one that is not known",
    {
      "tsconfig.json": [strict, '{ "extends": ["./strict", "./more"] }'],
      "strict.json": [null, strict],
      "more.json": [null, '{ "extends": "@company/loose" }'],
    },
    ["block v18-compiler-weaker tsconfig.json:1"],
  ],
  [
    "handed down by a file of the change, behind one that is not known",
    {
      "tsconfig.json": [strict, '{ "extends": ["@company/base", "./strict"] }'],
      "strict.json": [null, strict],
    },
    [],
  ],
];

test.each(elsewhere)("What is said to be elsewhere now: %s", (_, edits, seen) => {
  expect(seenIn(edits)).toEqual(seen);
});
