import { expect, test } from "vitest";
import { scriptsIn } from "../../../src/inspect/tampering/markup.ts";
import { parseCode } from "../../../src/inspect/tampering/parse.ts";
import { seenIn, type Row } from "./judged.ts";

const vue = (script: string, markup = "<p>{{ a }}</p>") =>
  `<template>\n  ${markup}\n</template>\n<script setup lang="ts" generic="T extends Record<string, string>">\n${script}\n</script>\n<style>\np { color: red } /* a */\n</style>\n`;

test("The scripts stay where they are, and everything else is blank", () => {
  const text = '<script lang="ts">\nlet a;\r\n</script>\n<p title="é">\u{1F600}</p>\n<script setup>\nlet b;\n</script>';
  const read = scriptsIn("a.vue", text);
  expect(read.kind === "scripts" && read.text.length).toBe(text.length);
  expect(read.kind === "scripts" && read.text.replace(/ +/g, "")).toBe(
    "\nlet a;\r\n\n\n\nlet b;\n".replaceAll(" ", ""),
  );
});

test.each([
  ["Vue", "a.vue", vue("const a = b as string;")],
  ["two scripts", "a.vue", `<script>\nexport default {};\n</script>\n${vue("import a from './a';")}`],
  [
    "Svelte",
    "a.svelte",
    "<script context='module'>export const a = 1;</script>\n<script>let b = $state(a);</script>\n{#if b}<p/>{/if}",
  ],
  [
    "Astro",
    "a.astro",
    "---\nimport A from './A.astro';\nconst a: number = await f();\n---\n<A x={a}/>\n<script>go();</script>",
  ],
  ["Astro without a program", "a.astro", "<p>1 &lt; 2</p>"],
  ["JSX in a script", "a.vue", '<script lang="tsx">\nconst a = <p>{b as any}</p>;\n</script>'],
  ["data in a script", "a.svelte", '<script type="application/ld+json">{ "a": [1] }</script><script>go();</script>'],
  ["a script without an end", "a.vue", "<template/>\n<script>\ngo();"],
  ["a script elsewhere", "a.vue", '<template><p/></template><script src="./a.ts" />\n<style />'],
])("%s is read", (_, path, text) => {
  expect(parseCode(path, text).kind).toBe("parsed");
});

test.each([
  ["a script in a comment", "<!-- <script>go();</script> -->", /inside a comment/],
  ["a comment that an attribute opens", '<p title="<!--"/><script>go();</script><!-- a -->', /inside a comment/],
  ["a comment without an end", "<script>go();</script><!-- a", /has no end/],
  ["a script in a style", "<style>a { content: '<script>' }</style>", /inside a style/],
  ["a style without an end", "<style> a {", /has no end/],
  ["an end without a start", '<script src="a" /> go(); </script>', /did not begin/],
  ["a script without an end, and markup behind it", "<script>\ngo();\n<p>{{ a b }}</p>", /does not parse/],
  ["a tag without an end", '<script lang="ts\ngo(', /does not parse/],
  ["a quote that is none", '<script a"b>go("x"</script>', /does not parse/],
  ["a template that is no data", '<script type="application/json">{ "a": {b} }</script>', /does not parse/],
  ["a front matter without an end", "---\ngo();\n<p>{a b}</p>", /does not parse/],
])("%s is unreadable, with the reason", (_, text, reason) => {
  const parsed = parseCode(text.startsWith("---") ? "a.astro" : "a.vue", text);
  expect(parsed.kind === "unreadable" ? parsed.reason : parsed.kind).toMatch(reason);
});

test.each([
  ["starts of comments", "<!--"],
  ["starts of scripts", "<script "],
  ["starts of tags with a quote", '<script a="'],
  ["comments in expressions", "/*//"],
  ["starts of tags with ends of scripts", '<script ="</script '],
  ["empty scripts", "<script></script>"],
  ["fences", "\n---"],
])("A million characters of %s end at once", (_, piece) => {
  const text = piece.repeat(1_000_000 / piece.length);
  expect(["scripts", "unreadable"]).toContain(scriptsIn("a.astro", text).kind);
});

const changed = (before: string, after: string): Record<string, [string, string]> => ({ "src/a.vue": [before, after] });
const rows: Row[] = [
  [
    "a program that asks for a runner",
    changed(vue("go();"), vue("go();\nif (process.env.VITEST) skip();")),
    ["block v14-test-aware-source src/a.vue:6"],
  ],
  ["a cast", changed(vue("go(x);"), vue("go(x as any);")), ["warn v17-suppression src/a.vue:5"]],
  ["an exit", changed(vue("go();"), vue("process.exitCode = 0;")), ["block v16-forced-success src/a.vue:5"]],
  [
    "an exported any",
    changed(vue("export function f(a: string) {}"), vue("export function f(a: any) {}")),
    ["warn v25-type-hole src/a.vue:5"],
  ],
  [
    "the linter off in the markup",
    changed(vue("go();"), vue("go();", "<!-- eslint-disable -->")),
    ["block v17-suppression src/a.vue:2"],
  ],
  [
    "one rule off in the markup",
    changed(vue("go();"), vue("go();", "<!-- eslint-disable-next-line vue/no-v-html -->")),
    ["warn v17-suppression src/a.vue:2"],
  ],
  [
    "the types off in the markup",
    changed(vue("go();"), vue("go();", "<!-- @vue-ignore -->\n<A :b='c'/>")),
    ["warn v17-suppression src/a.vue:2"],
  ],
  [
    "svelte-ignore",
    { "a.svelte": ["<img/>", "<p/>\n<!-- svelte-ignore a11y_missing_attribute -->\n<img/>"] },
    ["warn v17-suppression a.svelte:2"],
  ],
  [
    "an expression of the markup",
    { "a.astro": ["<p/>", "<p>{/* @ts-ignore */ a.b}</p>"] },
    ["warn v17-suppression a.astro:1"],
  ],
  [
    "a front matter",
    { "a.astro": ["---\ngo();\n---\n<p/>", "---\n// @ts-nocheck\ngo();\n---\n<p/>"] },
    ["block v17-suppression a.astro:2"],
  ],
  ["words of the markup", changed(vue("go();"), vue("go();", "<p>eslint-disable, https://a.b/c // as any</p>")), []],
  [
    "a comment that moved",
    changed(vue("go();", "<!-- @vue-ignore --><a/>"), vue("go();", "<b/><!-- @vue-ignore --><a/>")),
    [],
  ],
  [
    "a program behind a script without an end",
    changed("<script>\ngo();\n</script>", "<script>\ngo();\nprocess.exitCode = 0;"),
    ["block v16-forced-success src/a.vue:3"],
  ],
  ["a component that cannot be read", changed(vue("go();"), vue("go(")), ["warn v00-not-read src/a.vue:-"]],
  [
    "a test in a component",
    {
      "test/a.vue": [
        vue("it('a', () => { expect(f()).toBe(1); });"),
        vue("it.skip('a', () => { expect(f()).toBe(1); });"),
      ],
    },
    ["block v03-test-skipped test/a.vue:5"],
  ],
];
test.each(rows)("Components: %s", (_, edits, seen) => {
  expect(seenIn(edits)).toEqual(seen);
});
