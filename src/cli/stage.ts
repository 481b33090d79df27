import { constants } from "node:fs";
import {
  chmod,
  copyFile,
  lchown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
} from "node:fs/promises";
import { join } from "node:path";

interface User {
  uid: number;
  gid: number;
}

/** A directory that the sandbox's user may work in. */
export interface Stage {
  /** Host path to mount. */
  host: string;
  /** Carries what the command changed back to the caller's own directory. Out: the paths that changed, sorted. */
  bringBack(): Promise<string[]>;
}

/**
 * Root's commands run as another user, who can neither enter nor write what is root's. So a root caller's directory is copied for that
 * user, and afterwards the differences are carried back. Anybody else's directory is used as it is.
 * In: an existing directory; a directory of ours for the copy. Pipes, sockets and devices are left out; no link is followed.
 */
export async function stage(directory: string, user: User, ours: string): Promise<Stage> {
  if (process.getuid?.() !== 0) return { host: directory, bringBack: () => Promise.resolve([]) };
  const copy = join(ours, "stage");
  await copyTree(directory, copy, user);
  const owner = await lstat(directory);
  return { host: copy, bringBack: async () => (await carry(copy, directory, "", owner)).toSorted() };
}

async function copyTree(from: string, to: string, user: User): Promise<void> {
  await mkdir(to, { mode: 0o755 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target, user);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (entry.isFile()) await copyPlain(source, target);
    else continue;
    await lchown(target, user.uid, user.gid);
  }
  await lchown(to, user.uid, user.gid);
}

/** Time stamps are kept so that an untouched file can be told from a changed one without reading it. Set-id bits are not. */
async function copyPlain(source: string, target: string): Promise<void> {
  const { mode, atime, mtime } = await lstat(source);
  await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await chmod(target, mode & 0o777);
  await utimes(target, atime, mtime);
}

/** The protected names were read-only inside, so they cannot have changed; the empty ones of ours stay behind. */
const protectedNames = new Set([".git", ".agents", ".codex"]);

/** Makes `to` like `from`, entry by entry, never through a link. The command ended before, so nothing moves meanwhile. */
async function carry(from: string, to: string, path: string, owner: User): Promise<string[]> {
  const names = new Set([...(await readdir(join(from, path))), ...(await readdir(join(to, path)))]);
  const changed: string[] = [];
  for (const name of names) {
    if (protectedNames.has(name)) continue;
    const below = join(path, name);
    const [now, before] = [await kindOf(join(from, below)), await kindOf(join(to, below))];
    if (now === "other" || before === "other") continue;
    if (now === "directory" && before === "directory") {
      changed.push(...(await carry(from, to, below, owner)));
    } else if (!(await same(join(from, below), join(to, below), now, before))) {
      await rm(join(to, below), { recursive: true, force: true });
      await place(join(from, below), join(to, below), now, owner);
      changed.push(below);
    }
  }
  return changed;
}

type Kind = "file" | "link" | "directory" | "absent" | "other";

async function kindOf(path: string): Promise<Kind> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null) return "absent";
  if (stat.isFile()) return "file";
  if (stat.isSymbolicLink()) return "link";
  return stat.isDirectory() ? "directory" : "other";
}

async function same(now: string, before: string, kind: Kind, kindBefore: Kind): Promise<boolean> {
  if (kind !== kindBefore) return false;
  if (kind === "link") return (await readlink(now)) === (await readlink(before));
  const [a, b] = [await lstat(now), await lstat(before)];
  if (a.size !== b.size || (a.mode & 0o777) !== (b.mode & 0o777)) return false;
  return Math.abs(a.mtimeMs - b.mtimeMs) < 1 || (await readFile(now)).equals(await readFile(before));
}

async function place(from: string, to: string, kind: Kind, owner: User): Promise<void> {
  if (kind === "link") await symlink(await readlink(from), to);
  else if (kind === "file") await copyPlain(from, to);
  else if (kind === "directory") await mkdir(to);
  else return;
  await lchown(to, owner.uid, owner.gid);
  if (kind !== "directory") return;
  for (const name of await readdir(from)) {
    const below = await kindOf(join(from, name));
    if (!protectedNames.has(name)) await place(join(from, name), join(to, name), below, owner);
  }
}
