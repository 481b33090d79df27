import { chmod, chown, lchown, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import type { User } from "./step-process.ts";

/** The directories of one job, all fresh and all below `root`. */
export interface JobDirectories {
  root: string;
  /** `GITHUB_WORKSPACE`. */
  workspace: string;
  /** `RUNNER_TEMP`. */
  temp: string;
  /** `RUNNER_TOOL_CACHE`. */
  tools: string;
  home: string;
}

/**
 * Makes a job's directories under `parent`. Every directory on the way is traversable for any user, as on a hosted runner:
 * a sandboxed process of another uid must be able to reach the workspace.
 */
export async function makeJobDirectories(
  parent: string,
  names: { run: string; job: string; repository: string },
  user: User | undefined,
): Promise<JobDirectories> {
  const root = path.join(parent, names.run, names.job);
  const directories: JobDirectories = {
    root,
    workspace: path.join(root, "work", names.repository, names.repository),
    temp: path.join(root, "work", "_temp"),
    tools: path.join(root, "tools"),
    home: path.join(root, "home"),
  };
  await rm(root, { recursive: true, force: true });
  for (const directory of Object.values(directories)) await mkdir(directory, { recursive: true });
  const shared = [parent, path.dirname(root), root, path.join(root, "work"), path.dirname(directories.workspace)];
  for (const directory of shared) await chmod(directory, 0o711);
  for (const directory of [directories.workspace, directories.temp, directories.tools, directories.home])
    await chmod(directory, 0o755);
  await own(root, user);
  return directories;
}

/** Gives a directory and all it holds to the user; nothing happens without one. Links are given themselves, never followed. */
export async function own(directory: string, user: User | undefined): Promise<void> {
  if (user === undefined) return;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    await lchown(path.join(entry.parentPath, entry.name), user.uid, user.gid);
  await chown(directory, user.uid, user.gid);
}

/** Removes all of it, also directories that a job made unreadable for its own user (an overlay's work directory is mode 000). */
export async function removeTree(directory: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 3 } as const;
  try {
    await rm(directory, options);
  } catch {
    await openUp(directory);
    await rm(directory, options);
  }
}

async function openUp(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true }))
    if (entry.isDirectory()) await openUp(path.join(directory, entry.name));
}
