/** Code points that HFS+ ignores when it compares names, so that `.g\u200cit` opens `.git` there (list of git's utf8.c). */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

export type ForbiddenName = "git" | "protected";

/**
 * Whether one path segment is a name that must not appear in the agent's tree: `.git` in any spelling that some file
 * system takes for it (case, NTFS short names, streams, trailing dots and spaces, HFS+ ignorables, a backslash as
 * separator), or `.agents` / `.codex`, which give instructions to agents. Null for every other name.
 */
export function forbiddenName(segment: string): ForbiddenName | null {
  const names = segment.split("\\").map(fold);
  if (names.some((name) => name === ".git" || /^git~\d+$/.test(name))) return "git";
  if (names.some((name) => name === ".agents" || name === ".codex")) return "protected";
  return null;
}

/** Whether a segment is `.gitmodules` in any spelling: git refuses to record such a name when it is a symbolic link. */
export function isGitmodules(segment: string): boolean {
  const name = fold(segment);
  return name === ".gitmodules" || /^(gitmod|gi7eba)~\d+$/.test(name);
}

/** What a careless file system makes of a name. */
function fold(name: string): string {
  const stream = name.indexOf(":");
  const base = stream === -1 ? name : name.slice(0, stream);
  return base
    .replace(ignoredByHfs, "")
    .replace(/[. ]+$/, "")
    .toLowerCase()
    .normalize("NFKC");
}
