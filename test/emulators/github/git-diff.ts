import { git, gitText } from "./git.ts";
import { commitsIn } from "./git-read.ts";

export interface ChangedFile {
  path: string;
  previousPath: string | null;
  status: "added" | "removed" | "modified" | "renamed";
  sha: string;
  additions: number;
  deletions: number;
  /** Hunks without the file headers, as GitHub's `patch`; null for binary files and pure renames. */
  patch: string | null;
}

const statusOf: Record<string, ChangedFile["status"]> = {
  A: "added",
  D: "removed",
  M: "modified",
  T: "modified",
  R: "renamed",
};

/** What differs between two commits or trees, with renames found as GitHub shows them. */
export function changedFiles(bare: string, from: string, to: string): ChangedFile[] {
  const range = ["--end-of-options", from, to, "--"];
  const raw = git(bare, ["diff-tree", "-r", "-z", "--raw", "-M", ...range])
    .toString("utf8")
    .split("\0");
  const files: ChangedFile[] = [];
  for (let i = 0; i < raw.length && raw[i] !== "";) {
    const [, , before, after, letter] = (raw[i] ?? "").split(" ");
    const renamed = letter?.startsWith("R") === true;
    const first = raw[i + 1] ?? "";
    const path = renamed ? (raw[i + 2] ?? "") : first;
    i += renamed ? 3 : 2;
    const sha = letter === "D" ? (before ?? "") : (after ?? "");
    const status = statusOf[letter?.[0] ?? "M"] ?? "modified";
    const paths = renamed ? [first, path] : [path];
    files.push({ path, previousPath: renamed ? first : null, status, sha, ...patchOf(bare, from, to, paths) });
  }
  return files;
}

function patchOf(
  bare: string,
  from: string,
  to: string,
  paths: string[],
): Pick<ChangedFile, "additions" | "deletions" | "patch"> {
  const literal = paths.map((path) => `:(literal)${path}`);
  const out = git(bare, ["diff-tree", "-p", "-M", "--no-color", "--no-ext-diff", from, to, "--", ...literal]);
  const text = out.toString("utf8").replace(/\n$/, "");
  const start = text.search(/^@@ /m);
  if (start < 0) return { additions: 0, deletions: 0, patch: null };
  const patch = text.slice(start);
  const lines = patch.split("\n");
  return {
    additions: lines.filter((line) => line.startsWith("+")).length,
    deletions: lines.filter((line) => line.startsWith("-")).length,
    patch,
  };
}

/**
 * The workflow files that the commits of a push would create or change: what GitHub refuses without the permission.
 * Commits that some branch already has were let in before and do not count.
 */
export function workflowFilesPushed(bare: string, sha: string): string[] {
  const fresh = gitText(bare, ["rev-list", sha, "--not", "--all", "--"])
    .split("\n")
    .filter((line) => line !== "");
  const paths = fresh.flatMap((commit) => {
    const parent = commitsIn(bare, commit, 1)[0]?.parents[0];
    const from = parent ?? gitText(bare, ["hash-object", "-t", "tree", "--stdin"], { input: "" });
    const out = git(bare, [
      "diff-tree",
      "-r",
      "-z",
      "--name-only",
      "--no-renames",
      "--diff-filter=AMT",
      from,
      commit,
      "--",
      ".github/workflows",
    ]);
    return out
      .toString("utf8")
      .split("\0")
      .filter((path) => path !== "");
  });
  return [...new Set(paths)].toSorted();
}
