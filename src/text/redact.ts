import { encodingsOf } from "./encodings.ts";
import { findMaskable } from "./find-secrets.ts";

const mark = "[redacted]";

/** From this length on a needle is also found when white space was put into it, e.g. by line wrapping. */
const wrappedUnitsMin = 16;

/**
 * Replaces secrets by `[redacted]`. In: any text; the values this process holds (plain, base64 at any offset, hex, url-encoded, JSON-escaped
 * and reversed forms are found, wrapped over lines or not; values under 6 characters are too short to tell from words and are ignored).
 * What has the form of a secret (`find-secrets.ts`) is found without being known. Linear in the text. Idempotent.
 */
export function redact(text: string, known: readonly string[]): string {
  return maskFormats(maskKnown(text, known));
}

type Range = readonly [start: number, end: number];

function maskKnown(text: string, known: readonly string[]): string {
  const needles = [...new Set(known.flatMap((value) => encodingsOf(value)))];
  if (needles.length === 0) return text;
  const compact = withoutSpace(text);
  const ranges = needles.flatMap((needle) => {
    const short = needle.replace(/\s+/g, "");
    if (short.length < wrappedUnitsMin) return find(text, needle);
    return find(compact.text, short).map(([start, end]): Range => [compact.at(start), compact.at(end - 1) + 1]);
  });
  return maskRanges(text, ranges);
}

function withoutSpace(text: string): { text: string; at(index: number): number } {
  const kept: string[] = [];
  const offsets: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charAt(index);
    if (/\s/.test(unit)) continue;
    kept.push(unit);
    offsets.push(index);
  }
  return { text: kept.join(""), at: (index) => offsets[index] ?? text.length };
}

function find(text: string, needle: string): Range[] {
  const ranges: Range[] = [];
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) {
    ranges.push([at, at + needle.length]);
  }
  return ranges;
}

function maskRanges(text: string, ranges: readonly Range[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (start >= done) pieces.push(text.slice(done, start), mark);
    done = Math.max(done, end);
  }
  pieces.push(text.slice(done));
  return pieces.join("");
}

function maskFormats(text: string): string {
  return maskRanges(
    text,
    findMaskable(text).map(({ start, end }): Range => [start, end]),
  );
}
