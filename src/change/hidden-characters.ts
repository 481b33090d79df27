/**
 * Characters that make source read otherwise than it runs. By Unicode property, because every list of ours had gaps: everything that is
 * drawn as nothing (default ignorables: zero-width ones, tags, variation selectors, Hangul fillers, which JavaScript takes for
 * names), all format characters (direction controls: Trojan Source, CVE-2021-42574), line and paragraph separators (which end a
 * `//` comment), the blank Braille cell, and controls that no text file needs. A tab, a line break and a form feed are fine, and so
 * are the signs of Arabic and Indic scripts that Unicode files under "format" although they are drawn.
 */
const deceiving =
  /(?![\t\n\f\r\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Zl}\p{Zp}\u2800]/gu;

/** Scripts whose spelling needs joiners inside words (RFC 5892, appendix A): there they are letters, not tricks. */
const joinedScripts =
  "[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Khmer}]";
/** What must stand before and after a character that is then a part of what is drawn. */
const partOf: Record<string, { before: RegExp; after: RegExp }[]> = {
  // Emoji sequences (UTS #51): `👩‍💻`, `❤️`, `1️⃣`.
  "\u200d": [
    { before: /(\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})$/u, after: /^\p{Extended_Pictographic}/u },
    { before: new RegExp(`${joinedScripts}$`, "u"), after: /^/ },
  ],
  "\u200c": [{ before: new RegExp(`${joinedScripts}$`, "u"), after: new RegExp(`^${joinedScripts}`, "u") }],
  "\ufe0e": [{ before: /\p{Extended_Pictographic}$/u, after: /^/ }],
  "\ufe0f": [
    { before: /\p{Extended_Pictographic}$/u, after: /^/ },
    { before: /[0-9#*]$/, after: /^\u20e3/ },
  ],
};
/** UTF-16 code units that the patterns above look at on either side. */
const neighbours = 4;

export interface HiddenCharacter {
  /** `U+202E` */
  name: string;
  /** 1-based. */
  line: number;
}

/**
 * Deceiving characters of a text that were not there before, one per kind with its first line. In: the bytes before (null if there was no
 * such file) and after. A file that is not UTF-8 text has none: it is binary, and judged as that. Linear in both.
 */
export function newHiddenCharacters(before: Uint8Array | null, after: Uint8Array): HiddenCharacter[] {
  const text = asText(after);
  if (text === null) return [];
  const allowed = new Map<string, number>();
  for (const { character } of deceivingIn(before === null ? "" : (asText(before) ?? ""))) {
    allowed.set(character, (allowed.get(character) ?? 0) + 1);
  }
  const first = new Map<string, number>();
  for (const { character, line } of deceivingIn(text)) {
    const left = allowed.get(character) ?? 0;
    if (left > 0) allowed.set(character, left - 1);
    else if (!first.has(character)) first.set(character, line);
  }
  return [...first].map(([character, line]) => ({ name: nameOf(character), line }));
}

function* deceivingIn(text: string): Generator<{ character: string; line: number }> {
  let line = 1;
  let counted = 0;
  for (const { 0: character, index } of text.matchAll(deceiving)) {
    if (isDrawn(text, index, character)) continue;
    for (let at = text.indexOf("\n", counted); at !== -1 && at < index; at = text.indexOf("\n", at + 1)) line += 1;
    counted = index;
    yield { character, line };
  }
}

/** A byte order mark at the start, or a part of an emoji or of a word in a script that joins. */
function isDrawn(text: string, index: number, character: string): boolean {
  if (character === "\ufeff" && index === 0) return true;
  const before = text.slice(Math.max(0, index - neighbours), index);
  const after = text.slice(index + character.length, index + character.length + neighbours);
  return (partOf[character] ?? []).some((part) => part.before.test(before) && part.after.test(after));
}

function asText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
