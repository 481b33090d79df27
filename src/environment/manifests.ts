import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { NpmLockfile } from "./detect.ts";
import { parseJson } from "./json.ts";

/** A file that decides what is installed, with its path relative to the root of the tree. */
export interface Manifest {
  path: string;
  content: Buffer;
}

export type Manifests =
  | { kind: "read"; files: Manifest[]; npmrc: string | null }
  /** The tree cannot be installed from; one sentence why. */
  | { kind: "unusable"; reason: string };

/** Bytes of one manifest, lockfile or local tarball. */
const fileBytesMax = 64 * 1024 * 1024;

const Lockfile = z.object({
  lockfileVersion: z.number(),
  packages: z
    .record(z.string(), z.object({ resolved: z.string().optional(), link: z.boolean().optional() }))
    .optional(),
});

/**
 * Reads everything `npm ci` needs from a checkout whose files nobody vouches for: package.json, the lockfile, and what the
 * lockfile names inside the tree (workspaces, local packages, local tarballs). No link is followed, nothing outside is read.
 */
export async function readManifests(directory: string, lockfile: NpmLockfile): Promise<Manifests> {
  try {
    const root = await readPlain(directory, "package.json");
    const lock = await readPlain(directory, lockfile);
    if (root === null) return unusable("package.json is missing");
    if (lock === null) return unusable(`${lockfile} is missing`);
    const named = namedPaths(lock);
    if (typeof named === "string") return unusable(`${lockfile} ${named}`);
    const files = [
      { path: "package.json", content: root },
      { path: lockfile, content: lock },
    ];
    for (const path of named) {
      const content = await readPlain(directory, path);
      if (content === null) return unusable(`${lockfile} names ${path}, which is missing`);
      files.push({ path, content });
    }
    const npmrc = await readPlain(directory, ".npmrc");
    return { kind: "read", files, npmrc: npmrc === null ? null : npmrc.toString("utf8") };
  } catch (error) {
    if (error instanceof Unusable) return unusable(error.message);
    throw error;
  }
}

/**
 * The text of package.json at the top of a checkout whose files nobody vouches for; null when there is none. Anything else in its
 * place (a link, a pipe, a directory) is unusable: following it would read our disk.
 */
export async function readPackageJson(
  directory: string,
): Promise<{ kind: "read"; text: string | null } | { kind: "unusable"; reason: string }> {
  try {
    const bytes = await readPlain(directory, "package.json");
    return { kind: "read", text: bytes === null ? null : bytes.toString("utf8") };
  } catch (error) {
    if (error instanceof Unusable) return { kind: "unusable", reason: error.message };
    throw error;
  }
}

/** Files inside the tree that the lockfile refers to; a string says what is wrong with it. */
function namedPaths(lock: Buffer): string[] | string {
  const parsed = Lockfile.safeParse(parseJson(lock.toString("utf8")));
  if (!parsed.success) return "cannot be read as a lockfile";
  // npm would ask the registry for the rest of an older one's entries.
  if (parsed.data.packages === undefined || parsed.data.lockfileVersion < 2)
    return `has lockfileVersion ${parsed.data.lockfileVersion}; run npm install once with npm 7 or newer`;
  const paths = new Set<string>();
  for (const [key, { resolved }] of Object.entries(parsed.data.packages)) {
    if (key !== "" && !key.split("/").includes("node_modules")) paths.add(`${key}/package.json`);
    const tarball = resolved?.startsWith("file:") === true ? resolved.slice("file:".length) : null;
    if (tarball !== null && /\.(tgz|tar\.gz|tar)$/.test(tarball)) paths.add(tarball);
  }
  const outside = [...paths].find((path) => !staysInside(path));
  return outside === undefined
    ? [...paths].sort()
    : `names ${JSON.stringify(outside)}, which is outside the repository`;
}

function staysInside(path: string): boolean {
  return (
    !path.includes("\\") &&
    !path.includes("\0") &&
    path.split("/").every((step) => step !== "" && step !== "." && step !== "..")
  );
}

export class Unusable extends Error {}

/** The bytes of a regular file, every step of the way a real directory; null when it does not exist. */
export async function readPlain(directory: string, path: string): Promise<Buffer | null> {
  const steps = path.split("/");
  for (let count = 1; count < steps.length; count += 1) {
    const stat = await lstat(join(directory, ...steps.slice(0, count))).catch(() => null);
    if (stat === null) return null;
    if (!stat.isDirectory()) throw new Unusable(`${steps.slice(0, count).join("/")} is not a directory`);
  }
  let handle;
  try {
    handle = await open(join(directory, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new Unusable(`${path} cannot be read (a symlink?)`);
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Unusable(`${path} is not a plain file`);
    if (stat.size > fileBytesMax) throw new Unusable(`${path} has ${stat.size} bytes, more than ${fileBytesMax}`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function unusable(reason: string): Manifests {
  return { kind: "unusable", reason };
}
