import { randomUUID } from "node:crypto";
import { chmod, chown, lstat, mkdir, realpath, rmdir, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { canReach } from "../../sandbox/reach.ts";

interface User {
  uid: number;
  gid: number;
}

export type CacheRoot = { kind: "usable"; path: string } | { kind: "refused"; reason: string };

/**
 * Makes and judges the directory of an environment cache: a real directory of ours that nobody else can write, below directories that
 * nobody else can replace, and that the sandbox's user can pass through. It may lie behind links of the machine (a home on another
 * disk), but is itself none.
 */
export async function cacheRoot(wanted: string, user: User): Promise<CacheRoot> {
  if (!isAbsolute(wanted)) return refused(`${wanted} is no absolute path`);
  if (/[:,\\"\n]/.test(wanted)) return refused(`${wanted} has a character that overlayfs cannot take`);
  const own = process.getuid?.() ?? 0;
  try {
    await mkdir(dirname(wanted), { recursive: true, mode: 0o755 });
    // Root's installations belong to the sandbox's user, who passes through and lists nothing.
    const made = await mkdir(wanted).then(
      () => true,
      () => false,
    );
    if (made) {
      // A set-gid directory above would give everything below another group, which no overlay can show.
      await chown(wanted, own, process.getgid?.() ?? 0);
      await chmod(wanted, own === 0 ? 0o711 : 0o700);
    }
    const found = await lstat(wanted);
    if (!found.isDirectory()) return refused(`${wanted} is no directory (a symlink?)`);
    if (found.uid !== own) return refused(`${wanted} belongs to another user`);
    if ((found.mode & 0o022) !== 0) return refused(`${wanted} can be written by others (chmod go-w)`);
    const path = await realpath(wanted);
    const open = await replaceable(dirname(path), own);
    if (open !== null) return refused(`${open}, above the cache, can be changed by others`);
    if (own === 0 && !(await passable(path, user))) {
      return refused(`the sandbox's user (uid ${user.uid}) cannot pass through to ${path}`);
    }
    return { kind: "usable", path };
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
}

/** The nearest directory above in which another user could put something else in our place; null when there is none. */
async function replaceable(directory: string, own: number): Promise<string | null> {
  const { mode, uid, gid } = await stat(directory);
  const sticky = (mode & 0o1000) !== 0;
  const byGroup = (mode & 0o020) !== 0 && !(uid === own && gid === process.getgid?.());
  const byOthers = (mode & 0o002) !== 0;
  if ((uid !== 0 && uid !== own) || ((byGroup || byOthers) && !sticky)) return directory;
  return directory === dirname(directory) ? null : replaceable(dirname(directory), own);
}

async function passable(path: string, user: User): Promise<boolean> {
  const trial = join(path, `reach-${randomUUID()}`);
  await mkdir(trial, { mode: 0o700 });
  try {
    await chown(trial, user.uid, user.gid);
    return canReach(trial, user);
  } finally {
    await rmdir(trial);
  }
}

function refused(reason: string): CacheRoot {
  return { kind: "refused", reason };
}
