import { skeleton } from "../inspect/fold-path.ts";
import type { Facts } from "./facts.ts";
import { opinion, shown, shownPaths, type Opinion } from "./opinion.ts";

/**
 * Words in a path that name what a maintainer wants looked at (`auth`, `payment`; the lists are configuration). Whole words only:
 * `author.ts` is not `auth`, `tokenizer.ts` is not `token`, `environment.md` is not `env`.
 */
export function pathWords({ entries, risk }: Facts): Opinion[] {
  const lists = [
    { level: "critical", rule: "path-word", words: risk.critical_words },
    { level: "high", rule: "path-word", words: risk.high_words },
  ] as const;
  const perEntry = entries.map(({ path }) => ({ path, words: wordsOf(path) }));
  return lists.flatMap(({ level, rule, words }) =>
    words.flatMap((word) => {
      const paths = perEntry.filter((entry) => entry.words.has(word)).map(({ path }) => path);
      if (paths.length === 0) return [];
      const message = `The path contains the word "${word}", which this repository treats as ${level}.`;
      const lower = `Leave ${paths.length === 1 ? shown(paths[0] ?? "") : `the paths with the word "${word}"`} out of the change.`;
      return [opinion({ rule, level, saw: shownPaths(paths), message }, lower)];
    }),
  );
}

/**
 * The words of a path, in lower case. A run of letters ends at anything that is no letter; a run with mixed case is taken whole and
 * also split where the case changes (`authService`, `HTTPServer`, `OAuth`). Look-alike letters are folded to Latin first, so that
 * a Cyrillic `а` does not hide `аuth`.
 */
export function wordsOf(path: string): Set<string> {
  const runs = skeleton(path).match(/\p{L}+/gu) ?? [];
  const parts = runs.flatMap((run) => [run, ...run.split(/(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u)]);
  return new Set(parts.map((part) => part.toLowerCase()));
}
