import { compile, parse, postprocess, preprocess } from "micromark";
import { gfm, gfmHtml, type HtmlExtension } from "micromark-extension-gfm";
import { boundMarkdown } from "./bounds.ts";
import { stripInvisible } from "./invisible.ts";
import { type PlainText, settle } from "./settle.ts";
import { visibleText } from "./visible.ts";

/** UTF-16 code units of a text that are read: GitHub's own limit for a comment or body. */
export const incomingUnitsMax = 65_536;

/**
 * What a reader of the page sees of GitHub-flavoured Markdown, as plain text: for a model, and for a person who asks what the model saw.
 * Lists, quotes, headings and tables keep the marks they have in plain writing; code stays literally; a link is its text, an image the
 * word `[image]`; text under `<details>` counts as seen. Gone are comments, hidden elements, attributes (alt, title), reference definitions and
 * invisible characters, whatever they were wrapped in: the result is read again until it stays the same.
 *
 * Out: at most `unitsMax` code units, a cut is said. `hidden` counts the UTF-16 code units that were there and that a reader of the page
 * could not see, or that were too tangled to be read. Idempotent. Never throws: a text that cannot be read is empty and all hidden.
 */
export function plainText(markdown: string, unitsMax: number = incomingUnitsMax): PlainText {
  const room = Math.min(unitsMax, incomingUnitsMax);
  const source = wholeParagraphs(markdown);
  const { text, hidden } = settle(source, readPage, room);
  return { text, hidden: hidden + markdown.length - source.length };
}

/** A text longer than any on GitHub, up to a blank line: cut elsewhere, half a tag or link would show what the whole one hides. */
function wholeParagraphs(markdown: string): string {
  if (markdown.length <= incomingUnitsMax) return markdown;
  const head = markdown.slice(0, incomingUnitsMax);
  const ends = [...head.matchAll(/\r?\n[ \t]*\r?\n/g)];
  return head.slice(0, ends.at(-1)?.index ?? 0);
}

function readPage(markdown: string): PlainText {
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
