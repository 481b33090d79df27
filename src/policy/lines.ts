import { diffLines } from "diff";

/** Changed lines up to which two texts are compared line by line; beyond, both sides count in full. About 60 ms at worst. */
export const editsMax = 1000;

/** How much of a file changed. Lines end at `\n`; a last line without one counts. */
export interface LineCounts {
  added: number;
  removed: number;
  /** UTF-16 code units of all added and removed lines. */
  units: number;
  /** UTF-16 code units of the longest added line. */
  longest: number;
}

/** The lines that only one side has, each with its line break, in their order. */
export interface ChangedLines {
  removed: string[];
  added: string[];
}

/**
 * The lines that differ between two texts, white space included. The bound is a number of edits and not a time, so that two machines
 * always find the same; of a text over the bound every line counts as removed and added, which can only raise the level.
 */
export function changedLines(before: string, after: string): ChangedLines {
  const parts = diffLines(before, after, { maxEditLength: editsMax });
  if (parts === undefined) return { removed: linesOf([before]), added: linesOf([after]) };
  return {
    removed: linesOf(parts.filter((part) => part.removed).map(({ value }) => value)),
    added: linesOf(parts.filter((part) => part.added).map(({ value }) => value)),
  };
}

/** Counts changed lines. */
export function countLines({ removed, added }: ChangedLines): LineCounts {
  return {
    added: added.length,
    removed: removed.length,
    units: [...removed, ...added].reduce((sum, line) => sum + line.length, 0),
    longest: added.reduce((longest, line) => Math.max(longest, line.trimEnd().length), 0),
  };
}

function linesOf(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(/(?<=\n)/).filter((line) => line !== ""));
}
