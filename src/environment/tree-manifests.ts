import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import type { FetchedLockfile } from "./detect.ts";
import { type Manifest, readPlain, Unusable } from "./manifests.ts";
import { settingsFiles, type Settings } from "./settings.ts";

/** Entries looked at, and files taken, before a tree is called too large to find its packages in. */
const entriesMax = 500_000;
const filesMax = 5_000;
/** Below these nothing belongs to the repository's own packages. */
const skipped = new Set(["node_modules", ".git"]);
/** Files of the tree that say which packages it consists of and asks for, beside each package.json. */
const wishes = ["pnpm-workspace.yaml", ".yarnrc.yml"];

export type TreeManifests = { kind: "read"; files: Manifest[] } | { kind: "unusable"; reason: string };

/**
 * Reads everything pnpm, yarn or bun needs from a checkout whose files nobody vouches for: the lockfile, each package.json (a manager
 * looks for workspaces by itself), and patches and tarballs whose names one of these mentions. No link is followed.
 */
export async function readTreeManifests(directory: string, lockfile: FetchedLockfile): Promise<TreeManifests> {
  try {
    const files: Manifest[] = [];
    const take = async (path: string) => {
      const content = await readPlain(directory, path);
      if (content !== null) files.push({ path, content });
      return content !== null;
    };
    if (!(await take("package.json"))) return unusable("package.json is missing");
    if (!(await take(lockfile))) return unusable(`${lockfile} is missing`);
    for (const path of wishes) await take(path);
    const found = await walk(directory);
    for (const path of found.manifests) if (path !== "package.json") await take(path);
    const texts = files.map(({ content }) => content.toString("utf8"));
    for (const path of found.blobs) {
      if (texts.some((text) => text.includes(posix.basename(path)))) await take(path);
    }
    return { kind: "read", files };
  } catch (error) {
    if (error instanceof Unusable) return unusable(error.message);
    throw error;
  }
}

/** The settings files at the top of a checkout. @throws Unusable when one is no plain file. */
export async function readSettings(directory: string): Promise<Settings> {
  const settings: Partial<Record<(typeof settingsFiles)[number], string>> = {};
  for (const file of settingsFiles) {
    const bytes = await readPlain(directory, file);
    if (bytes !== null) settings[file] = bytes.toString("utf8");
  }
  return settings;
}

async function walk(root: string): Promise<{ manifests: string[]; blobs: string[] }> {
  const found = { manifests: [] as string[], blobs: [] as string[] };
  const open = [""];
  let entries = 0;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const entry of await readdir(join(root, at), { withFileTypes: true })) {
      entries += 1;
      const path = posix.join(at, entry.name);
      if (entry.isDirectory() && !skipped.has(entry.name)) open.push(path);
      if (entry.isFile() && entry.name === "package.json") found.manifests.push(path);
      if (entry.isFile() && /\.(patch|diff|tgz|tar\.gz)$/.test(entry.name)) found.blobs.push(path);
    }
    if (entries > entriesMax || found.manifests.length + found.blobs.length > filesMax) {
      throw new Unusable("the tree has too many files to find its packages in");
    }
  }
  found.manifests.sort();
  found.blobs.sort();
  return found;
}

function unusable(reason: string): TreeManifests {
  return { kind: "unusable", reason };
}
