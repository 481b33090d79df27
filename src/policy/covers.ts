import { skeleton } from "../inspect/fold-path.ts";
import type { Facts } from "./facts.ts";
import { opinion, shownPaths, type Opinion } from "./opinion.ts";

/** Blank characters in a row, with text behind them, that push this text off a reviewer's screen. */
export const blankRunMax = 120;
/** Added blank lines in a row, with text behind them, that do the same. */
export const blankLinesMax = 40;

/** How added text hides from a reader. Characters that nobody sees at all are refused by the Change's validator instead. */
export interface Covers {
  /** Blank characters of the longest run before text in one added line. */
  blankRun: number;
  /** The longest run of added blank lines that has an added line with text behind it. */
  blankLines: number;
  /** Whether an added word mixes Latin letters with letters of another script that look like Latin ones. */
  lookAlikes: boolean;
}

/** What no font draws: white space of every kind, the blank Braille pattern, and Hangul's fillers. */
const blank = /[\s\u2800\u3164\uffa0\u115f\u1160]/u;

/** In: the added lines. Takes time in proportion to their length. */
export function coversIn(added: readonly string[]): Covers {
  let [blankRun, blankLines, run] = [0, 0, 0];
  for (const line of added) {
    const widest = blanksBeforeText(line);
    blankRun = Math.max(blankRun, widest ?? 0);
    if (widest !== null) blankLines = Math.max(blankLines, run);
    run = widest === null ? run + 1 : 0;
  }
  return { blankRun, blankLines, lookAlikes: added.some(mixesScripts) };
}

/** The longest run of blanks that text follows; null when the line has no text. */
function blanksBeforeText(line: string): number | null {
  let [widest, run, hasText] = [0, 0, false];
  for (const character of line) {
    if (blank.test(character)) {
      run += 1;
      continue;
    }
    hasText = true;
    widest = Math.max(widest, run);
    run = 0;
  }
  return hasText ? widest : null;
}

/** Only words with Latin letters: a text in Russian or Greek is what it looks like. */
function mixesScripts(line: string): boolean {
  if (!/[^\u0000-\u024f]/u.test(line)) return false;
  const words = line.match(/[\p{L}\p{N}_$]+/gu) ?? [];
  return words.some(
    (word) =>
      /\p{Script=Latin}/u.test(word) &&
      Array.from(word).some((letter) => !/\p{Script=Latin}/u.test(letter) && /^[A-Za-z]$/.test(skeleton(letter))),
  );
}

/** Text that a reviewer does not see, or reads as another one (Trojan Source). */
export function covers({ entries }: Facts): Opinion[] {
  const wide = entries.filter(
    (entry) => entry.covers.blankRun > blankRunMax || entry.covers.blankLines > blankLinesMax,
  );
  const alike = entries.filter((entry) => entry.covers.lookAlikes);
  const saw = (some: typeof entries) => shownPaths(some.map(({ path }) => path));
  return [
    ...(wide.length === 0
      ? []
      : [
          opinion(
            {
              rule: "covered-text",
              level: "high",
              saw: saw(wide),
              message: `Added text stands behind more than ${blankRunMax} blanks or ${blankLinesMax} blank lines, where no reviewer looks.`,
            },
            "Take the blank stretch before the text away.",
          ),
        ]),
    ...(alike.length === 0
      ? []
      : [
          opinion(
            {
              rule: "look-alike-letters",
              level: "high",
              saw: saw(alike),
              message:
                "An added word mixes Latin letters with others that look the same: it is another word than it seems.",
            },
            "Write the word in the letters of one script.",
          ),
        ]),
  ];
}
