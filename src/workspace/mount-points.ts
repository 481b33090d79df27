import { lstat, rm } from "node:fs/promises";
import { join } from "node:path";
import { AirlockError } from "../errors.ts";
import { makeOwnedDirectory } from "./owned.ts";
import type { RunAs } from "./workspace.ts";

/** Directories at the top that are read-only for the agent: they must exist, because the sandbox creates nothing in a work tree. */
export const protectedDirectories = [".agents", ".codex"] as const;

/**
 * Makes every mount point a real directory, empty where it was missing. One in a directory that the tree does not have is
 * left out: there is nothing it could be needed for. Out: the mount points that were made.
 * In: paths below `root`, with `/` as separator.
 * @throws AirlockError `workspace-unusable` when a mount point or a directory on the way is a link or a file.
 */
export async function makeMountPoints(root: string, paths: readonly string[], runAs: RunAs): Promise<string[]> {
  const created: string[] = [];
  for (const path of paths) {
    if ((await missingPart(root, path)) !== path) continue;
    await makeOwnedDirectory(join(root, path), runAs);
    created.push(path);
  }
  return created;
}

/**
 * Puts mount points back that a command removed or replaced, so that the next command can be mounted. One whose parent
 * became a file or a link is left alone: that is the agent's change to judge. Out: one sentence per thing removed.
 */
export async function restoreMountPoints(root: string, paths: readonly string[], runAs: RunAs): Promise<string[]> {
  const violations: string[] = [];
  for (const path of paths) {
    try {
      await makeMountPoints(root, [path], runAs);
    } catch (error) {
      const parents = prefixes(path).slice(0, -1);
      const blocked = await Promise.all(parents.map((part) => isDirectory(root, part).catch(() => "blocked")));
      if (blocked.includes("blocked")) continue;
      const stat = await lstat(join(root, path)).catch(() => null);
      if (stat === null || stat.isDirectory()) throw error;
      await rm(join(root, path));
      await makeMountPoints(root, [path], runAs);
      violations.push(`Removed ${JSON.stringify(path)}: it stood in the place of a mounted directory.`);
    }
  }
  return violations;
}

/** The first part of a path that does not exist; null when all of it is real directories. */
async function missingPart(root: string, path: string): Promise<string | null> {
  for (const part of prefixes(path)) {
    if (!(await isDirectory(root, part))) return part;
  }
  return null;
}

/** `a/b/c` → `a`, `a/b`, `a/b/c`. */
function prefixes(path: string): string[] {
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".."))
    throw unusable(path, "not a path inside the work tree");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

async function isDirectory(root: string, path: string): Promise<boolean> {
  const stat = await lstat(join(root, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (stat === null) return false;
  if (stat.isSymbolicLink()) throw unusable(path, "a symbolic link");
  if (!stat.isDirectory()) throw unusable(path, "a file");
  return true;
}

function unusable(path: string, what: string): AirlockError {
  return new AirlockError({
    code: "workspace-unusable",
    message: `${JSON.stringify(path)} must be a real directory for the sandbox to mount, but it is ${what}.`,
    fix: `Replace ${JSON.stringify(path)} in the repository by a directory, or remove it.`,
  });
}
