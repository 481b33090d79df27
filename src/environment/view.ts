import { lstat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Overlay, Profile, ReadOnlyMount, Sandbox } from "../../sandbox/sandbox.ts";
import { makeOwnedDirectory, makePrivateDirectory, removeTree } from "../workspace/owned.ts";
import type { DependencyMounts } from "./mounts.ts";

/** What is installed, and where it appears; `directory` is absent where nothing is. */
export interface InstalledPlaces extends DependencyMounts {
  /** The `directory` of the installation that the mounts show. */
  directory?: string;
  /** Variables that the package manager needs in scripts that call it. */
  env?: Readonly<Record<string, string>>;
}

/** How the commands of one piece of work see the dependencies. Disposing forgets everything they wrote there. */
export interface DependencyView extends AsyncDisposable {
  readonly mounts: Pick<Profile, "readOnly" | "scratch" | "overlays" | "env">;
  /** Host directory of what they wrote, by paths of the workspace; absent: nothing is writable. */
  readonly written?: string;
}

export interface OpenView {
  sandbox: Sandbox;
  /** Host directory of ours that the sandbox's user can enter; what is written lies below it. */
  dir: string;
  dependencies: InstalledPlaces;
}

/**
 * Opens the dependencies for one piece of work: an agent's run, or one check on one side. Each `node_modules` is writable and what is
 * written stays with this view: the installation never changes, nothing reaches another view, the Change or a cache.
 * Where the machine has no overlays, or gave the installation another group (a set-gid directory above it), they are read-only, with
 * private cache directories.
 */
export async function openDependencyView({ sandbox, dir, dependencies }: OpenView): Promise<DependencyView> {
  const { directory: lower, readOnly, scratch, env } = dependencies;
  const variables = env === undefined ? {} : { env: { ...env } };
  if (lower === undefined || sandbox.overlay.kind === "none" || !(await belongsTo(lower, sandbox.user))) {
    return { mounts: { readOnly, scratch, ...variables }, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const own = await makePrivateDirectory(dir, "view-", sandbox.user);
  const [upper, work] = [join(own, "upper"), join(own, "work")];
  for (const path of [upper, work]) await makeOwnedDirectory(path, sandbox.user);
  const isBelow = ({ host }: ReadOnlyMount) => `${host}/`.startsWith(`${lower}/`);
  const overlays = readOnly.filter(isBelow).map(({ host, inside, optional }): Overlay => ({
    inside,
    lower,
    upper,
    work,
    path: relative(lower, host),
    ...(optional === true ? { optional } : {}),
  }));
  // The package manager lies elsewhere; nothing writes into it.
  const others = readOnly.filter((mount) => !isBelow(mount));
  return {
    mounts: { overlays, readOnly: others, ...variables },
    written: upper,
    [Symbol.asyncDispose]: () => removeTree(own),
  };
}

async function belongsTo(directory: string, { uid, gid }: Sandbox["user"]): Promise<boolean> {
  const stat = await lstat(directory);
  return stat.uid === uid && stat.gid === gid;
}
