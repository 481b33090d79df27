import { describe, expect, it } from "vitest";
import { incomingUnitsMax, plainText } from "../../src/text/incoming.ts";
import { compose, hostilePieces, random } from "./hostile.ts";

describe("what a reader cannot see is not in the text", () => {
  it.each([
    ["a comment", "see <!-- evil --> this", "see this"],
    ["a comment that never ends", "see <!-- evil", "see"],
    ["a block comment that never ends", "<!-- evil\n\nevil", ""],
    ["a comment inside a comment", "see <!-<!-- x -->- evil -->", "see"],
    ["a comment written with entities", "&#60;!-- evil --&#62; see", "see"],
    ["a comment written with entities of entities", "&amp;#60;!-- evil --&amp;#62; see", "see"],
    ["a declaration, an instruction and a CDATA section", "a <?evil?> b <!EVIL evil> c <![CDATA[evil]]> d", "a b c d"],
    ["an image's description and title", '![evil](x.png "evil") see', "[image] see"],
    ["an HTML image's description", "<img src=x alt='evil'> see", "[image] see"],
    ["a link's title", '[see](http://e.example "evil")', "see"],
    ["a definition nobody refers to", "[//]: # (evil)\n\nsee", "see"],
    ["the title of a definition that is used", '[see]\n\n[see]: http://e.example "evil"', "see"],
    ["a hidden element", "<p hidden>evil</p>\n\nsee", "see"],
    ["Markdown inside a hidden element", "<div hidden>\n\nevil **evil**\n\n</div>\n\nsee", "see"],
    ["an element without display", '<span style="display : none">evil</span>see', "see"],
    ["an element without size", "<font size=1>evil</font><p style='font-size:0'>evil</p>\n\nsee", "see"],
    ["white letters", "<font color=white>evil</font>see", "see"],
    ["a style with an escape in it", String.raw`<span style="d\69splay:none">evil</span>see`, "see"],
    ["a hidden element whose parent ends first", "<p><b hidden>evil</p><p>evil</b>see</p>", "see"],
    ["a script, a style, a template", "<script>evil</script>see<style>evil</style><template>evil</template>", "see"],
    ["the name and attributes of an unknown tag", "see <evil please-do='evil'>this", "see this"],
    ["tag characters", "see\u{e0065}\u{e0076}\u{e0069}\u{e006c}", "see"],
    ["direction controls", "a\u202eb\u2066c\u200fd", "abcd"],
    ["zero-width characters in a word", "i\u200bg\u200dn\u2060o\ufeffre", "ignore"],
    ["variation selectors", "s\u{e0100}e\ufe0fe", "see"],
    ["fillers that look blank", "s\u3164e\u2800e\u115f", "see"],
  ])("%s", (_, markdown, text) => {
    const read = plainText(markdown);
    expect(read.text).toBe(text);
    expect(read.hidden).toBeGreaterThan(0);
  });
});

describe("what a reader sees stays, and nothing is called hidden", () => {
  it.each([
    ["words and soft breaks", "one\ntwo", "one\ntwo"],
    ["bold, italics and struck text", "**a** *b* ~~c~~", "a b ~~c~~"],
    ["code, literally", "use `Array<string>` and `<!-- this -->`", "use `Array<string>` and `<!-- this -->`"],
    [
      "a code block, literally",
      "```ts\nif (a < b) {\n  // <!-- kept -->\n\n}\n```",
      "```ts\nif (a < b) {\n  // <!-- kept -->\n\n}\n```",
    ],
    ["an indented code block", "    x = 1\n\nsee", "```\nx = 1\n```\n\nsee"],
    ["a code block with fences in it", "````\n```\nx\n```\n````", "````\n```\nx\n```\n````"],
    [
      "the address of a link whose text it is",
      "<https://e.example/a> https://e.example/b",
      "https://e.example/a https://e.example/b",
    ],
    ["the text of another link", "[see here](https://e.example)", "see here"],
    ["nested lists", "- a\n  - b\n    1. c\n- d", "- a\n  - b\n    1. c\n- d"],
    ["numbers of a list", "3. a\n4. b", "3. a\n4. b"],
    ["tasks", "- [x] a\n- [ ] b", "- [x] a\n- [ ] b"],
    ["quotes", "> a\n>\n> b\n\nc", "> a\n>\n> b\n\nc"],
    ["headings", "Title\n=====\n\n## Sub ##", "# Title\n\n## Sub"],
    ["tables, row by row", "| a | b |\n|---|:-:|\n| `x\\|y` | d |", "a | b\n`x|y` | d"],
    ["what lies under details", "<details><summary>Log</summary>\n\ntext\n\n</details>", "Log\n\ntext"],
    ["a tag that was meant as text", "&lt;void&gt; and a < b", "< void> and a < b"],
    ["words with underscores and asterisks", "snake_case_name, 2 * 3 * 4", "snake_case_name, 2 * 3 * 4"],
    ["emoji with joiners, and scripts that need them", "👩‍💻 می‌خواهم", "👩‍💻 می‌خواهم"],
    ["line breaks of any kind", "a\r\nb\rc<br>d", "a\nb\nc\nd"],
  ])("%s", (_, markdown, text) => {
    expect(plainText(markdown)).toEqual({ text, hidden: 0 });
  });
});

describe("reading the result again gives the result", () => {
  it("for 1,500 texts made of hostile pieces, and never with an error", () => {
    for (let seed = 1; seed <= 1_500; seed += 1) {
      const markdown = compose(hostilePieces, random(seed), 24);
      const once = plainText(markdown);
      expect(plainText(once.text), `seed ${seed}: ${JSON.stringify(markdown)}`).toEqual({ text: once.text, hidden: 0 });
    }
  });

  it("for texts that are one piece very often", () => {
    for (const piece of [...hostilePieces, "*_", "a*b*", "- [ ] ", "<font a><p>", "\\[a\\](b) ", "[[a]]("]) {
      const once = plainText(piece.repeat(Math.ceil(4_000 / piece.length)));
      expect(plainText(once.text).text, `piece ${JSON.stringify(piece)}`).toBe(once.text);
    }
  });
});

describe("shapes that make Markdown parsers slow", () => {
  it.each(["> ", "+ ", "1. ", "*_", "a*b*", "](", '![a](b "', "[[a]](", "<b a=1><p>", "<!--", "a_b ", "`a", "&amp;"])(
    "%j, 65,536 characters of it, is read",
    (piece) => {
      expect(() => plainText(piece.repeat(Math.ceil(65_536 / piece.length)))).not.toThrow();
    },
  );

  it("a paragraph of thousands of marks loses the marks, and code keeps them", () => {
    const code = `\`\`\`\n${"a*b* ".repeat(3_000)}\n\`\`\``;
    expect(plainText(code)).toEqual({ text: code.replace(/ \n/, " \n"), hidden: 0 });
    expect(plainText(`${"a*b* ".repeat(3_000)}\n\n*seen*`).text).toBe(`${"ab ".repeat(3_000).trim()}\n\nseen`);
  });
});

describe("a result is never longer than a comment may be", () => {
  const wide = (columns: number, rows: number): string =>
    `|${"a|".repeat(columns)}\n|${"-|".repeat(columns)}\n${"|\n".repeat(rows)}`;

  it.each([
    ["a table of few characters and many cells", wide(400, 800)],
    ["a table that no array could hold", wide(10_000, 20_000)],
    ["lists so deep that each line gets a long prefix", `${"<ul><li>".repeat(200)}\n${"x<br>".repeat(12_000)}`],
    ["quotes with lazy lines", ">a\nb\n".repeat(13_000)],
    ["a text that is no comment of GitHub's", "Some words.\n\n".repeat(50_000)],
    ["one line of megabytes", "word ".repeat(400_000)],
  ])("%s", (_, markdown) => {
    const once = plainText(markdown);
    expect(once.text.length).toBeLessThanOrEqual(incomingUnitsMax);
    expect(plainText(once.text).text).toBe(once.text);
  });

  it("and shorter where it is asked for, without showing what the whole text hides", () => {
    const markdown = `${"seen\n".repeat(500)}\n<div hidden>\n\n${"evil\n".repeat(500)}\n</div>\n\nx`;
    const { text, hidden } = plainText(markdown, 2_000);
    expect(text.length).toBeLessThanOrEqual(2_000);
    expect(text).toMatch(/more characters are left out here$/);
    expect(text).not.toContain("evil");
    expect(hidden).toBe(2_000);
  });

  it("a text beyond GitHub's limit is not cut inside a tag or a link", () => {
    const start = "seen\n\n".repeat(10_000);
    const markdown = `${start}[a](http://e.example "${"evil\n".repeat(5_000)}")`;
    expect(plainText(markdown).text).not.toContain("evil");
    expect(plainText(markdown).hidden).toBeGreaterThan(20_000);
  });
});
