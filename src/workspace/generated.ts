import { constants } from "node:fs";
import { copyFile, lchown, lstat, lutimes, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Checkout, hashTree } from "./checkout.ts";
import { forbiddenName } from "./forbidden-name.ts";
import { git } from "./git.ts";
import { type Store, withIndex } from "./store.ts";
import type { RunAs } from "./workspace.ts";

/** What commands left in a checkout, as paths below its root. */
export interface Left {
  /** Files of the tree that are another now. */
  changed: string[];
  /** New files that git ignores. */
  ignored: string[];
  /** New files that git does not ignore, and nested repositories. */
  others: string[];
}

/** Looks at a checkout in which nothing runs any more. @throws AirlockError `git-failed` when its files cannot be read. */
export async function leftIn(store: Store, checkout: Checkout): Promise<Left> {
  const { changed } = await hashTree(store, checkout);
  return await withIndex(store, async (indexFile) => {
    const call = { ...store, indexFile, workTree: checkout.root, cwd: checkout.root };
    await git(call, ["read-tree", "--end-of-options", checkout.tree]);
    const list = async (...more: string[]) =>
      (await git(call, ["ls-files", "-z", "--others", "--exclude-standard", ...more]))
        .toString("utf8")
        .split("\0")
        .filter((path) => path !== "");
    return { changed, ignored: await list("--ignored"), others: await list() };
  });
}

/** Files and bytes of them that are kept; generated code is far below. */
const generatedMax = { files: 20_000, bytes: 1024 * 1024 * 1024 };

export type Kept =
  | { kind: "kept"; files: number; dropped: string[] }
  /** More than the limits; one sentence. */
  | { kind: "too-much"; reason: string };

/**
 * Copies plain files out of a checkout into an empty directory of ours. Links, special files and forbidden names (`.git` in any
 * spelling, `.agents`, `.codex`) are dropped and named; no link is followed. In: `max`, absent: what generated code needs.
 */
export async function keepFiles(
  from: string,
  paths: readonly string[],
  { into, runAs, max = generatedMax }: { into: string; runAs: RunAs; max?: { files: number; bytes: number } },
): Promise<Kept> {
  const dropped: string[] = [];
  let [files, bytes] = [0, 0];
  for (const path of paths) {
    const steps = path.split("/");
    const size = steps.some((step) => forbiddenName(step) !== null) ? null : await plainFile(from, steps);
    if (size === null) {
      dropped.push(path);
      continue;
    }
    [files, bytes] = [files + 1, bytes + size];
    if (files > max.files) return { kind: "too-much", reason: `they are more than ${max.files} files` };
    if (bytes > max.bytes) return { kind: "too-much", reason: `they have more than ${max.bytes} bytes` };
    await place(join(from, path), into, { steps, runAs });
  }
  return { kind: "kept", files, dropped };
}

/**
 * Puts kept files into a fresh checkout in which nothing runs yet. What the tree itself has at a path stays: a file there, or a link or a
 * file in the place of a directory. Out: the paths that were written, for git to ignore whatever becomes of `.gitignore`.
 * In: `time`, the time stamp they get; absent: now.
 */
export async function layFiles(directory: string, root: string, runAs: RunAs, time?: Date): Promise<string[]> {
  const laid: string[] = [];
  for (const path of await filesIn(directory)) {
    if (!(await place(join(directory, path), root, { steps: path.split("/"), runAs }))) continue;
    if (time !== undefined) await lutimes(join(root, path), time, time);
    laid.push(path);
  }
  return laid;
}

/** The plain files below a directory, as sorted paths; no link is followed. */
export async function filesIn(directory: string, path = ""): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(directory, path), { withFileTypes: true })) {
    const below = path === "" ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesIn(directory, below)));
    else if (entry.isFile()) found.push(below);
  }
  return found.toSorted();
}

/** Bytes of a plain file that is reached through real directories only; null for anything else. */
async function plainFile(root: string, steps: readonly string[]): Promise<number | null> {
  for (let count = 1; count <= steps.length; count += 1) {
    const stat = await lstat(join(root, ...steps.slice(0, count))).catch(() => null);
    if (stat === null) return null;
    if (count < steps.length ? !stat.isDirectory() : !stat.isFile()) return null;
    if (count === steps.length) return stat.size;
  }
  return null;
}

/** Whether the file was written: not where the tree has something of its own. */
async function place(
  from: string,
  root: string,
  { steps, runAs }: { steps: readonly string[]; runAs: RunAs },
): Promise<boolean> {
  for (let count = 1; count < steps.length; count += 1) {
    const directory = join(root, ...steps.slice(0, count));
    const stat = await lstat(directory).catch(() => null);
    if (stat?.isDirectory() === true) continue;
    if (stat !== null) return false;
    await mkdir(directory, { mode: 0o755 });
    await give(directory, runAs);
  }
  const path = join(root, ...steps);
  if ((await lstat(path).catch(() => null)) !== null) return false;
  await copyFile(from, path, constants.COPYFILE_EXCL);
  await give(path, runAs);
  return true;
}

async function give(path: string, runAs: RunAs): Promise<void> {
  if (runAs !== null && process.getuid?.() === 0) await lchown(path, runAs.uid, runAs.gid);
}
