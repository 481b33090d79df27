import type { Facts } from "./facts.ts";
import { opinion, shownPaths, type Opinion } from "./opinion.ts";
import { matchesWritten } from "./path-globs.ts";

/** Characters that no name of a harmless file needs: control, format, private, what fonts leave out, and Windows' slash. */
const unseen = /[\\\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * Low is a list of places, by default where prose lies: a typo in a document is low, a fix in a program is what somebody reads. The
 * patterns are compared with the path exactly as it is written, because folding case or look-alikes would let more paths be low.
 */
export function lowPaths({ entries, risk }: Facts): Opinion[] {
  const isLow = (path: string) => !unseen.test(path) && risk.low_paths.some((glob) => matchesWritten(glob, path).whole);
  const paths = entries.map(({ path }) => path).filter((path) => !isLow(path));
  if (paths.length === 0) return [];
  const message = "Only the paths in risk.low_paths can be low.";
  return [
    opinion(
      { rule: "path-not-low", level: "medium", saw: shownPaths(paths), message },
      "Change only paths that risk.low_paths names, or have the path added to it on the base branch.",
    ),
  ];
}
