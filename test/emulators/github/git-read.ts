import { git, gitText, tryGit } from "./git.ts";

export interface Person {
  name: string;
  email: string;
  /** Seconds since the epoch. */
  at: number;
}

export interface CommitFacts {
  sha: string;
  tree: string;
  parents: string[];
  author: Person;
  committer: Person;
  message: string;
}

export interface TreeItem {
  mode: string;
  type: "blob" | "tree" | "commit";
  sha: string;
  size: number | null;
  path: string;
}

/** The commit a branch, tag, `heads/…` or id names; null when there is none. */
export function commitAt(bare: string, ref: string): string | null {
  if (ref.startsWith("-") || ref === "") return null;
  for (const name of [`refs/heads/${ref}`, `refs/tags/${ref}`, `refs/${ref}`, ref]) {
    const found = tryGit(bare, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
    if (found.ok) return found.out.toString("utf8").trim();
  }
  return null;
}

/** The object a full ref name points at; null when there is no such ref. */
export function refAt(bare: string, ref: string): string | null {
  const found = tryGit(bare, ["show-ref", "--verify", "--hash", "--", ref]);
  return found.ok ? found.out.toString("utf8").trim() : null;
}

export function refsUnder(bare: string, prefix: string): { ref: string; sha: string }[] {
  const lines = gitText(bare, ["for-each-ref", "--format=%(objectname) %(refname)", prefix]);
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ sha: line.slice(0, 40), ref: line.slice(41) }));
}

export function typeOf(bare: string, sha: string): string | null {
  if (!/^[0-9a-f]{40}$/.test(sha)) return null;
  const found = tryGit(bare, ["cat-file", "-t", sha]);
  return found.ok ? found.out.toString("utf8").trim() : null;
}

export function commitFacts(bare: string, sha: string): CommitFacts {
  const format = "%H%n%T%n%P%n%an%n%ae%n%at%n%cn%n%ce%n%ct%n%B";
  return factsFrom(git(bare, ["log", "-1", `--format=${format}`, "--end-of-options", sha, "--"]).toString("utf8"));
}

/** Commits reachable from `range` (a sha, or `a..b`), newest first. */
export function commitsIn(bare: string, range: string, max = 250): CommitFacts[] {
  const format = "%H%n%T%n%P%n%an%n%ae%n%at%n%cn%n%ce%n%ct%n%B%x00";
  const out = git(bare, [
    "log",
    `--max-count=${max}`,
    "--topo-order",
    `--format=${format}`,
    "--end-of-options",
    range,
    "--",
  ]);
  return out
    .toString("utf8")
    .split("\0")
    .map((text) => text.replace(/^\n/, ""))
    .filter((text) => text !== "")
    .map((text) => factsFrom(text));
}

function factsFrom(text: string): CommitFacts {
  const [sha, tree, parents, an, ae, at, cn, ce, ct, ...message] = text.split("\n");
  return {
    sha: sha ?? "",
    tree: tree ?? "",
    parents: (parents ?? "").split(" ").filter((parent) => parent !== ""),
    author: { name: an ?? "", email: ae ?? "", at: Number(at) },
    committer: { name: cn ?? "", email: ce ?? "", at: Number(ct) },
    message: message.join("\n").trimEnd(),
  };
}

export function treeItems(bare: string, treeish: string, recursive: boolean): TreeItem[] {
  const flags = recursive ? ["-r", "-t"] : [];
  return itemsFrom(git(bare, ["ls-tree", "-z", "--long", ...flags, "--end-of-options", treeish]));
}

/** One path of a commit; null when it is not there. The empty path is the root tree. */
export function itemAt(bare: string, commit: string, path: string): TreeItem | null {
  if (path === "") return { mode: "040000", type: "tree", sha: commitFacts(bare, commit).tree, size: null, path };
  return itemsFrom(git(bare, ["ls-tree", "-z", "--long", "--full-tree", commit, "--", path]))[0] ?? null;
}

function itemsFrom(out: Buffer): TreeItem[] {
  const lines = out.toString("utf8").split("\0");
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode, type, sha, size] = line.slice(0, tab).split(/ +/);
      return {
        mode: mode ?? "",
        type: type === "tree" || type === "commit" ? type : "blob",
        sha: sha ?? "",
        size: size === "-" ? null : Number(size),
        path: line.slice(tab + 1),
      };
    });
}

export function blob(bare: string, sha: string): Buffer {
  return git(bare, ["cat-file", "blob", sha]);
}

/** Whether `ancestor` is reachable from `descendant`, or equal. */
export function isAncestor(bare: string, ancestor: string, descendant: string): boolean {
  return tryGit(bare, ["merge-base", "--is-ancestor", ancestor, descendant]).ok;
}

export function mergeBase(bare: string, a: string, b: string): string | null {
  const found = tryGit(bare, ["merge-base", a, b]);
  return found.ok ? found.out.toString("utf8").trim() : null;
}

export function countCommits(bare: string, range: string): number {
  return Number(gitText(bare, ["rev-list", "--count", range]));
}
