import type { Change } from "../change.ts";
import { AirlockError } from "../errors.ts";
import { changeBetween, changeBytesMax } from "./diff.ts";
import { gitText } from "./git.ts";
import { findSource, type Source } from "./source.ts";
import { type Store, treeOf, viewRepository } from "./store.ts";
import { listTree, readBlobs, type TreeFile } from "./tree.ts";

/**
 * A repository on this machine, opened for reading by the person who owns the terminal. Its configuration can change no
 * answer and start no program. Disposing removes what was borrowed.
 */
export interface LocalRepository extends AsyncDisposable {
  readonly source: Source;
  /** Our view of its objects, for `changeBetween`, `applyChange` and the like. */
  readonly store: Store;
}

/**
 * Opens the repository at or above a directory. In: an existing directory of ours, in which the view gets its own.
 * @throws AirlockError `bad-input` when there is none.
 */
export async function openLocal(path: string, dir: string): Promise<LocalRepository> {
  const source = await findSource(path);
  const store = await viewRepository(path, dir);
  return { source, store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

/**
 * The commit and tree that a revision names: a branch, a tag, `HEAD~2`, an id.
 * @throws AirlockError `bad-input` when it names no commit.
 */
export async function resolveRevision(
  local: LocalRepository,
  revision: string,
): Promise<{ commit: string; tree: string }> {
  const { gitDir } = local.source;
  const argv = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`];
  const commit = await gitText({ gitDir, runAs: null }, argv).catch((cause: unknown) => {
    throw notACommit(revision, gitDir, cause);
  });
  if (!/^[0-9a-f]{40}$/.test(commit)) {
    throw new AirlockError({
      code: "unsupported-repository",
      message: `${gitDir} does not use SHA-1 object ids; GitHub serves no others.`,
      fix: "Use a repository with SHA-1 objects.",
    });
  }
  return { commit, tree: await treeOf(local.store, commit) };
}

/** What differs between two commits or trees, as a Change. */
export async function localChange(local: LocalRepository, base: string, head: string): Promise<Change> {
  return changeBetween(local.store, base, head);
}

/** The files of a commit or tree. */
export async function localTree(local: LocalRepository, revision: string): Promise<TreeFile[]> {
  return listTree(local.store, revision);
}

/** A file's bytes at a commit or tree; null when there is no such file, a link or a submodule at that path. */
export async function fileAt(store: Store, revision: string, path: string): Promise<Buffer | null> {
  const file = (await listTree(store, revision)).find((entry) => entry.path === path);
  if (file === undefined || file.mode === "120000" || file.mode === "160000") return null;
  return (await readBlobs(store, [file.sha], changeBytesMax)).get(file.sha) ?? null;
}

/** The bytes of every old side of a Change, by path; null where there is none. */
export async function contentsBefore(store: Store, change: Change): Promise<Map<string, Buffer | null>> {
  const shas = change.flatMap(({ before }) => (before === null || before.mode === "160000" ? [] : [before.sha]));
  const blobs = await readBlobs(store, shas, changeBytesMax);
  return new Map(change.map(({ path, before }) => [path, before === null ? null : (blobs.get(before.sha) ?? null)]));
}

function notACommit(revision: string, gitDir: string, cause: unknown): AirlockError {
  return new AirlockError({
    code: "bad-input",
    message: `${JSON.stringify(revision)} names no commit in ${gitDir}.`,
    fix: "Check the spelling with `git log --oneline --all`; a shallow clone may need `git fetch --unshallow`.",
    cause,
  });
}
