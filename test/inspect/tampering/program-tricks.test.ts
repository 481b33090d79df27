import { expect, test } from "vitest";
import { seenIn, testWith, type Row } from "./judged.ts";

const src = (before: string | null, after: string) => ({ "src/a.ts": [before, after] as [string | null, string] });

const swallowed: Row[] = [
  ["an empty catch", src("go();", "try { go(); } catch {}"), ["warn v13-error-swallowed src/a.ts:1"]],
  ["a catch of nothing", src("go();", "void go().catch(() => {});"), ["warn v13-error-swallowed src/a.ts:1"]],
  ["a value for the error", src("go();", "const x = await go().catch(() => null);"), []],
  ["a catch that does something", src("go();", "try { go(); } catch (e) { log(e); }"), []],
  ["a clean-up", src("", "try { fs.unlinkSync(path); } catch {}"), ["info v13-error-swallowed src/a.ts:1"]],
  ["a clean-up, later", src("", "void rm(path).catch(() => {});"), ["info v13-error-swallowed src/a.ts:1"]],
  [
    "a clean-up of what may fail itself",
    src("", "try { await rm(await save(path)); } catch {}\nvoid p.cancel(p.commit()).catch(() => {});"),
    ["warn v13-error-swallowed src/a.ts:1", "warn v13-error-swallowed src/a.ts:2"],
  ],
  [
    "a clean-up and more",
    src("", "try { save(path); fs.unlinkSync(path); } catch {}"),
    ["warn v13-error-swallowed src/a.ts:1"],
  ],
  [
    "a promise that is waited for later",
    src("", "async function f() { const a = go(); a.catch(() => {}); await other(); return await a; }"),
    ["info v13-error-swallowed src/a.ts:1"],
  ],
  [
    "a promise that another function waits for",
    src("", "async function f() { const a = go(); a.catch(() => {}); }\nasync function g(a) { await a; }"),
    ["warn v13-error-swallowed src/a.ts:1"],
  ],
  ["one that moved", { "src/a.ts": ["try { go(); } catch {}", ""], "src/b.ts": ["", "try { go(); } catch {}"] }, []],
  [
    "one with its reason and a test",
    {
      ...src("go();", "try { go(); } catch { /* optional */ }"),
      "a.test.ts": [null, testWith("expect(f()).toBe(1);")],
    },
    [],
  ],
  [
    "one with a reason and no test",
    src("go();", "try { go(); } catch { /* optional */ }"),
    ["warn v13-error-swallowed src/a.ts:1"],
  ],
  ["in a new file", src(null, "try { go(); } catch {}"), ["info v13-error-swallowed src/a.ts:1"]],
  ["in a test", { "a.test.ts": ["", "try { go(); } catch {}"] }, []],
];

const aware: Row[] = [
  ["the runner's variable", src("", "if (process.env.VITEST) go();"), ["block v14-test-aware-source src/a.ts:1"]],
  ["by its text", src("", `if (process.env["JEST_WORKER_ID"]) go();`), ["block v14-test-aware-source src/a.ts:1"]],
  [
    "NODE_ENV is test",
    src("", `if (process.env.NODE_ENV === "test") go();`),
    ["block v14-test-aware-source src/a.ts:1"],
  ],
  ["import.meta.vitest", src("", "if (import.meta.vitest) go();"), ["block v14-test-aware-source src/a.ts:1"]],
  [
    "a global of the runner",
    src("", "if (typeof jest !== 'undefined') go();"),
    ["block v14-test-aware-source src/a.ts:1"],
  ],
  [
    "the stack",
    src("", "if (new Error().stack; e.stack.includes('vitest')) go();".replace("new Error().stack; ", "")),
    ["block v14-test-aware-source src/a.ts:1"],
  ],
  ...[
    "const { VITEST } = process.env;",
    "const { VITEST: is = '' } = process.env;",
    "const { env: { VITEST } } = process;",
    "let is; ({ VITEST: is } = process.env);",
    "function go({ VITEST } = process.env) {}",
    "go('VITEST' in process.env);",
    "go('vi' in globalThis);",
    `const { NODE_ENV } = process.env; if (NODE_ENV === "test") go();`,
  ].map((text): Row => [text, src("", text), ["block v14-test-aware-source src/a.ts:1"]]),
  ...[
    "const { PORT } = process.env;",
    "const { VITEST } = names;",
    "go('VITEST' in names);",
    `const { NODE_ENV } = process.env; if (NODE_ENV === "production") go();`,
  ].map((text): Row => [text, src("", text), []]),
  ["CI, taken out", src("", "const { CI } = process.env;"), ["warn v14-test-aware-source src/a.ts:1"]],
  ["CI", src("", "if (process.env.CI) go();"), ["warn v14-test-aware-source src/a.ts:1"]],
  ["production", src("", `if (process.env.NODE_ENV === "production") go();`), []],
  ["what the base asked", src("if (process.env.VITEST) go();", "go(process.env.VITEST);"), []],
  ["the word in a text", src("", `const s = "process.env.VITEST";`), []],
  ["a configuration", { "vitest.config.ts": ["export default {};", "export default { a: process.env.VITEST };"] }, []],
];

const answers = (test1: string, code: string) => ({
  "a.test.ts": [null, testWith(test1)] as [null, string],
  "src/a.ts": ["export function f(x: number) { return x; }", code] as [string, string],
});
const hardCoded: Row[] = [
  [
    "one answer",
    answers("expect(f(10)).toBe(55);", "export function f(x: number) { if (x === 10) return 55; return x; }"),
    ["warn v15-hard-coded-answer src/a.ts:1"],
  ],
  [
    "two answers",
    answers(
      "expect(f(10)).toBe(55);\nexpect(f('ab')).toBe('xyz');",
      "export function f(x: number) {\n  if (x === 10) return 55;\n  return x === 'ab' ? 'xyz' : x;\n}",
    ),
    ["block v15-hard-coded-answer src/a.ts:2", "block v15-hard-coded-answer src/a.ts:3"],
  ],
  [
    "a case that no test asks for",
    answers("expect(f(10)).toBe(55);", "export function f(x: number) { if (x === 11) return 56; return x; }"),
    [],
  ],
  [
    "an ordinary border",
    answers("expect(f(0)).toBe(1);", "export function f(x: number) { if (x === 0) return 1; return x; }"),
    [],
  ],
  [
    "a table without a branch",
    answers("expect(f(10)).toBe(55);", "const t = { 10: 55 }; export function f(x: number) { return t[x]; }"),
    [],
  ],
  [
    "no argument",
    answers(
      "expect(f(10)).toBe(55);",
      "let y = 1; export function f(x: number) { if (y === 10) return 55; return x; }",
    ),
    [],
  ],
];

const suppressed: Row[] = [
  ["@ts-ignore", src("go();", "// @ts-ignore\ngo();"), ["warn v17-suppression src/a.ts:1"]],
  ["@ts-nocheck", src("go();", "// @ts-nocheck\ngo();"), ["block v17-suppression src/a.ts:1"]],
  ["the linter off for the file", src("go();", "/* eslint-disable */\ngo();"), ["block v17-suppression src/a.ts:1"]],
  [
    "one rule off for the file",
    src("go();", "/* oxlint-disable no-eval */\ngo();"),
    ["block v17-suppression src/a.ts:1"],
  ],
  [
    "one rule off for a line",
    src("go();", "// eslint-disable-next-line no-eval\ngo();"),
    ["warn v17-suppression src/a.ts:1"],
  ],
  ["coverage", src("go();", "/* v8 ignore next */\ngo();"), ["warn v17-suppression src/a.ts:1"]],
  ["a cast to any", src("go(x);", "go(x as any);"), ["warn v17-suppression src/a.ts:1"]],
  ["a cast through unknown", src("go(x);", "go(x as unknown as Y);"), ["warn v17-suppression src/a.ts:1"]],
  ["the end of what the coverage ignores", src("go();", "go();\n/* c8 ignore stop */"), []],
  ...["go(x[0]!);", "go(x.get(1)!);", "go(x.pop()!);"].map((text): Row => [
    `${text} of a list`,
    src("go(x);", text),
    ["info v17-suppression src/a.ts:1"],
  ]),
  ["not null, of an object", src("go(x);", "go(x.user!);"), ["warn v17-suppression src/a.ts:1"]],
  ["not null", src("go(x);", "go(x!);"), ["warn v17-suppression src/a.ts:1"]],
  ["the words in a text and in a sentence", src("go();", "go('// @ts-ignore'); // no @ts-ignore here"), []],
  ["one that moved", { "src/a.ts": ["// @ts-ignore\ngo();", ""], "src/b.ts": ["", "// @ts-ignore\ngo();"] }, []],
  ["one less", src("// @ts-ignore\ngo();", "go();"), []],
  [
    "an expected error in a test",
    { "a.test.ts": ["go();", "// @ts-expect-error wrong on purpose\ngo(1 as any);"] },
    ["info v17-suppression a.test.ts:1", "info v17-suppression a.test.ts:2"],
  ],
  ["a document", { "a.md": ["", "@ts-ignore"] }, []],
];

const holes: Row[] = [
  [
    "an exported any",
    src("export function f(x: number): string { return ''; }", "export function f(x: any): string { return ''; }"),
    ["warn v25-type-hole src/a.ts:1"],
  ],
  [
    "an any that is the default",
    src("export type A<T> = T[];", "export type A<T = any> = T[];"),
    ["warn v25-type-hole src/a.ts:1"],
  ],
  [
    "an any in what bounds a type",
    src("export type A<T> = T[];", "export type A<T extends List<any> = List<any>> = T[];"),
    [],
  ],
  [
    "an any inside",
    src("export function f(x: number) { return 1; }", "export function f(x: number) { let y: any; return 1; }"),
    [],
  ],
  ["a new function", src("", "export function f(x: any) { return 1; }"), []],
  [
    "a check of input that is gone",
    { "src/api/login.ts": ["const x = schema.parse(body);", "const x = body;"] },
    ["warn v25-type-hole src/api/login.ts:1"],
  ],
  [
    "JSON that is read otherwise",
    { "src/api/login.ts": ["const x = JSON.parse(body);", "const x = await body.json();"] },
    [],
  ],
  [
    "a check that moved",
    {
      "src/api/login.ts": ["const x = schema.parse(body);", "const x = body;"],
      "src/api/input.ts": ["", "schema.parse(body);"],
    },
    [],
  ],
];

test.each([...swallowed, ...aware, ...hardCoded, ...suppressed, ...holes])("Program tricks: %s", (_, edits, seen) => {
  expect(seenIn(edits)).toEqual(seen);
});
