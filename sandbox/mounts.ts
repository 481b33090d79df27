import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, posix } from "node:path";
import { scanWorkspace } from "./protected.ts";
import { canReach } from "./reach.ts";
import { SandboxError, workspaceInside } from "./sandbox.ts";
import type { Profile } from "./sandbox.ts";
import type { User } from "./reach.ts";

/** One bind mount. */
export interface Bind {
  host: string;
  inside: string;
  writable: boolean;
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
 * @throws SandboxError naming the path.
 */
export function prepareMounts(profile: Profile, facts: { user: User; trusted: readonly string[] }): Mounts {
  const binds = profileBinds(profile);
  for (const bind of binds) {
    checkInside(bind.inside);
    checkHost(bind, facts);
  }
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
    const type = lstatSync(bind.host).isDirectory() ? "directory" : "file";
    const fault = mountPointFault(bind.inside, type, kept);
    if (fault === null) kept.push(bind);
    else if (readOnly.some((mount) => mount.inside === bind.inside && mount.optional === true))
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
  // A link above the host path is the host's own business; the last component must be real.
  return all.map((bind) => ({
    ...bind,
    host: isAbsolute(bind.host) ? join(realParent(bind.host), basename(bind.host)) : bind.host,
  }));
}

function realParent(path: string): string {
  try {
    return realpathSync(dirname(path));
  } catch (cause) {
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

function checkHost(bind: Bind, facts: { user: User; trusted: readonly string[] }): void {
  if (!isAbsolute(bind.host)) throw refused(bind.host, "must be an absolute host path");
  const stat = lstatSync(bind.host, { throwIfNoEntry: false });
  if (stat === undefined) throw refused(bind.host, "does not exist");
  if (!stat.isDirectory() && !stat.isFile()) throw refused(bind.host, "is neither a directory nor a file (a symlink?)");
  if (!canReach(bind.host, facts.user)) {
    throw new SandboxError(
      `The sandbox's user (uid ${facts.user.uid}) cannot reach ${bind.host}.`,
      "Put it below a directory that every user can enter, such as /tmp, and give it to that user.",
    );
  }
  const exposed = bind.writable ? facts.trusted.find((path) => `${path}/`.startsWith(`${bind.host}/`)) : undefined;
  if (exposed !== undefined) {
    throw new SandboxError(
      `${exposed} lies in ${bind.host}, which the sandbox may write.`,
      "Install that program outside the workspace, or put another directory first on PATH.",
    );
  }
}

/** A mount point inside another mount must be there already, every step of the way a real directory. */
function mountPointFault(inside: string, type: "directory" | "file", binds: readonly Bind[]): SandboxError | null {
  const cover = binds.findLast((bind) => inside.startsWith(`${bind.inside}/`));
  if (cover === undefined) return null;
  const steps = posix.relative(cover.inside, inside).split("/");
  let at = cover.host;
  for (const [index, step] of steps.entries()) {
    at = join(at, step);
    const wanted = index === steps.length - 1 ? type : "directory";
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat === undefined) return refused(at, "must exist, because it is a mount point");
    if (wanted === "directory" ? !stat.isDirectory() : !stat.isFile()) {
      return refused(
        at,
        stat.isSymbolicLink()
          ? "is a symlink where a mount point is needed"
          : `is not a ${wanted}, but a mount point for one`,
      );
    }
  }
  return null;
}

function workspaceGuards(profile: Profile, binds: readonly Bind[]): Pick<Mounts, "protectedBinds" | "masked"> {
  const workspace = binds.find((bind) => bind.inside === workspaceInside);
  if (profile.workspace === undefined || workspace === undefined) return { protectedBinds: [], masked: [] };
  const scan = scanWorkspace(workspace.host);
  const protectedPaths = workspace.writable ? scan.protectedPaths : [];
  return {
    protectedBinds: protectedPaths.map((path) => ({
      host: join(workspace.host, path),
      inside: posix.join(workspaceInside, path),
      writable: false,
    })),
    masked: scan.sockets.map((path) => posix.join(workspaceInside, path)),
  };
}

function depth(inside: string): number {
  return inside.split("/").length;
}

function refused(path: string, why: string): SandboxError {
  return new SandboxError(`${path} ${why}.`, "Remove or replace it, then start again.");
}
