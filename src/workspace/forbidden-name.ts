import { fileSystemName, isGitName } from "../change/git-name.ts";

type ForbiddenName = "git" | "protected";

/**
 * Whether one path segment is a name that must not appear in the agent's tree: `.git` in any spelling that some file system
 * takes for it, or `.agents` / `.codex`, which give instructions to agents. Null for every other name.
 */
export function forbiddenName(segment: string): ForbiddenName | null {
  if (isGitName(segment)) return "git";
  const names = segment.split("\\").map(fileSystemName);
  return names.some((name) => name === ".agents" || name === ".codex") ? "protected" : null;
}
