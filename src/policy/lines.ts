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

/**
 * Counts the lines that differ between two texts. The bound is a number of edits and not a time, so that two machines always count
 * the same; a text over the bound counts as if everything was removed and added, which can only raise the level.
 */
export function countLines(before: string, after: string): LineCounts {
  const parts = diffLines(before, after, { maxEditLength: editsMax });
  if (parts === undefined) return counts([before], [after]);
  const removed = parts.filter((part) => part.removed).map(({ value }) => value);
  const added = parts.filter((part) => part.added).map(({ value }) => value);
  return counts(removed, added);
}

function counts(removed: readonly string[], added: readonly string[]): LineCounts {
  const linesOf = (texts: readonly string[]) =>
    texts.flatMap((text) => text.split(/(?<=\n)/).filter((line) => line !== ""));
  const gone = linesOf(removed);
  const come = linesOf(added);
  return {
    added: come.length,
    removed: gone.length,
    units: [...gone, ...come].reduce((sum, line) => sum + line.length, 0),
    longest: come.reduce((longest, line) => Math.max(longest, line.trimEnd().length), 0),
  };
}
