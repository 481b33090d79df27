import { Tokenizer, type Token } from "parse5";
import { blockElements, hiddenAttributeUnits, hides, voidElements } from "./elements.ts";
import { openPage, type Page } from "./page.ts";

/** Elements that a browser opens again when their parent closes; a hidden one stays in force until its own end tag. */
const formatting = new Set("a b big code em font i nobr s small strike strong tt u".split(" "));

/** Elements open at a time; further ones count as their text. Nobody writes pages like that to be read. */
const openMax = 256;

interface Open {
  name: string;
  hidden: boolean;
  /** Whether the page was told of it. */
  shown: boolean;
}

interface Reading {
  page: Page;
  open: Open[];
  /** Open elements that hide. */
  hiding: number;
  /** Code units not seen so far. */
  hidden: number;
}

/**
 * The text a browser would show of an HTML fragment. Follows the token stream with a list of open elements instead of a tree, which
 * makes it linear and shallow; where the two could differ, more is taken for hidden. Out: the text, and how many code units were hidden.
 */
export function visibleText(html: string): { text: string; hidden: number } {
  const reading = read(html);
  const { text, hidden } = reading.page.end();
  return { text, hidden: reading.hidden + hidden };
}

/** The names of the elements that are open after an HTML fragment, outermost first; a `p` is ended by the next block. */
export function openElements(html: string): string[] {
  return read(html).open.map(({ name }) => name);
}

function read(html: string): Reading {
  const reading: Reading = { page: openPage(), open: [], hiding: 0, hidden: 0 };
  const characters = ({ chars }: Token.CharacterToken): void => {
    if (reading.hiding > 0) reading.hidden += chars.trim().length;
    else reading.page.text(chars);
  };
  const tokenizer = new Tokenizer(
    {},
    {
      onComment: ({ data }) => void (reading.hidden += data.length + "<!---->".length),
      onDoctype: ({ name }) => void (reading.hidden += (name ?? "").length + "<!doctype>".length),
      onStartTag: (tag) => startTag(reading, tag),
      onEndTag: ({ tagName }) => endTag(reading, tagName),
      onCharacter: characters,
      onWhitespaceCharacter: characters,
      onNullCharacter: () => undefined,
      onEof: () => undefined,
    },
  );
  tokenizer.write(html, true);
  return reading;
}

function startTag(reading: Reading, { tagName: name, attrs, selfClosing }: Token.TagToken): void {
  const { open, page } = reading;
  reading.hidden += hiddenAttributeUnits(name, attrs);
  if (blockElements.has(name)) endTag(reading, "p");
  if (name === "li" && open.findLastIndex((item) => item.name === "li") > open.findLastIndex(isList))
    endTag(reading, "li");
  const hidden = hides(name, attrs);
  const shown = !hidden && reading.hiding === 0 && open.length < openMax;
  if (shown) page.enter(name, attrs);
  const isVoid = voidElements.has(name) || (selfClosing && (name === "svg" || name === "math"));
  // A hidden element is always followed: forgetting one would show what it hides.
  if (isVoid || (open.length >= openMax && !hidden)) return;
  open.push({ name, hidden, shown });
  if (hidden) reading.hiding += 1;
}

function endTag(reading: Reading, name: string): void {
  const { open, page } = reading;
  const at = open.findLastIndex((element) => element.name === name);
  if (at === -1) return;
  const closed = open.splice(at);
  const kept = closed.slice(1).filter((element) => element.hidden && formatting.has(element.name));
  for (const element of closed.toReversed()) if (element.shown) page.leave(element.name);
  reading.hiding -= closed.filter((element) => element.hidden).length - kept.length;
  open.push(...kept);
}

function isList({ name }: Open): boolean {
  return name === "ul" || name === "ol";
}
