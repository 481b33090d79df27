import { escapeText } from "./escape.ts";
import { clipLines, plainLine, wellFormed } from "./clip.ts";
import { defuseCode, defusePlain, defuseSpan, defuseTrailers } from "./defuse.ts";
import { codeBlock, codeSpan } from "./code.ts";
import { containedMarkdown } from "./contained.ts";
import { redact } from "./redact.ts";

declare const outgoing: unique symbol;

/** Text that passed the one choke point of this file. The GitHub port takes nothing else. */
export type Outgoing = string & { readonly [outgoing]: true };

/** Values this process holds (tokens, keys). None of them, in any common encoding, leaves. */
export type KnownSecrets = readonly string[];

/** UTF-16 code units of model or people text in one comment or body (design §7; GitHub's own limit is 65,536). */
export const textUnitsMax = 60_000;
/** Code units of a title; GitHub refuses more than 256. */
export const titleUnitsMax = 200;
/** Code units of one table cell or code span. */
const cellUnitsMax = 1_000;

/**
 * Text of a model or a person as contained Markdown: paragraphs, lists, quotes, code and emphasis stay; headings, tables, HTML, images
 * and links become plain text; mentions, references, closing keywords and commands are dead. At most `textUnitsMax` code units.
 */
export function neutralise(text: string, known: KnownSecrets): Outgoing {
  return pass(containedMarkdown(redact(wellFormed(text), known), textUnitsMax));
}

/** The same as `neutralise`, as a block quote: nothing in it can look like a section of ours. Starts and ends without a line break. */
export function quote(text: string, known: KnownSecrets): Outgoing {
  const lines = containedMarkdown(redact(wellFormed(text), known), textUnitsMax * 0.9).split("\n");
  return pass(clipLines(lines.map((line) => (line === "" ? ">" : `> ${line}`)).join("\n"), textUnitsMax));
}

/** Text (not Markdown) on one line, safe in a table cell, a list item or a sentence. */
export function cell(text: string, known: KnownSecrets): Outgoing {
  return pass(escapeText(plainLine(redact(wellFormed(text), known), cellUnitsMax)));
}

/**
 * Text (not Markdown) on any number of lines, never cut: for what people decide by. null: it cannot be shown as it is, because something
 * in it would be redacted or nobody could see it.
 */
export function verbatim(text: string, known: KnownSecrets): Outgoing | null {
  return redact(wellFormed(text), known) === text ? pass(escapeText(text.trim())) : null;
}

/** A path, command or value as a code span on one line; also safe in a table cell. An empty text stays empty. */
export function code(text: string, known: KnownSecrets): Outgoing {
  const line = defuseSpan(plainLine(redact(wellFormed(text), known), cellUnitsMax));
  // GitHub splits table rows at `|` even inside a code span; the element takes escapes.
  return pass(line.includes("|") ? `<code>${escapeText(line)}</code>` : codeSpan(line));
}

/** Output of a program as a fenced block. At most `textUnitsMax` code units. */
export function fence(text: string, known: KnownSecrets): Outgoing {
  return pass(codeBlock(defuseCode(clipLines(redact(wellFormed(text), known), textUnitsMax * 0.9)), "text"));
}

/** One line of plain text for the title of a pull request or check. Empty text gives an empty title. */
export function title(text: string, known: KnownSecrets): Outgoing {
  const line = plainLine(redact(wellFormed(text), known), titleUnitsMax);
  return pass(plainLine(defusePlain(line), titleUnitsMax));
}

/** Plain text for a commit message: no closing keywords, mentions, `[skip ci]` or trailers of the author's making. */
export function commitText(text: string, known: KnownSecrets): Outgoing {
  return pass(clipLines(defuseTrailers(defusePlain(redact(wellFormed(text), known))), textUnitsMax).trim());
}

/** A name that GitHub or git gave (login, branch, sha, label): unchanged if it is one plain word, else like `cell`. */
export function word(text: string, known: KnownSecrets): Outgoing {
  const plain = /^[A-Za-z0-9](?:[A-Za-z0-9]|[._/:+-](?=[A-Za-z0-9]))*$/.test(text) && text.length <= 255;
  return plain && redact(text, known) === text ? pass(text) : cell(text, known);
}

/** A link, but only to an address under `home` (the repository's page); anything else is the label alone. */
export function link(label: Outgoing, url: string, home: string): Outgoing {
  const inside = url.startsWith(`${home.replace(/\/+$/, "")}/`) && /^https?:\/\/[A-Za-z0-9._~:/?#=&%+-]+$/.test(url);
  const leaves = /\/\.\.?(?:[/?#]|$)/.test(url);
  return pass(inside && !leaves ? `[${label}](${url})` : label);
}

/** Our own words around parts that already passed. The literal text is trusted because it stands in our source. */
export function ours(words: TemplateStringsArray, ...parts: readonly (Outgoing | number)[]): Outgoing {
  return pass(words.map((text, index) => text + String(parts[index] ?? "")).join(""));
}

/** Parts that already passed, one after the other. */
export function joined(parts: readonly Outgoing[], separator: string): Outgoing {
  return pass(parts.join(separator));
}

/** Cuts an assembled body at a line so that it fits one comment; an open code fence is closed and the cut is said. */
export function clipped(text: Outgoing, unitsMax: number = textUnitsMax): Outgoing {
  return pass(clipLines(text, unitsMax));
}

/** The only place where the brand is given: every verb above ends here. */
function pass(text: string): Outgoing {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a brand has no other way in
  return text as Outgoing;
}
