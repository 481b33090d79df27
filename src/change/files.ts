import type { Change, Mode } from "../change.ts";

/** A tree's files by path, without their contents. */
export type Files = ReadonlyMap<string, { mode: Mode; sha: string }>;

/** A path on which two trees differ. */
export interface Difference {
  path: string;
  before: { mode: Mode; sha: string } | null;
  after: { mode: Mode; sha: string } | null;
}

/** The files after a Change, or the first path where the Change tells of other files than these. Pure. */
export function filesAfter(
  files: Files,
  change: Change,
): { kind: "files"; files: Files } | { kind: "mismatch"; path: string } {
  const after = new Map(files);
  for (const entry of change) {
    const there = files.get(entry.path) ?? null;
    if (there?.mode !== entry.before?.mode || there?.sha !== entry.before?.sha)
      return { kind: "mismatch", path: entry.path };
    if (entry.after === null) after.delete(entry.path);
    else after.set(entry.path, { mode: entry.after.mode, sha: entry.after.sha });
  }
  return { kind: "files", files: after };
}

/** What differs between the files of two trees, sorted by the bytes of the path, as a Change is. Pure. */
export function differences(before: Files, after: Files): Difference[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths]
    .map((path) => ({ path, before: before.get(path) ?? null, after: after.get(path) ?? null }))
    .filter(({ before: old, after: now }) => old?.mode !== now?.mode || old?.sha !== now?.sha)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}
