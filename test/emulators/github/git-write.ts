import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "./answer.ts";
import { git, gitText, tryGit } from "./git.ts";
import type { Person } from "./git-read.ts";
import { typeOf } from "./git-read.ts";

export interface TreeEntry {
  path: string;
  mode: string;
  /** null deletes the path. */
  sha: string | null;
}

export function writeBlob(bare: string, bytes: Buffer): string {
  return gitText(bare, ["hash-object", "-w", "--stdin", "--no-filters"], { input: bytes });
}

/**
 * A tree from entries over an optional base, through a private index as GitHub's own tree call behaves.
 * @throws Refusal 422 for a missing object, a path git refuses, or the deletion of a path that is not there.
 */
export function writeTree(bare: string, base: string | null, entries: TreeEntry[]): string {
  const index = join(bare, `tree-${randomUUID()}.index`);
  const env = { GIT_INDEX_FILE: index };
  try {
    git(bare, ["read-tree", base ?? "--empty"], { env });
    const known = new Set(gitText(bare, ["ls-files", "-z"], { env }).split("\0"));
    for (const entry of entries) checkEntry(bare, entry, known);
    const lines = entries.map(
      ({ path, mode, sha }) => `${sha === null ? "0" : mode} ${sha ?? "0".repeat(40)}\t${path}\0`,
    );
    const added = tryGit(bare, ["update-index", "-z", "--index-info"], { env, input: lines.join("") });
    if (!added.ok) throw new Refusal(422, `tree.path contains a malformed path component: ${added.error}`);
    return gitText(bare, ["write-tree"], { env });
  } finally {
    rmSync(index, { force: true });
  }
}

function checkEntry(bare: string, { path, mode, sha }: TreeEntry, known: Set<string>): void {
  if (sha === null) {
    if (!known.has(path)) throw new Refusal(422, "GitRPC::BadObjectState");
    return;
  }
  if (path.split("/").some((part) => [".git", "..", ".", ""].includes(part.toLowerCase()))) {
    throw new Refusal(422, "tree.path contains a malformed path component");
  }
  if (mode === "160000") return;
  if (typeOf(bare, sha) !== "blob") throw new Refusal(422, `tree.sha ${sha} is not a valid blob`);
}

export interface NewCommit {
  tree: string;
  parents: string[];
  message: string;
  author: Person;
  committer: Person;
}

export function writeCommit(bare: string, { tree, parents, message, author, committer }: NewCommit): string {
  const env = {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: `${author.at} +0000`,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: `${committer.at} +0000`,
  };
  const flags = parents.flatMap((parent) => ["-p", parent]);
  return gitText(bare, ["commit-tree", ...flags, "-F", "-", tree], { env, input: message });
}

export function setRef(bare: string, ref: string, sha: string): void {
  git(bare, ["update-ref", "--end-of-options", ref, sha]);
}

export function deleteRef(bare: string, ref: string): void {
  git(bare, ["update-ref", "-d", "--end-of-options", ref]);
}

export function isRefName(bare: string, ref: string): boolean {
  return tryGit(bare, ["check-ref-format", ref]).ok;
}
