import { randomUUID } from "node:crypto";
import { realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { AirlockError } from "../errors.ts";
import { git, type GitCall, gitPipe, gitText } from "./git.ts";
import { makeOwnedDirectory, makePrivateDirectory, removeTree, writeOwnedFile } from "./owned.ts";
import { findSource } from "./source.ts";
import type { RunAs } from "./workspace.ts";

/**
 * A private bare repository of ours: the only git data the host believes. It has no history, remotes, hooks or
 * configuration of anybody else. Disposing removes it from disk.
 */
export interface Store extends AsyncDisposable {
  /** Private directory around the repository, for whatever belongs to this store: indexes, work trees. */
  readonly directory: string;
  readonly gitDir: string;
  /** The user that owns it and that every git process on it runs as. */
  readonly runAs: RunAs;
}

/** Overrides every `.gitattributes`: no program named by the repository ever sees a file. */
const noPrograms = "* !filter !ident !diff !merge !working-tree-encoding";
/** As above, and no line ending is converted either: the bytes on disk are the bytes of the blob, in both directions. */
export const exactBytes = `${noPrograms} -text\n`;

/**
 * Opens a repository for reading without its configuration: an empty repository of ours that borrows its objects.
 * New objects are written to ours. `source` is a directory in or above the repository, which may belong to another user.
 * @throws AirlockError `bad-input` when there is no repository.
 */
export async function viewRepository(source: string, dir: string): Promise<Store> {
  const { objects } = await findSource(source);
  // What is written into a person's own work tree through a view gets the line endings that the repository asks for.
  const view = await emptyStore(dir, null, `${noPrograms}\n`);
  await makeOwnedDirectory(join(view.gitDir, "objects/info"), null).catch(() => undefined);
  await writeOwnedFile(join(view.gitDir, "objects/info/alternates"), `${objects}\n`, null);
  return view;
}

/** Makes a store that holds the objects of these trees and nothing else, owned by `runAs`. */
export async function copyTrees(from: Store, trees: readonly string[], dir: string, runAs: RunAs): Promise<Store> {
  const store = await emptyStore(dir, runAs, exactBytes);
  try {
    await copyObjects(from, store, trees);
    return store;
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

/** Copies every object reachable from the trees. The receiving git recomputes each object's id from its bytes. */
export async function copyObjects(from: GitCall, to: GitCall, trees: readonly string[]): Promise<void> {
  const list = await git({ ...from, stdin: trees.map((tree) => `${tree}\n`).join("") }, [
    "rev-list",
    "--objects",
    "--no-object-names",
    "--stdin",
  ]);
  await gitPipe(
    [{ ...from, stdin: list }, ["pack-objects", "-q", "--stdout", "--delta-base-offset", "--window=0"]],
    [to, ["index-pack", "--stdin"]],
  );
}

/**
 * The tree of a commit.
 * @throws AirlockError `workspace-unusable` when the commit is not there.
 */
export async function treeOf(store: Store, commit: string): Promise<string> {
  try {
    return await gitText(store, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{tree}`]);
  } catch (cause) {
    throw new AirlockError({
      code: "workspace-unusable",
      message: `The repository does not hold the commit ${commit}.`,
      fix: "Fetch it first. In a workflow, the checkout step needs `ref:` with this commit.",
      cause,
    });
  }
}

/** Gives `use` the path of an index file that does not exist yet, and removes it afterwards. */
export async function withIndex<T>(store: Store, use: (indexFile: string) => Promise<T>): Promise<T> {
  const indexFile = join(store.directory, `index-${randomUUID()}`);
  try {
    return await use(indexFile);
  } finally {
    await rm(indexFile, { force: true });
  }
}

async function emptyStore(dir: string, runAs: RunAs, attributes: string): Promise<Store> {
  const directory = await makePrivateDirectory(await realpath(dir), "airlock-git-", runAs);
  const gitDir = join(directory, "git");
  const store = { directory, gitDir, runAs, [Symbol.asyncDispose]: () => removeTree(directory) };
  try {
    await makeOwnedDirectory(gitDir, runAs);
    await git(store, ["init", "--quiet", "--bare", "--template=", "--object-format=sha1"]);
    await makeOwnedDirectory(join(gitDir, "info"), runAs);
    await writeOwnedFile(join(gitDir, "info/attributes"), attributes, runAs);
    return store;
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}
