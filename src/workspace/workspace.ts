import type { Change } from "../change.ts";

/** The host user every git process that sees workspace files runs as; null means the caller's own. */
export type RunAs = { uid: number; gid: number } | null;

/**
 * A throw-away copy of one commit: files without history, remotes or credentials. The git data the host believes lies outside it.
 * Disposing removes everything from disk.
 */
export interface Workspace extends AsyncDisposable {
  /** Host path of the work tree (holds its own read-only `.git` with one commit, for the agent's `git status/diff/log`). */
  readonly root: string;
  /** What is checked out at first. */
  readonly start: { commit: string; tree: string };
  /** What a Change is told against; the start unless the work goes on with something. */
  readonly base: { commit: string; tree: string };
  /**
   * Records the tree as it stands. Forbidden names (`.git` in any spelling, nested repositories), special files and new files
   * too large for any change are removed first and reported, so that the next command can be mounted.
   * In: milliseconds it may take; absent: only git's own limits. Out: the tree's id and one sentence per violation, which may
   * quote names that the model chose.
   * @throws AirlockError `sandbox-failed` when containment did not hold; anything else (`git-failed`, an error of the file
   * system) means that this state cannot be recorded. What was recorded before stays.
   */
  checkpoint(timeoutMs?: number): Promise<{ tree: string; violations: string[] }>;
  /**
   * What differs between the base tree, or another that was recorded, and a recorded tree, with contents.
   * @throws AirlockError as `changeBetween` does.
   */
  change(tree: string, from?: string): Promise<Change>;
}
