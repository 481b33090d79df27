import type { Facts } from "./facts.ts";
import { opinion, shownPaths, type Opinion } from "./opinion.ts";

/**
 * Low is for files that either nothing executes (plain text, Markdown without new HTML) or that the checks judge (source code and its
 * data). The source documents give low to every small change without a risky path; a shell script, a template or an unknown
 * kind of file is run by something that no check of ours looks at, so it is at least medium.
 */
export function fileTypes({ entries }: Facts): Opinion[] {
  const paths = entries.filter(({ type }) => type === "other").map(({ path }) => path);
  if (paths.length === 0) return [];
  const message = "No check judges this kind of file, and something may execute it.";
  const reason = { rule: "file-type", level: "medium", saw: shownPaths(paths), message } as const;
  return [opinion(reason, "Change only source code that the checks cover, or plain text.")];
}
