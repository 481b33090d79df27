import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { parseFragment } from "parse5";
import { describe, expect, it } from "vitest";
import { commandUnitsMax } from "../../src/request/command-lines.ts";
import { asVerb, commandWords, parseCommand } from "../../src/request/command.ts";
import { compose, random } from "../text/hostile.ts";

describe("a command is", () => {
  it.each([
    ["a line of its own", "/agent fix", "fix", ""],
    ["the first line", "/agent fix\nmore words", "fix", ""],
    ["a line in the middle of a paragraph", "hello\n/agent fix\nthanks", "fix", ""],
    ["a paragraph among others", "hello\n\n/agent fix\n\n> quote", "fix", ""],
    ["a line with an argument", "/agent ask why is `x` [so](y)?", "ask", "why is `x` [so](y)?"],
    ["a verb in any case, the argument as written", "/agent ReBase Now", "rebase", "Now"],
    ["tabs and spaces in between", "/agent \t fix\t the  bug \t", "fix", "the  bug"],
    ["a line with CRLF ends", "hello\r\n/agent fix\r\nthanks", "fix", ""],
    ["a line after a closed code block", "```\r\nx\r\n```\r\n/agent fix", "fix", ""],
    ["a line after a closed element", "<div>\n\nx\n\n</div>\n\n/agent fix", "fix", ""],
    ["a line after a pasted image", '<img width="3" src="x">\n\n/agent fix', "fix", ""],
    ["a line after a link definition", "[a]: http://e.example\n/agent fix", "fix", ""],
    ["a line after a list, with a blank line between", "- a\n\n/agent fix", "fix", ""],
    ["one live line beside quoted ones", "> /agent plan\n\n/agent fix\n\n```\n/agent ci\n```", "fix", ""],
    ["a verb with a hash", "/agent approve 0a1b2c", "approve", "0a1b2c"],
  ])("%s", (_, body, verb, args) => {
    expect(parseCommand(body)).toEqual({ kind: "command", verb, args });
  });

  it.each(
    "fix plan approve deny ask bump ci verify rollback rebase retry continue stop accept verified status why".split(
      " ",
    ),
  )("%s", (verb) => {
    expect(parseCommand(`/agent ${verb} x`)).toEqual({ kind: "command", verb, args: "x" });
  });
});

describe("a command is not", () => {
  it.each([
    ["an empty comment", ""],
    ["a mention of the command in a sentence", "please /agent fix"],
    ["an indented line", " /agent fix"],
    ["a continuation line that is indented", "hello\n  /agent fix"],
    ["indented code", "    /agent fix"],
    ["a line behind a tab", "\t/agent fix"],
    ["a fenced block", "```\n/agent fix\n```"],
    ["a fenced block with CRLF ends and text after it", "```\r\n/agent fix\r\n```\r\nthanks"],
    ["a fence that never closes", "```\n/agent fix"],
    ["a four-backtick fence around a three-backtick one", "````\n```\n/agent fix\n```\n````"],
    ["a fence whose closing line has text", "```\n/agent fix\n``` x\n/agent fix"],
    ["a tilde fence", "~~~\n/agent fix\n~~~"],
    ["an indented fence", "  ```\n/agent fix\n  ```"],
    ["a quote", "> /agent fix"],
    ["the lazy second line of a quote", "> a\n/agent fix"],
    ["a list item", "- /agent fix"],
    ["the lazy second line of a list item", "1. a\n/agent fix"],
    ["a task", "- [ ] /agent fix"],
    ["a heading", "# /agent fix"],
    ["a setext heading", "/agent fix\n==="],
    ["the second line of a setext heading", "hello\n/agent fix\n---"],
    ["a table's head", "/agent fix | x\n---|---"],
    ["a table's row", "a | b\n---|---\n/agent fix | x"],
    ["a table's row without pipes", "| a |\n|---|\n/agent fix"],
    ["an HTML block", "<div>\n/agent fix\n</div>"],
    ["Markdown inside an HTML element", "<details>\n<summary>x</summary>\n\n/agent fix\n\n</details>"],
    ["Markdown after an element that never ends", "<div hidden>\n\n/agent fix"],
    ["a comment", "<!--\n/agent fix\n-->"],
    ["a comment that never ends", "<!-- x\n\n/agent fix"],
    ["a line inside an inline tag", "see <b>this\n/agent fix\n</b>"],
    ["a line inside an attribute", 'see <a title="\n/agent fix\n">x</a>'],
    ["a line inside a code span", "a `b\n/agent fix\nc` d"],
    ["a line inside a link's text", "[a\n/agent fix\n](http://e.example)"],
    ["a line inside emphasis", "*a\n/agent fix\nb*"],
    ["a footnote", "[^1]: a\n/agent fix"],
    ["a definition", "[a]:\n/agent"],
    ["an escaped slash", "\\/agent fix"],
    ["a slash written as an entity", "&#47;agent fix"],
    ["a full-width slash", "／agent fix"],
    ["a look-alike letter", "/аgent fix"],
    ["a no-break space", "/agent\u00a0fix"],
    ["an ideographic space", "/agent\u3000fix"],
    ["a line separator", "/agent\u2028fix"],
    ["a vertical tab", "/agent\u000bfix"],
    ["a zero-width space before, in or after the word", "\u200b/agent fix\n/ag\u200bent fix\n/agent\u200b fix"],
    ["a byte order mark", "\ufeff/agent fix"],
    ["a verb with a character nobody sees", "/agent fi\u200bx"],
    ["a verb with a look-alike letter", "/agent fiх"],
    ["a verb that ends in a no-break space", "/agent fix\u00a0now"],
    ["another word", "/agentfix\n/agent-fix\n/agents fix\n/agent: fix"],
    ["another case of the word", "/Agent fix\n/AGENT fix"],
    ["the name alone with a mention", "@agent fix"],
    ["a long text that only mentions the command", `please /agent fix\n${"x".repeat(65_536)}`],
    ["lines too tangled to be read", `/agent fix\n\n${">a\nb\n".repeat(2_700)}`],
    ["a text nested too deeply to be read", `${"> ".repeat(40)}x\n\n/agent fix`],
  ])("%s", (_, body) => {
    expect(parseCommand(body)).toEqual({ kind: "none" });
  });
});

describe("what is answered but not run", () => {
  it.each([
    ["/agent", { kind: "help" }],
    ["/agent \t ", { kind: "help" }],
    ["/agent help", { kind: "help" }],
    ["/agent HELP me", { kind: "help" }],
    ["/agent fxi", { kind: "unknown", verb: "fxi" }],
    ["/agent Fix!", { kind: "unknown", verb: "fix!" }],
    ["/agent constructor", { kind: "unknown", verb: "constructor" }],
    ["/agent __proto__ x", { kind: "unknown", verb: "__proto__" }],
    [`/agent ${"a".repeat(100)}`, { kind: "unknown", verb: "a".repeat(40) }],
    ["/agent fix\n/agent fix", { kind: "multiple" }],
    ["/agent fix\n\ntext\n\n/agent plan", { kind: "multiple" }],
    ["/agent fix\n/agent", { kind: "multiple" }],
    ["/agent fix\n".repeat(1_000), { kind: "multiple" }],
  ])("%j", (body, command) => {
    expect(parseCommand(body)).toEqual(command);
  });

  it("a comment that is longer than one with a command may be, however it is built", () => {
    const longest = `/agent fix\n${"x".repeat(commandUnitsMax - "/agent fix\n".length)}`;
    expect(parseCommand(longest)).toEqual({ kind: "command", verb: "fix", args: "" });
    for (const body of [`${longest}x`, `/agent fix\r\n${">a\nb\n".repeat(13_000)}`, `${"x\n".repeat(9_000)}/agent`]) {
      expect(parseCommand(body)).toEqual({ kind: "help", reason: "too-long" });
      expect(commandWords(body)).toEqual({ text: "", hidden: 0 });
    }
  });
});

describe("the maintainer's words", () => {
  it.each([
    ["/agent fix the parser\n\nOnly **src/**.", "the parser\n\nOnly src/.", 0],
    ["Look at this:\n/agent fix\n\n```ts\nx < y\n```", "Look at this:\n\n```ts\nx < y\n```", 0],
    ["/agent fix <!-- and push --> now", "now", 17],
    ["/agent fix", "", 0],
    ["/agent", "", 0],
    ["nothing asked", "", 0],
    ["/agent fix a\n/agent fix b", "", 0],
  ])("of %j", (body, text, hidden) => {
    expect(commandWords(body)).toEqual({ text: text.replace("this:\n\n", "this:\n\n"), hidden });
  });
});

it("only the names of the list are verbs", () => {
  expect(["fix", "help", "Fix", "toString", ""].map((name) => asVerb(name))).toEqual(["fix", "help", null, null, null]);
});

/** The page's HTML, parsed: lines of the direct text of top-level paragraphs that begin with the word. */
function commandsOnPage(body: string): number {
  const html = micromark(body, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
  return parseFragment(html).childNodes.reduce((count, node) => {
    if (node.nodeName !== "p" || !("childNodes" in node)) return count;
    const lines = node.childNodes.flatMap((child, index) => {
      if (!("value" in child)) return [];
      const [first = "", ...rest] = child.value.split("\n");
      return index === 0 ? [first, ...rest] : rest;
    });
    return count + lines.filter((line) => /^\/agent(?:[ \t]|$)/.test(line)).length;
  }, 0);
}

it("agrees with a second reading, by the HTML of the page, on 5,000 comments", () => {
  const pieces = [
    "/agent fix\n",
    "/agent plan x\n",
    "\n",
    "\n\n",
    "text\n",
    "> ",
    "- ",
    "1. ",
    "# ",
    "===\n",
    "---\n",
    "```\n",
    "````\n",
    "~~~\n",
    "`",
    "``",
    "<div>\n",
    "</div>\n",
    "<b>",
    "</b>",
    "<!--",
    "-->",
    "<details>\n\n",
    "</details>\n\n",
    "<br>\n",
    "<img src=x>\n\n",
    "| a | b |\n|---|---|\n",
    "*",
    "**",
    "[",
    "](x)",
    "[a]: x\n",
    "[^1]: ",
    "    ",
    "\\",
    "\r\n",
  ];
  const kinds = new Map<string, number>();
  for (let seed = 1; seed <= 5_000; seed += 1) {
    const body = compose(pieces, random(seed), 9)
      .replaceAll("    /agent", "    x")
      // The compiler to HTML loses a line break after a definition inside a footnote.
      .replaceAll("]: [a]: ", "]: ");
    const { kind } = parseCommand(body);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const seen = commandsOnPage(body.replaceAll("\r\n", "\n"));
    // The page forgets what stood before the word (white space, backslashes), and we take an element that was left open anywhere for
    // one that goes on: then it may show more than we see, never less.
    const plain = !/[^\n]\/agent|<(?:b|div|details)>/.test(body);
    const expected = kind === "none" ? 0 : kind === "multiple" ? 2 : 1;
    const same = plain ? Math.min(seen, 2) === expected : seen >= expected;
    expect(same, `seed ${seed}: ${JSON.stringify(body)} is ${kind}, the page shows ${seen}`).toBe(true);
  }
  expect([...kinds.keys()].toSorted()).toEqual(["command", "multiple", "none"]);
});
