import { expect, test } from "vitest";
import { parseCode, sourceUnitsMax } from "../../../src/inspect/tampering/parse.ts";
import { seenIn } from "./judged.ts";

test.each([
  [
    "TypeScript",
    "a.ts",
    "const a: number = <T,>(b: T): T => b; abstract class C { declare d: string; constructor(@Inject() private e: F) {} }",
  ],
  ["JSX with types", "a.tsx", "const a = <T,>(b: T) => <A b={b!}>{b satisfies T}</A>;"],
  [
    "modules with a script's words",
    "a.mjs",
    "await using x = await y(); export default x; import a from './a.json' with { type: 'json' };",
  ],
  ["a script", "a.cjs", "#!/usr/bin/env node\nreturn require('x');"],
  ["declarations", "a.d.ts", "export declare function f(a: string): void; declare const x: unique symbol;"],
  ["flow", "a.js", "type A = {| b: ?string |}; const a = (b: A): string => b.b;"],
])("%s is read", (_, path, text) => {
  expect(parseCode(path, text).kind).toBe("parsed");
});

const nested = (before: string, after: string, times: number) => `${before.repeat(times)}1${after.repeat(times)}`;

test.each([
  ["no program", "it('a', () => {", /does not parse/],
  ["a very long text", `//${"x".repeat(sourceUnitsMax)}`, /longer than/],
  ["deep brackets", nested("(", ")", 100_000), /too deep/],
  ["a long chain", `a${".b".repeat(50_000)}`, /deeper than/],
  ["types or comparisons, exponentially", nested("<T>(", ")", 40), /out of proportion/],
  ["generic functions, exponentially", nested("async<T>(x=", ")", 40), /out of proportion/],
])("%s is unreadable, with the reason", (_, text, reason) => {
  const parsed = parseCode("a.ts", text);
  expect(parsed.kind === "unreadable" ? parsed.reason : parsed.kind).toMatch(reason);
});

test("What cannot be read is a finding: a block in a test, a warning elsewhere, on either side", () => {
  const [good, bad] = ["it('a', () => { expect(f()).toBe(1); });", "it('a', () => {"];
  expect(seenIn({ "a.test.ts": [good, bad] })).toEqual(["block v00-not-read a.test.ts:-"]);
  expect(seenIn({ "a.test.ts": [bad, good] })).toEqual(["block v00-not-read a.test.ts:-"]);
  expect(seenIn({ "src/a.ts": ["a();", bad] })).toEqual(["warn v00-not-read src/a.ts:-"]);
  expect(seenIn({ "src/a.ts": [null, Buffer.from([0, 1])] })).toEqual(["warn v00-not-read src/a.ts:-"]);
  expect(seenIn({ "test/fixtures/a.test.ts": [good, bad], "a.md": ["a", bad] })).toEqual([]);
});
