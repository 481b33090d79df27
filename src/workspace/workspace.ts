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
  readonly base: { commit: string; tree: string };
  /**
   * Records the tree as it stands. Forbidden names (`.git` in any spelling, nested repositories) are removed first and reported.
   * Out: the tree's id and one sentence per violation.
   */
  checkpoint(): Promise<{ tree: string; violations: string[] }>;
  /** What differs between the base tree and a recorded tree, with contents. */
  change(tree: string): Promise<Change>;
}
