import { compile, parse, postprocess, preprocess } from "micromark";
import { gfm, gfmHtml, type HtmlExtension } from "micromark-extension-gfm";
import { boundMarkdown } from "./bounds.ts";
import { stripInvisible } from "./invisible.ts";
import { visibleText } from "./visible.ts";

/** Readings until nothing changes any more; ordinary text needs two, a text that hides things inside each other a few more. */
const readingsMax = 8;

/**
 * What a reader of the page sees of GitHub-flavoured Markdown, as plain text: for a model, and for a person who asks what the model saw.
 * Lists, quotes, headings and tables keep the marks they have in plain writing; code stays literally; a link is its text, an image the
 * word `[image]`; text under `<details>` counts as seen. Gone are comments, hidden elements, attributes (alt, title), reference definitions and
 * invisible characters, whatever they were wrapped in: the result is read again until it stays the same.
 *
 * `hidden` counts the UTF-16 code units that were there and that a reader of the page could not see. Idempotent, never throws.
 */
export function plainText(markdown: string): { text: string; hidden: number } {
  let text = markdown;
  let hidden = 0;
  for (let reading = 0; reading < readingsMax; reading += 1) {
    const page = readPage(text);
    hidden += page.hidden;
    if (page.text === text) return { text, hidden };
    text = page.text;
  }
  const words = bareWords(text);
  return { text: words, hidden: hidden + text.length - words.length };
}

function readPage(markdown: string): { text: string; hidden: number } {
  const seen = stripInvisible(markdown.replaceAll(/\r\n?/g, "\n"));
  const bound = boundMarkdown(seen.text);
  const parser = parse({ extensions: [gfm()] }).document();
  const events = postprocess(parser.write(preprocess()(bound.text, undefined, true)));
  const definitions = events
    .filter(([when, { type }]) => when === "enter" && type === "definition")
    .reduce((sum, [, { start, end }]) => sum + end.offset - start.offset, 0);
  const html = compile({ allowDangerousHtml: true, htmlExtensions: [gfmHtml(), rawHtml] })(events);
  const page = visibleText(html);
  return { text: page.text, hidden: seen.removed + bound.removed + definitions + page.hidden };
}

/** HTML as it was written: GitHub turns a few tags (script, style …) into text first, here what they hold is hidden. */
const rawHtml: HtmlExtension = {
  exit: {
    htmlFlowData(token) {
      this.raw(this.sliceSerialize(token));
    },
    htmlTextData(token) {
      this.raw(this.sliceSerialize(token));
    },
  },
};

/** A text that still changes after so many readings was made to: only words, numbers and plain punctuation are left of it. */
function bareWords(text: string): string {
  return text
    .replaceAll(/[^\p{L}\p{M}\p{N},;?'"\s]/gu, " ")
    .split(/\s*\n\s*/)
    .map((line) => line.replaceAll(/\s+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}
