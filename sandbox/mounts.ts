import { chmodSync, lstatSync, realpathSync } from "node:fs";
import type { Stats } from "node:fs";
import { basename, dirname, isAbsolute, join, posix } from "node:path";
import { scanWorkspace } from "./protected.ts";
import { canReach } from "./reach.ts";
import { SandboxError, unmountable, workspaceInside } from "./sandbox.ts";
import type { Profile } from "./sandbox.ts";
import type { User } from "./reach.ts";

/** One bind mount. */
export interface Bind {
  host: string;
  inside: string;
  writable: boolean;
  /** For an overlay: the host directory that shows which mount points lie in it, because `host` is mounted only later. */
  shows?: string;
  /** For an overlay that bwrap itself mounts. */
  overlay?: { lower: string; upper: string; work: string };
  optional?: boolean;
}

export interface Mounts {
  /** Parents before children. */
  binds: Bind[];
  /** Inside paths of protected entries, bound onto themselves read-only right after the workspace. */
  protectedBinds: Bind[];
  /** Inside paths covered with an empty file. */
  masked: string[];
  scratch: string[];
}

/** Inside paths that belong to the sandbox itself. */
const reserved = [
  "/proc",
  "/dev",
  "/sys",
  "/etc",
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib64",
  "/tmp",
  "/run",
  "/opt/airlock",
  "/oldroot",
  "/newroot",
];

/**
 * Turns a profile into mounts whose points all exist and are no symlinks: bwrap before 0.12 follows a committed link while
 * it creates a mount point and then writes on the host (CVE-2026-87766), so it is never left anything to create in a tree we did not make.
 * @throws SandboxError naming the path; of kind `workspace` when the fault lies in what a writable directory holds.
 */
export function prepareMounts(
  profile: Profile,
  facts: { user: User; trusted: readonly string[]; overlays?: readonly Bind[] },
): Mounts {
  const binds = profileBinds(profile);
  for (const { inside } of facts.overlays ?? []) checkInside(inside);
  const writable = binds.filter((bind) => bind.writable).map((bind) => bind.host);
  for (const bind of binds) {
    checkInside(bind.inside);
    checkHost(bind, { ...facts, writable });
  }
  // Their host sides were looked at by `prepareOverlays`.
  binds.push(...(facts.overlays ?? []));
  binds.sort((a, b) => depth(a.inside) - depth(b.inside) || (a.inside < b.inside ? -1 : 1));
  const { kept, leftOut } = keepMountable(binds, profile);
  const scratch = (profile.scratch ?? []).filter((inside) => !leftOut.some((path) => inside.startsWith(`${path}/`)));
  for (const inside of scratch) {
    checkInside(inside);
    const fault = mountPointFault(inside, "directory", kept);
    if (fault !== null) throw fault;
  }
  return { binds: kept, scratch: scratch.sort(), ...workspaceGuards(profile, kept) };
}

/** Parents first, so that each mount point is looked up in what really lies below it. */
function keepMountable(binds: readonly Bind[], { readOnly = [] }: Profile): { kept: Bind[]; leftOut: string[] } {
  const kept: Bind[] = [];
  const leftOut: string[] = [];
  for (const bind of binds) {
    if (kept.at(-1)?.inside === bind.inside) throw refused(bind.inside, "is mounted twice");
    const type = bind.shows !== undefined || lstatSync(bind.host).isDirectory() ? "directory" : "file";
    const fault = mountPointFault(bind.inside, type, kept);
    if (fault === null) kept.push(bind);
    else if (
      bind.optional === true ||
      readOnly.some((mount) => mount.inside === bind.inside && mount.optional === true)
    )
      leftOut.push(bind.inside);
    else throw fault;
  }
  return { kept, leftOut };
}

function profileBinds(profile: Profile): Bind[] {
  const { workspace, readOnly = [], writable = [] } = profile;
  const all = [
    ...(workspace
      ? [{ host: workspace.host, inside: workspaceInside, writable: workspace.mode === "workspace-write" }]
      : []),
    ...readOnly.map(({ host, inside }) => ({ host, inside, writable: false })),
    ...writable.map(({ host, inside }) => ({ host, inside, writable: true })),
  ];
  const places = all.filter((bind) => bind.writable).map((bind) => bind.host);
  // A link above the host path is the host's own business; the last component must be real.
  return all.map((bind) => ({
    ...bind,
    host: isAbsolute(bind.host) ? join(realParent(bind.host, places), basename(bind.host)) : bind.host,
  }));
}

function realParent(path: string, writable: readonly string[]): string {
  try {
    return realpathSync(dirname(path));
  } catch (cause) {
    if (below(path, writable)) throw unmountable(`${path} is gone, so it cannot be mounted`, cause);
    throw new SandboxError(
      `${path} does not exist, so it cannot be mounted.`,
      "Create it before the sandbox starts.",
      cause,
    );
  }
}

function checkInside(inside: string): void {
  const plain =
    isAbsolute(inside) && posix.normalize(inside) === inside && !inside.endsWith("/") && !inside.includes("\0");
  const taken = reserved.some((path) => inside === path || inside.startsWith(`${path}/`));
  if (!plain || taken || workspaceInside.startsWith(`${inside}/`)) {
    throw refused(inside, "is not a place where something can be mounted");
  }
}

interface HostFacts {
  user: User;
  trusted: readonly string[];
  /** Host directories that commands may write. */
  writable: readonly string[];
}

function checkHost(bind: Bind, { user, trusted, writable }: HostFacts): void {
  if (!isAbsolute(bind.host)) throw refused(bind.host, "must be an absolute host path");
  const stat = lstatSync(bind.host, { throwIfNoEntry: false });
  const odd =
    stat === undefined ? "does not exist" : mountable(stat) ? null : "is neither a directory nor a file (a symlink?)";
  if (odd !== null) throw below(bind.host, writable) ? unmountable(`${bind.host} ${odd}`) : refused(bind.host, odd);
  if (bind.writable && stat !== undefined) reopen(bind.host, stat);
  if (!canReach(bind.host, user)) {
    throw new SandboxError(
      `The sandbox's user (uid ${user.uid}) cannot reach ${bind.host}.`,
      "Put it below a directory that every user can enter, such as /tmp, and give it to that user.",
    );
  }
  const exposed = bind.writable ? trusted.find((path) => `${path}/`.startsWith(`${bind.host}/`)) : undefined;
  if (exposed !== undefined) {
    throw new SandboxError(
      `${exposed} lies in ${bind.host}, which the sandbox may write.`,
      "Install that program outside the workspace, or put another directory first on PATH.",
    );
  }
}

function mountable(stat: Stats): boolean {
  return stat.isDirectory() || stat.isFile();
}

/** A command that took its own permissions from a writable directory has not broken the sandbox. */
function reopen(directory: string, stat: Stats): void {
  if (stat.isDirectory() && (stat.mode & 0o700) !== 0o700) chmodSync(directory, (stat.mode & 0o777) | 0o700);
}

function below(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => path.startsWith(`${directory}/`));
}

/** A mount point inside another mount must be there already, every step of the way a real directory. */
function mountPointFault(inside: string, type: "directory" | "file", binds: readonly Bind[]): SandboxError | null {
  const cover = binds.findLast((bind) => inside.startsWith(`${bind.inside}/`));
  if (cover === undefined) return null;
  // What a command can change is no fault of the sandbox, and neither is what somebody committed.
  const fault = cover.writable || cover.inside === workspaceInside ? unmountable : refusedText;
  const steps = posix.relative(cover.inside, inside).split("/");
  let at = cover.shows ?? cover.host;
  for (const [index, step] of steps.entries()) {
    at = join(at, step);
    const wanted = index === steps.length - 1 ? type : "directory";
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat === undefined) return fault(`${at} must exist, because it is a mount point`);
    if (wanted === "directory" ? !stat.isDirectory() : !stat.isFile()) {
      return fault(
        stat.isSymbolicLink()
          ? `${at} is a symlink where a mount point is needed`
          : `${at} is not a ${wanted}, but a mount point for one`,
      );
    }
  }
  return null;
}

function workspaceGuards(
  { workspace: asked }: Profile,
  binds: readonly Bind[],
): Pick<Mounts, "protectedBinds" | "masked"> {
  const workspace = binds.find((bind) => bind.inside === workspaceInside);
  if (asked === undefined || workspace === undefined) return { protectedBinds: [], masked: [] };
  const scan = scanWorkspace(workspace.host, asked.mode);
  for (const path of [...scan.protectedPaths, ...scan.sockets]) checkLength(workspace.host, path);
  return {
    protectedBinds: scan.protectedPaths.map((path) => ({
      host: join(workspace.host, path),
      inside: posix.join(workspaceInside, path),
      writable: false,
    })),
    masked: scan.sockets.map((path) => posix.join(workspaceInside, path)),
  };
}

/** The kernel takes 4095 bytes of a path (PATH_MAX with its NUL), and bwrap puts `/oldroot` or `/newroot` before each. */
function checkLength(host: string, path: string): void {
  const longest = Math.max(Buffer.byteLength(host), Buffer.byteLength(workspaceInside));
  const bytes = "/oldroot/".length + longest + Buffer.byteLength(path);
  if (bytes > 4095) throw unmountable(`${path.slice(0, 100)}… is a path too long to be mounted`);
}

function depth(inside: string): number {
  return inside.split("/").length;
}

function refused(path: string, why: string): SandboxError {
  return refusedText(`${path} ${why}`);
}

function refusedText(what: string): SandboxError {
  return new SandboxError(
    `${what}.`,
    "Correct the mounts of the profile: this path was named by Airlock, not by a command.",
  );
}
