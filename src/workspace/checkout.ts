import { join } from "node:path";
import { AirlockError } from "../errors.ts";
import { diffTrees } from "./diff.ts";
import { forbiddenName } from "./forbidden-name.ts";
import { git, gitText } from "./git.ts";
import { type InsideGit, plantGit } from "./inside-git.ts";
import { makeMountPoints, protectedDirectories } from "./mount-points.ts";
import { makeOwnedDirectory, removeTree } from "./owned.ts";
import { type Store, withIndex } from "./store.ts";
import { removeSpecialFiles } from "./sweep.ts";
import { listTree, type TreeFile } from "./tree.ts";

/** A tree's files on disk, for one agent or one check. Disposing removes them. */
export interface Checkout extends AsyncDisposable {
  /** Host path of the work tree; it holds its own `.git` with one commit, for read-only use inside the sandbox, unless it is `bare`. */
  readonly root: string;
  readonly tree: string;
  /** Empty directories that we made and that belong to no tree. */
  readonly created: readonly string[];
  /** Everything the tree holds. */
  readonly files: readonly TreeFile[];
}

/**
 * Writes a tree into a fresh directory inside the store's own, owned by its user, with an empty `node_modules` and the
 * other mount points the sandbox needs. No filter, hook or submodule runs, and no line ending is converted:
 * what is on disk is what the blobs hold.
 * In: `name`, a new directory name; `mountPoints`, paths that will be mounted over; `bare`, only the files, for a tree that is only read.
 * @throws AirlockError `workspace-unusable` for a tree that cannot be contained: links at protected names or mount points.
 */
export async function checkoutTree(
  store: Store,
  options: { tree: string; name: string; mountPoints?: readonly string[]; bare?: boolean },
): Promise<Checkout> {
  const { tree, name, mountPoints = [], bare = false } = options;
  const root = join(store.directory, name);
  const files = await listTree(store, tree);
  refuseUncontainable(files);
  await makeOwnedDirectory(root, store.runAs);
  try {
    const inside = bare ? undefined : await plantGit(store, { root, tree });
    await writeFiles(store, { tree, root, inside });
    const wanted = [...protectedDirectories, "node_modules", ...mountPoints];
    const created = await makeMountPoints(root, wanted, store.runAs);
    await inside?.exclude(created);
    return { root, tree, created, files, [Symbol.asyncDispose]: () => removeTree(root) };
  } catch (error) {
    await removeTree(root);
    throw error;
  }
}

/**
 * Hashes the files of a work tree again, every byte, without trusting a time stamp. Out: the tree they make, counting only
 * the paths of `tree`, and which of these changed. What a command newly wrote is not counted. Pipes and the like are removed.
 */
export async function hashTree(
  store: Store,
  { root, tree }: Pick<Checkout, "root" | "tree">,
): Promise<{ tree: string; changed: string[] }> {
  await removeSpecialFiles(root);
  const now = await withIndex(store, async (indexFile) => {
    const call = { ...store, indexFile, workTree: root, cwd: root };
    // An index straight from a tree knows no file's size or time, so git reads each one.
    await git(call, ["read-tree", "--end-of-options", tree]);
    await git(call, ["add", "--update"]);
    return gitText(call, ["write-tree"]);
  });
  const changed = now === tree ? [] : await diffTrees(store, tree, now);
  return { tree: now, changed: changed.map(({ path }) => path) };
}

/** The repository inside gets its index with the files: sizes and times are in it, so that `git status` there need not read each one. */
async function writeFiles(
  store: Store,
  { tree, root, inside }: { tree: string; root: string; inside: InsideGit | undefined },
): Promise<void> {
  const write = async (indexFile: string) => {
    const call = { ...store, indexFile, workTree: root, cwd: root };
    await git(call, ["read-tree", "--end-of-options", tree]);
    await git(call, ["checkout-index", "--all", "--index", "--quiet"]);
  };
  await (inside === undefined ? withIndex(store, write) : write(inside.indexFile));
}

function refuseUncontainable(files: readonly TreeFile[]): void {
  for (const { path, mode } of files) {
    const segments = path.split("/");
    const kinds = segments.map(forbiddenName);
    if (kinds.includes("git")) throw unusable(path, "a spelling of .git is committed");
    const isFile = mode === "100644" || mode === "100755";
    if (kinds.at(-1) === "protected" && !isFile) throw unusable(path, "a link stands at a protected name");
  }
}

function unusable(path: string, why: string): AirlockError {
  return new AirlockError({
    code: "workspace-unusable",
    message: `The repository cannot be worked on safely: ${JSON.stringify(path)}: ${why}.`,
    fix: "Remove or rename this path in the repository.",
  });
}
