import { lstat, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Change, ChangeEntry } from "../change.ts";
import { AirlockError } from "../errors.ts";
import { forbiddenName } from "./forbidden-name.ts";
import { indexInfo, writeBlobs } from "./apply.ts";
import { git } from "./git.ts";
import type { LocalRepository } from "./local.ts";
import { type Store, withIndex } from "./store.ts";
import { splitNul } from "./tree.ts";

export type Applied =
  | { kind: "applied" }
  /** Nothing was written: these paths do not hold what the Change starts from. */
  | { kind: "not_clean"; paths: string[] };

/**
 * Writes a Change into the work tree of a local repository, if every path it touches is exactly as the Change expects.
 * The index and the history are left alone, as `git apply` does. Nothing is written through a link; no filter runs.
 * @throws AirlockError `bad-input` for a bare repository or a path that may not be written, `tree-mismatch` for contents that
 * are not their ids.
 */
export async function applyToWorkTree({ source, store }: LocalRepository, change: Change): Promise<Applied> {
  const root = source.workTree;
  if (root === null) throw refused("the repository is bare", "Use `-C` with a checkout.");
  const bad = change.find(({ path, after }) => after?.mode === "160000" || !isSafePath(path));
  if (bad !== undefined)
    throw refused(`${JSON.stringify(bad.path)} may not be written`, "Leave this path out of the change.");
  await writeBlobs(store, change);
  const paths = await unclean(store, root, change);
  if (paths.length > 0) return { kind: "not_clean", paths };
  for (const { path, after } of change) if (after === null) await remove(root, path);
  const here = change.filter(({ after }) => after !== null);
  await withIndex(store, async (indexFile) => {
    const call = { ...store, indexFile, workTree: root, cwd: root };
    await git({ ...call, stdin: indexInfo(here) }, ["update-index", "-z", "--index-info"]);
    // Every path was seen to be as expected, so what is overwritten here is known.
    await git(call, ["checkout-index", "--all", "--force", "--quiet"]);
  });
  return { kind: "applied" };
}

/**
 * Paths of the work tree that are not what a tree says, sorted: changed, removed or new ones; ignored files are none. A new directory is
 * one path with a slash at its end. A bare repository has none. In: the tree's id.
 */
export async function uncommitted({ source, store }: LocalRepository, tree: string): Promise<string[]> {
  const root = source.workTree;
  if (root === null) return [];
  return withIndex(store, async (indexFile) => {
    const call = { ...store, indexFile, workTree: root, cwd: root };
    await git(call, ["read-tree", tree]);
    await git(call, ["update-index", "-q", "--really-refresh"]).catch(() => undefined);
    const changed = await git(call, ["diff-files", "-z", "--name-only", "--ignore-submodules=all"]);
    const exclude = join(source.gitDir, "info/exclude");
    const own = (await lstat(exclude).catch(() => null))?.isFile() === true ? [`--exclude-from=${exclude}`] : [];
    const others = ["ls-files", "-z", "--others", "--directory", "--no-empty-directory", "--exclude-standard", ...own];
    const fresh = await git(call, others);
    return [...splitNul(changed), ...splitNul(fresh)].map((path) => path.toString("utf8")).sort();
  });
}

/** Paths of the work tree that are not what the Change starts from. */
async function unclean(store: Store, root: string, change: Change): Promise<string[]> {
  const blocked = new Set<string>();
  for (const entry of change) {
    if (!(await standsFree(root, entry))) blocked.add(entry.path);
  }
  const existing = change.filter(({ before, path }) => before !== null && !blocked.has(path));
  for (const path of await modified(store, root, existing)) blocked.add(path);
  return [...blocked].sort();
}

/** No parent is a link or a file, and a new path does not exist yet. */
async function standsFree(root: string, { path, before }: ChangeEntry): Promise<boolean> {
  for (let parent = dirname(path); parent !== "."; parent = dirname(parent)) {
    const stat = await lstat(join(root, parent)).catch(() => null);
    if (stat !== null && !stat.isDirectory()) return false;
  }
  return before !== null || (await lstat(join(root, path)).catch(() => null)) === null;
}

async function modified(store: Store, root: string, entries: Change): Promise<string[]> {
  const asBefore = entries.flatMap((entry) =>
    entry.before === null ? [] : [{ ...entry, after: { ...entry.before, content: "" } }],
  );
  return withIndex(store, async (indexFile) => {
    const call = { ...store, indexFile, workTree: root, cwd: root };
    await git({ ...call, stdin: indexInfo(asBefore) }, ["update-index", "-z", "--index-info"]);
    // An index made by hand knows no file's size or time: the refresh reads each one and ends with 1 when one differs.
    await git(call, ["update-index", "-q", "--really-refresh"]).catch(() => undefined);
    const out = await git(call, ["diff-files", "-z", "--name-only", "--ignore-submodules=none"]);
    return splitNul(out).map((path) => path.toString("utf8"));
  });
}

async function remove(root: string, path: string): Promise<void> {
  await unlink(join(root, path));
  for (let parent = dirname(path); parent !== "."; parent = dirname(parent)) {
    const emptied = await rmdir(join(root, parent)).then(
      () => true,
      () => false,
    );
    if (!emptied) return;
  }
}

function isSafePath(path: string): boolean {
  return path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && forbiddenName(part) !== "git");
}

function refused(why: string, fix: string): AirlockError {
  return new AirlockError({ code: "bad-input", message: `The change cannot be written here: ${why}.`, fix });
}
