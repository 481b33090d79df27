/**
 * Characters that make source read otherwise than it runs: direction controls (Trojan Source, CVE-2021-42574), tags and supplementary
 * variation selectors (invisible text), zero-width ones, and controls that no text file needs. A tab, a line break and a form feed are fine.
 */
const deceiving =
  /[\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e0fff}\u200b\u2060-\u2064]|(?![\t\n\f\r])\p{Cc}|(?!^)\ufeff/gu;

export interface HiddenCharacter {
  /** `U+202E` */
  name: string;
  /** 1-based. */
  line: number;
}

/**
 * Deceiving characters of a text that were not there before, one per kind with its first line. In: the bytes before (null if there was no
 * such file) and after. A file that is not UTF-8 text has none: it is binary, and judged as that.
 */
export function newHiddenCharacters(before: Uint8Array | null, after: Uint8Array): HiddenCharacter[] {
  const text = asText(after);
  if (text === null) return [];
  const allowed = counts(before === null ? "" : (asText(before) ?? ""));
  const first = new Map<string, number>();
  for (const { 0: character, index } of text.matchAll(deceiving)) {
    const left = allowed.get(character) ?? 0;
    if (left > 0) allowed.set(character, left - 1);
    else if (!first.has(character)) first.set(character, index);
  }
  return [...first].map(([character, index]) => ({
    name: nameOf(character),
    line: text.slice(0, index).split("\n").length,
  }));
}

function counts(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [character] of text.matchAll(deceiving)) found.set(character, (found.get(character) ?? 0) + 1);
  return found;
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
