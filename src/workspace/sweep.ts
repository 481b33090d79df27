import type { Stats } from "node:fs";
import { chmod, lstat, readdir, unlink } from "node:fs/promises";
import { AirlockError } from "../errors.ts";
import { isGitmodulesName } from "../change/git-name.ts";
import { forbiddenName } from "./forbidden-name.ts";
import { removeTree } from "./owned.ts";

/** Bytes of a directory's path above which names inside could no longer be spelled (the kernel takes 4096). */
const pathBytesMax = 3_500;

export interface Sweep {
  /** Top of the work tree. */
  root: string;
  /** Paths of the base tree and of the mount points, directories included, as latin1 text of their bytes: they were here before the agent. */
  known: ReadonlySet<string>;
  /** Stops the walk, which then throws the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Removes what must not be recorded from a work tree in which nothing runs any more: `.git` in any spelling, nested
 * repositories, new `.agents` and `.codex`, sockets, FIFOs, devices, names that are not UTF-8. Restores the owner's
 * permissions where they were taken away. Links are never followed. Out: one sentence per removal.
 * @throws AirlockError `sandbox-failed` when the work tree's own read-only `.git` was replaced: containment failed.
 */
export async function sweep({ root, known, signal }: Sweep): Promise<string[]> {
  const own = await lstat(`${root}/.git`).catch(() => null);
  if (own === null || !own.isDirectory()) {
    throw new AirlockError({
      code: "sandbox-failed",
      message:
        "The work tree's own .git directory is gone or was replaced, although it is read-only inside the sandbox.",
      fix: "Run `airlock doctor`: the sandbox on this machine does not hold.",
    });
  }
  return walk(root, (entry) => {
    signal?.throwIfAborted();
    return forbidden(entry, known) ?? special(entry);
  });
}

/**
 * Removes pipes, sockets and devices from a work tree in which nothing runs any more: git would wait for ever on a pipe in
 * the place of a `.gitattributes`. Restores the owner's permissions, as `sweep` does. Out: one sentence per removal.
 */
export async function removeSpecialFiles(root: string): Promise<string[]> {
  return walk(root, special);
}

interface Entry {
  name: Buffer;
  /** Host path. */
  full: Buffer;
  /** Path below the root as latin1 text of its bytes. */
  inTree: string;
  stat: Stats;
}

/** Why an entry is removed, or null. */
type Rule = (entry: Entry) => string | null;

async function walk(root: string, rule: Rule): Promise<string[]> {
  const removed: string[] = [];
  await walkDirectory(Buffer.from(root), "", rule, removed);
  return removed;
}

async function walkDirectory(path: Buffer, above: string, rule: Rule, removed: string[]): Promise<void> {
  for (const name of await readdir(path, { encoding: "buffer" })) {
    const inTree = above + name.toString("latin1");
    if (inTree === ".git") continue;
    const full = Buffer.concat([path, Buffer.from("/"), name]);
    const stat = await lstat(full);
    const why = rule({ name, full, inTree, stat });
    if (why !== null) {
      await remove(full, stat);
      removed.push(`Removed ${JSON.stringify(shorten(Buffer.from(inTree, "latin1").toString("utf8")))}: ${why}.`);
      continue;
    }
    await restorePermissions(full, stat);
    if (stat.isDirectory()) await walkDirectory(full, `${inTree}/`, rule, removed);
  }
}

/** What the base tree had under this very path may stay, unless git itself refuses it. */
function forbidden({ name, inTree, stat }: Entry, known: ReadonlySet<string>): string | null {
  const text = decode(name);
  if (text === null) return known.has(inTree) ? null : "its name is not UTF-8";
  const kind = forbiddenName(text);
  if (kind === "git") return stat.isDirectory() ? "a nested git repository" : "a spelling of .git";
  if (kind === "protected" && !known.has(inTree)) return "agents take instructions from it, and it is new";
  if (kind === "protected" && !stat.isDirectory() && !stat.isFile())
    return "a link or a special file that agents follow";
  if (isGitmodulesName(text) && stat.isSymbolicLink()) return "a link in the place of .gitmodules";
  return null;
}

function special({ full, stat }: Entry): string | null {
  if (stat.isSocket()) return "a socket";
  if (stat.isFIFO()) return "a named pipe";
  if (stat.isCharacterDevice() || stat.isBlockDevice()) return "a device";
  if (stat.isDirectory() && full.byteLength > pathBytesMax) return "directories nested too deeply";
  return null;
}

/** A path as it may stand in a sentence. */
export function shorten(path: string): string {
  return path.length > 200 ? `${path.slice(0, 200)}…` : path;
}

async function remove(path: Buffer, stat: Stats): Promise<void> {
  await (stat.isDirectory() ? removeTree(path) : unlink(path));
}

/** A file its owner may not read would stop git from recording anything at all. */
async function restorePermissions(path: Buffer, stat: Stats): Promise<void> {
  const needed = stat.isDirectory() ? 0o700 : stat.isFile() ? 0o400 : 0;
  if ((stat.mode & needed) !== needed) await chmod(path, (stat.mode & 0o777) | needed);
}

function decode(name: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(name);
  } catch {
    return null;
  }
}
