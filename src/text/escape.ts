import { codeSpan } from "./code.ts";

/** An address that GitHub would turn into a link, without the punctuation that ends a sentence. */
const address = /(?:(?:https?|ftp):\/\/|www\.)[^\s<>`|\\]*[^\s<>`|\\.,;:!?)\]'"*_~]/gi;

/**
 * Text as Markdown that shows exactly this text and does nothing: no markup, mention, reference, link or command. Addresses become
 * code spans. In: plain text, any number of lines, already without control characters.
 */
export function escapeText(text: string): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(address)) {
    pieces.push(escapeWords(text.slice(done, index)), codeSpan(found));
    done = index + found.length;
  }
  pieces.push(escapeWords(text.slice(done)));
  return pieces.join("");
}

/**
 * Entities where a backslash could be misread (code spans, HTML, math), backslashes for the rest. An invisible space, written so that
 * it can be seen in the source, separates `@` and `#` from what follows: GitHub looks for mentions after Markdown is rendered.
 */
function escapeWords(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("`", "&#96;")
    .replaceAll("$", "&#36;")
    .replaceAll(/[\\*_[\]~|]/g, String.raw`\$&`)
    .replaceAll(/@(?=[A-Za-z0-9])/g, "@&#8203;")
    .replaceAll(/(?<!&)#(?=\d)/g, "#&#8203;")
    .replaceAll(/\b(GH-)(?=\d)/gi, "$1&#8203;")
    .replaceAll(/\b((?:https?|ftp):)(?=\/\/)/gi, "$1&#8203;")
    .replaceAll(/\b(www)(?=\.)/gi, "$1&#8203;")
    .replaceAll(/^([ \t]*)([-+=:/#])/gm, String.raw`$1\$2`)
    .replaceAll(/^([ \t]*\d{1,9})([.)])/gm, String.raw`$1\$2`)
    .replaceAll(/\n[ \t]+/g, "\n");
}
