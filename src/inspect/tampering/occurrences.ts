import type { Node, Comment } from "@babel/types";
import { lineOf, type CodePair, type Source } from "./source.ts";

/** Something that a rule counts: the same `key` is the same thing, wherever it stands. */
export interface Occurrence {
  key: string;
  path: string;
  line: number;
  text: string;
}

/**
 * What the result has more of than the base, over the whole change: code that moved from one file to another cancels out, and so does what
 * was taken away elsewhere. In: what one side of a file holds. Out: the new ones, those at the end of a file first when only a part is new.
 */
export function newOccurrences(
  pairs: readonly CodePair[],
  find: (source: Source, pair: CodePair) => readonly Occurrence[],
): Occurrence[] {
  const found = (side: "before" | "after") =>
    pairs.flatMap((pair) => (pair[side] === null ? [] : find(pair[side], pair)));
  const open = Map.groupBy(found("before"), ({ key }) => key);
  const unmatched: Occurrence[] = [];
  // Those of the same file first, so that the one that is named is the one that is new.
  for (const one of found("after")) {
    const same = open.get(one.key) ?? [];
    const at = same.findIndex(({ path }) => path === one.path);
    if (at === -1) unmatched.push(one);
    else same.splice(at, 1);
  }
  return unmatched.filter((one) => open.get(one.key)?.shift() === undefined);
}

export function occurrence(source: Source, node: Node | Comment, key: string): Occurrence {
  const text = source.text.slice(node.start ?? 0, node.end ?? 0);
  return { key, path: source.path, line: lineOf(node), text };
}
