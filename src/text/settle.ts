import { sliceWhole } from "./clip.ts";

/** Readings until nothing changes any more; ordinary text needs two, a text that hides things inside each other a few more. */
const readingsMax = 8;
/** Code units kept free below the limit when a text is cut: reading it again may close a code block or add marks. */
const slack = 500;

export interface PlainText {
  text: string;
  /** UTF-16 code units that were there and that a reader of the page could not see. */
  hidden: number;
}

/**
 * Reads a text until the result stays the same, at most `unitsMax` code units of it; a cut is said in the last line. Never throws:
 * of a text that `read` cannot read nothing is taken, and all of it counts as hidden.
 */
export function settle(markdown: string, read: (markdown: string) => PlainText, unitsMax: number): PlainText {
  try {
    return settled(markdown, read, unitsMax);
  } catch {
    return { text: "", hidden: markdown.length };
  }
}

function settled(markdown: string, read: (markdown: string) => PlainText, unitsMax: number): PlainText {
  let text = markdown;
  let hidden = 0;
  for (let reading = 0; reading < readingsMax; reading += 1) {
    const page = read(text);
    hidden += page.hidden;
    const next = cut(page.text, unitsMax);
    if (next === text) return { text, hidden };
    text = next;
  }
  const words = bareWords(text);
  return { text: words, hidden: hidden + text.length - words.length };
}

/** Of a text that was read already, so that nothing comes to light by losing its other half. */
function cut(text: string, unitsMax: number): string {
  if (text.length <= unitsMax) return text;
  const room = Math.max(0, unitsMax - slack);
  const head = sliceWhole(text, room);
  const lineEnd = head.lastIndexOf("\n");
  const kept = lineEnd > room / 2 ? head.slice(0, lineEnd) : head;
  return `${kept.trimEnd()}\n\n… ${text.length - kept.length} more characters are left out here`;
}

/** A text that still changes after so many readings was made to: only words, numbers and plain punctuation are left of it. */
function bareWords(text: string): string {
  return text
    .replaceAll(/[^\p{L}\p{M}\p{N},;?'"\s]/gu, " ")
    .split(/\s*\n\s*/)
    .map((line) => line.replaceAll(/\s+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}
