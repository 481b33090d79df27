import { existsSync, lstatSync, readdirSync } from "node:fs";
import { chown, lstat, mkdir } from "node:fs/promises";
import { join, posix } from "node:path";
import { AirlockError } from "../errors.ts";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import type { ReadOnlyMount } from "../../sandbox/sandbox.ts";

/**
 * Places where tools insist on writing below `node_modules`: build information, bundled configuration files, test caches.
 * They become empty private directories, so that nothing leaks from one check to the next.
 */
const cacheNames = [".cache", ".tmp", ".vite", ".vite-temp", ".vitest", ".vitest-cache"];
/** Caches that only one tool writes: in a nested `node_modules` they are needed only where that tool is installed at all. */
const toolOf: Readonly<Record<string, string>> = {
  ".vite": "vite",
  ".vite-temp": "vite",
  ".vitest": "vitest",
  ".vitest-cache": "vitest",
};
/** Nested `node_modules` that get private caches, the shallowest first; each cache costs bwrap six of the 9000 words it reads. */
const nestedWithCachesMax = 100;

export interface DependencyMounts {
  readOnly: ReadOnlyMount[];
  /** Inside paths for `Profile.scratch`. */
  scratch: string[];
}

/**
 * How an installed tree appears in a workspace: each `node_modules` read-only, with private cache directories on top (in nested ones
 * only for tools that are installed, and only in the first hundred: there a tool that insists finds a read-only directory).
 * In: the `directory` of an installation. The workspace needs an empty real `node_modules` at its root; see `makeMountPoints`.
 */
export function dependencyMounts(directory: string): DependencyMounts {
  const found = nodeModulesIn(directory);
  return {
    readOnly: found.map((path) => ({
      host: join(directory, path),
      inside: posix.join(workspaceInside, path),
      // A nested package may be moved or removed by the work; then its dependencies are not needed there.
      ...(path === "node_modules" ? {} : { optional: true }),
    })),
    scratch: [
      ...found
        .filter((path) => path === "node_modules")
        .flatMap((path) => cacheNames.map((name) => posix.join(path, name))),
      ...found
        .filter((path) => path !== "node_modules")
        .slice(0, nestedWithCachesMax)
        .flatMap((path) => nestedCaches(directory, path)),
    ].map((path) => posix.join(workspaceInside, path)),
  };
}

function nestedCaches(directory: string, path: string): string[] {
  return cacheNames
    .filter((name) => {
      const tool = toolOf[name];
      return tool === undefined || ["node_modules", path].some((place) => existsSync(join(directory, place, tool)));
    })
    .map((name) => posix.join(path, name));
}

/**
 * Makes the empty `node_modules` directories in a workspace that the mounts of an installation need, where the package itself
 * exists. Owner: the sandbox's user.
 */
export async function makeMountPoints(directory: string, workspace: string, user: Owner): Promise<void> {
  for (const path of nodeModulesIn(directory)) {
    const steps = path.split("/");
    if (await isRealDirectory(workspace, steps.slice(0, -1))) await ownDirectory(join(workspace, path), user);
  }
}

/** Makes the cache mount points in every `node_modules` of a fresh installation; a read-only tree cannot grow them later. */
export async function makeCacheDirectories(directory: string, user: Owner): Promise<void> {
  await ownDirectory(join(directory, "node_modules"), user);
  for (const path of nodeModulesIn(directory)) {
    for (const name of cacheNames) await ownDirectory(join(directory, path, name), user);
  }
}

interface Owner {
  uid: number;
  gid: number;
}

/** Every `node_modules` that is not itself inside one, as relative paths, the top one first. */
function nodeModulesIn(root: string, path = ""): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const below = posix.join(path, entry.name);
    if (entry.name === "node_modules") found.push(below);
    else found.push(...nodeModulesIn(root, below));
  }
  return found.sort((a, b) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1));
}

async function isRealDirectory(root: string, steps: readonly string[]): Promise<boolean> {
  for (let count = 0; count <= steps.length; count += 1) {
    const stat = await lstat(join(root, ...steps.slice(0, count))).catch(() => null);
    if (stat === null || !stat.isDirectory()) return false;
  }
  return true;
}

/** The directory exists afterwards, is no link, and belongs to the user when we are root. */
async function ownDirectory(path: string, user: Owner): Promise<void> {
  await mkdir(path, { mode: 0o755 }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
  if (!lstatSync(path).isDirectory()) {
    throw new AirlockError({
      code: "install-failed",
      message: `${path} is not a directory, so nothing can be mounted on it.`,
      fix: "Remove the file of that name from the repository or the dependency that brings it.",
    });
  }
  if (process.getuid?.() === 0) await chown(path, user.uid, user.gid);
}
