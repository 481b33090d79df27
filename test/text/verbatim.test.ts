import { expect, test } from "vitest";
import { verbatim } from "../../src/text/outgoing.ts";

test.each([
  ["fixes #1 for @mona", "fixes #&#8203;1 for @&#8203;mona"],
  ["/agent fix", String.raw`\/agent fix`],
  ["- [x] *done* `now` <b>", String.raw`\- \[x\] \*done\* &#96;now&#96; &lt;b&gt;`],
  ["two\nlines", "two\nlines"],
  ["", ""],
])("%j is shown as it is and does nothing", (text, shown) => {
  expect(verbatim(text, [])).toBe(shown);
});

test("nothing is cut", () => {
  expect(verbatim("word ".repeat(30_000), [])).toHaveLength(5 * 30_000 - 1);
});

test.each<[string, string, string[]]>([
  ["a known secret", "the key is sesame-sesame", ["sesame-sesame"]],
  ["the form of a secret", `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`, []],
  ["a character that nobody sees", "a\u200bb", []],
  ["a terminal sequence", "\u001b[2J", []],
])("what would have to be changed is not shown at all: %s", (_, text, known) => {
  expect(verbatim(text, known)).toBeNull();
});
