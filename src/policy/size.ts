import type { RiskLevel } from "../config.ts";
import type { EntryFacts, Facts } from "./facts.ts";
import { opinion, shownPaths, type Opinion } from "./opinion.ts";

/** Code units of changed text in one file above which nobody reviews it line by line. */
export const hugeUnits = 65_536;
/** Code units of one added line above which its end is not on a reviewer's screen. */
export const longLineUnits = 500;

/**
 * How much there is to read. Says something of every change, so that a low one has its reason too; of no entries there is nothing
 * to say. Generated files count like others.
 */
export function size(facts: Facts): Opinion[] {
  if (facts.entries.length === 0) return [];
  return [lines(facts), ...unreadable(facts.entries), ...huge(facts.entries), ...longLines(facts.entries)];
}

/** Thresholds from the configuration, by default the source documents' 100 and 500: more than, not from. */
function lines({ entries, risk }: Facts): Opinion {
  const changed = entries.reduce((sum, { added, removed }) => sum + added + removed, 0);
  const saw = `${changed} changed ${changed === 1 ? "line" : "lines"} in ${entries.length} ${entries.length === 1 ? "file" : "files"}`;
  const over = (level: RiskLevel, limit: number) =>
    opinion(
      { rule: "size", level, saw, message: `More than ${limit} lines changed.` },
      `Split the change: at most ${limit} lines.`,
    );
  if (changed > risk.high_lines) return over("high", risk.high_lines);
  if (changed > risk.medium_lines) return over("medium", risk.medium_lines);
  return opinion({ rule: "size", level: "low", saw, message: "The change is small." }, null);
}

function unreadable(entries: readonly EntryFacts[]): Opinion[] {
  const paths = entries.filter(({ binary }) => binary).map(({ path }) => path);
  if (paths.length === 0) return [];
  const reason = {
    rule: "binary",
    level: "high",
    saw: shownPaths(paths),
    message: "Binary content cannot be read in a review.",
  } as const;
  return [opinion(reason, "Leave binary files out of the change.")];
}

function huge(entries: readonly EntryFacts[]): Opinion[] {
  const paths = entries.filter(({ units }) => units > hugeUnits).map(({ path }) => path);
  if (paths.length === 0) return [];
  const message = `More than ${hugeUnits} characters changed in one file.`;
  return [
    opinion(
      { rule: "huge-file", level: "high", saw: shownPaths(paths), message },
      "Change less of this file, or leave generated content out.",
    ),
  ];
}

function longLines(entries: readonly EntryFacts[]): Opinion[] {
  const paths = entries.filter(({ longest }) => longest > longLineUnits).map(({ path }) => path);
  if (paths.length === 0) return [];
  const message = `An added line is longer than ${longLineUnits} characters: its end is easily overlooked.`;
  return [opinion({ rule: "long-line", level: "medium", saw: shownPaths(paths), message }, "Break the long line.")];
}
