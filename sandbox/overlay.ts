import { chmodSync, chownSync, lstatSync, mkdirSync } from "node:fs";
import type { Stats } from "node:fs";
import { isAbsolute, join } from "node:path";
import { findProgram } from "./bubblewrap.ts";
import { canReach } from "./reach.ts";
import { SandboxError, workspaceInside } from "./sandbox.ts";
import type { Bubblewrap, Search } from "./bubblewrap.ts";
import type { Bind } from "./mounts.ts";
import type { User } from "./reach.ts";
import type { Overlay, OverlaySupport, Profile } from "./sandbox.ts";

/** Host programs that mount overlays in a user namespace of their own, before bwrap starts in it. */
export interface OverlayPrograms {
  unshare: string;
  mount: string;
  env: string;
}

/** One overlay that is mounted before bwrap starts. */
export interface OverlayMount {
  lower: string;
  upper: string;
  work: string;
  /** Empty host directory it is mounted on. Each command sees its own mount there, and the host sees none. */
  at: string;
}

/** util-linux's `unshare` and `mount`, and coreutils' `env`; null when one is missing. */
export function findOverlayPrograms(search: Search): OverlayPrograms | null {
  const [unshare, mount, env] = ["unshare", "mount", "env"].map((name) => findProgram(name, search));
  return unshare && mount && env ? { unshare, mount, env } : null;
}

interface Facts {
  user: User;
  trusted: readonly string[];
  overlay: OverlaySupport;
  /** Host directory for the mount points; it need not exist yet. */
  directory: string;
}

/**
 * Turns a profile's overlays into mounts, one per `upper`, and the binds that show them. Nothing is mounted here.
 * @throws SandboxError naming a directory that cannot be used, or when this machine has no overlays.
 */
export function prepareOverlays(profile: Profile, facts: Facts): { mounts: OverlayMount[]; binds: Bind[] } {
  const mounts: OverlayMount[] = [];
  const binds: Bind[] = [];
  for (const [index, overlay] of (profile.overlays ?? []).entries()) {
    if (facts.overlay.kind === "none") throw unsupported(facts.overlay.reason);
    // Protected names are looked for in workspaces only.
    if (overlay.inside === workspaceInside) throw refused(overlay.inside, "is the workspace, which is no overlay");
    checkDirectories(overlay, facts);
    const path = overlay.path ?? "";
    const shows = join(overlay.lower, path);
    expectDirectories(overlay.lower, path);
    const { inside } = overlay;
    const bind = { inside, writable: true, shows, ...(overlay.optional === true ? { optional: true } : {}) };
    if (facts.overlay.kind === "bwrap") {
      const own = { upper: makeSteps(overlay.upper, path, facts.user), work: join(overlay.work, String(index)) };
      makeSteps(overlay.work, String(index), facts.user);
      binds.push({ ...bind, host: shows, overlay: { lower: shows, ...own } });
      continue;
    }
    const mount = mountOf(overlay, mounts, facts.directory);
    if (!mounts.includes(mount)) mounts.push(mount);
    expectDirectories(overlay.upper, path);
    binds.push({ ...bind, host: join(mount.at, path) });
  }
  return { mounts, binds };
}

/** Makes the directories that overlays are mounted on. Commands may share them: a mount is private to its command. */
export function makeMountPoints(mounts: readonly OverlayMount[], user: User): void {
  for (const { at } of mounts) {
    if (lstatSync(at, { throwIfNoEntry: false }) !== undefined) continue;
    mkdirSync(at, { mode: 0o700 });
    if (process.getuid?.() === 0) chownSync(at, user.uid, user.gid);
  }
}

/** Mounts, then becomes the rest. `env` drops what a shell adds (PWD), because bwrap's own environment can be read inside. */
const script = `mount=$1; env=$2; left=$3; shift 3
while [ "$left" -gt 0 ]; do
  "$mount" -t overlay overlay -o "$1" "$2" || { echo "airlock-overlay: $2" >&2; exit 90; }
  shift 2; left=$((left - 1))
done
exec "$env" -i PATH=/usr/bin:/bin "$@"`;

/**
 * bwrap's command line, behind the mounts it needs. Every step executes the next, so that what ends bwrap's process ends all.
 * The user namespace gives the right to mount; bwrap makes its own below it, in which that right does not exist.
 */
export function withOverlays(
  host: { bwrap: Bubblewrap; overlayPrograms: OverlayPrograms | null },
  mounts: readonly OverlayMount[],
  words: readonly string[],
): string[] {
  const bwrap = [host.bwrap.path, ...words];
  if (mounts.length === 0) return bwrap;
  if (host.overlayPrograms === null) throw unsupported("unshare or mount is missing");
  const { unshare, mount, env } = host.overlayPrograms;
  const orders = mounts.flatMap(({ lower, upper, work, at }) => [
    `userxattr,lowerdir=${lower},upperdir=${upper},workdir=${work}`,
    at,
  ]);
  const enter = [unshare, "-Urm", "--propagation", "private", "--", "/bin/sh", "-c", script, "sh"];
  return [...enter, mount, env, String(mounts.length), ...orders, ...bwrap];
}

function mountOf({ lower, upper, work }: Overlay, mounts: readonly OverlayMount[], directory: string): OverlayMount {
  const known = mounts.find((mount) => mount.upper === upper);
  if (known === undefined) {
    if (mounts.some((mount) => mount.work === work)) throw refused(work, "serves two views");
    return { lower, upper, work, at: join(directory, `view-${mounts.length}`) };
  }
  if (known.lower !== lower || known.work !== work) throw refused(upper, "receives the changes of two views");
  return known;
}

function checkDirectories({ lower, upper, work }: Overlay, { user, trusted }: Facts): void {
  const stats = [lower, upper, work].map((path) => checkDirectory(path, user));
  const exposed = trusted.find((path) => [upper, work].some((place) => `${path}/`.startsWith(`${place}/`)));
  if (exposed !== undefined) throw refused(exposed, "lies in a directory that the sandbox may write");
  const nested = [lower, upper, work].find((path, at, all) =>
    all.some((other, index) => index !== at && `${path}/`.startsWith(`${other}/`)),
  );
  if (nested !== undefined) throw refused(nested, "lies in another directory of the same view");
  if (stats[1]?.dev !== stats[2]?.dev) throw refused(work, "is on another file system than its upper directory");
}

function checkDirectory(path: string, user: User): Stats {
  if (!isAbsolute(path)) throw refused(path, "must be an absolute host path");
  // The kernel and mount(8) read these as the end of a name.
  if (/[:,\\"\0\n]/.test(path)) throw refused(path, "has a character that overlayfs cannot take in a name");
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory()) throw refused(path, "is no directory (a symlink?)");
  // Files of another owner could be neither changed nor copied: the user namespace knows one user and one group.
  if (stat.uid !== user.uid || stat.gid !== user.gid)
    throw refused(path, `does not belong to the sandbox's user and group (${user.uid}:${user.gid})`);
  if ((stat.mode & 0o500) !== 0o500) chmodSync(path, (stat.mode & 0o777) | 0o700);
  if (!canReach(path, user)) throw refused(path, `cannot be reached by the sandbox's user (uid ${user.uid})`);
  return stat;
}

/** What exists of a path must be real directories, every step: bwrap follows links in what it binds. */
function expectDirectories(root: string, path: string): void {
  for (const at of stepsOf(root, path)) {
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat !== undefined && !stat.isDirectory()) throw refused(at, "is no directory (a symlink?)");
  }
}

function makeSteps(root: string, path: string, user: User): string {
  expectDirectories(root, path);
  for (const at of stepsOf(root, path)) {
    if (lstatSync(at, { throwIfNoEntry: false }) !== undefined) continue;
    mkdirSync(at, { mode: 0o755 });
    if (process.getuid?.() === 0) chownSync(at, user.uid, user.gid);
  }
  return join(root, path);
}

function stepsOf(root: string, path: string): string[] {
  if (path === "") return [];
  const steps = path.split("/");
  if (steps.some((step) => step === "" || step === "." || step === ".." || step.includes("\0")))
    throw refused(path, "is no path inside a view");
  return steps.map((_step, index) => join(root, ...steps.slice(0, index + 1)));
}

function unsupported(reason: string): SandboxError {
  return new SandboxError(
    `This machine has no writable views (overlayfs): ${reason}`,
    "Mount the directory read-only instead; `Sandbox.overlay` says which it is.",
  );
}

function refused(path: string, why: string): SandboxError {
  return new SandboxError(
    `${path} ${why}.`,
    "Correct the overlays of the profile: this path was named by Airlock, not by a command.",
  );
}
