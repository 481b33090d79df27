import { randomUUID } from "node:crypto";
import { chmod, lstat, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../workspace/owned.ts";
import { discard, entryOf, type Manifest, type Place, readManifest, touch } from "./cache-entry.ts";
import { cacheRoot } from "./cache-root.ts";
import { makeRoom } from "./cache-room.ts";
import { type TreeFacts, treeFacts } from "./tree-digest.ts";

const hour = 3_600_000;

/** What a cache keeps, and for how long. */
export const cacheLimits = {
  /** Milliseconds after which an installation is made again: what a registry withdraws must not live on here. */
  ageMs: 12 * hour,
  /** Bytes of all installations together; above it the one that was not used for longest goes first. */
  bytes: 10 * 1024 ** 3,
  /** Milliseconds after its last use in which an installation is not removed, because a run may still show it. */
  useMs: 6 * hour,
} as const;

/** Installed trees by key, on this machine alone. Only what was installed before any agent ran is kept: the caller's duty. */
export interface EnvironmentCache {
  /** The installation of a key, when it is there, whole, ours and young enough. Anything else about it is removed or left to expire. */
  find(key: string): Promise<Cached | null>;
  /** A new place to install into, out of sight of `find` until `keep`. */
  stage(): Promise<Stage>;
}

export interface Cached {
  /** Immutable: show it read-only or through an overlay. */
  directory: string;
  /** Milliseconds since it was installed. */
  ageMs: number;
}

export interface Stage {
  /** Does not exist yet. */
  directory: string;
  /**
   * Moves what was installed into the cache in one step. Out: where it is now. Where another process was faster, its installation;
   * where there is no room, the stage's own directory, which is removed when its lease has run out.
   */
  keep(key: string): Promise<{ kept: boolean; directory: string }>;
  /** Removes it, after a failure. */
  remove(): Promise<void>;
}

export type OpenedCache = { kind: "open"; cache: EnvironmentCache } | { kind: "refused"; reason: string };

/** Opens the cache below a directory, which is made when missing. A directory that others could change is refused with the reason. */
export async function openCache(order: Omit<Place, "limits"> & { limits?: Place["limits"] }): Promise<OpenedCache> {
  const found = await cacheRoot(order.root, order.user);
  if (found.kind === "refused") return found;
  const place = { limits: cacheLimits, ...order, root: found.path };
  return { kind: "open", cache: { find: (key) => find(place, key), stage: () => stage(place) } };
}

async function find(place: Place, key: string): Promise<Cached | null> {
  const entry = entryOf(place, key);
  if ((await lstat(entry).catch(() => null)) === null) return null;
  const manifest = await readManifest(entry);
  const directory = join(entry, "tree");
  if (manifest === null || manifest.key !== key || !(await isWhole(directory, manifest, place))) {
    await discard(place, entry);
    return null;
  }
  const ageMs = place.now() - manifest.created;
  // A time to come is no age: somebody set a clock.
  if (ageMs < 0 || ageMs > place.limits.ageMs) return null;
  await touch(entry, place);
  return { directory, ageMs };
}

async function isWhole(directory: string, manifest: Manifest, { user }: Place): Promise<boolean> {
  const stat = await lstat(directory).catch(() => null);
  if (stat === null || !stat.isDirectory() || stat.uid !== user.uid) return false;
  return sameFacts(manifest, factsOf(directory));
}

/** Null for a tree that cannot be read: then it is not whole either. */
function factsOf(directory: string): TreeFacts | null {
  try {
    return treeFacts(directory);
  } catch {
    return null;
  }
}

function sameFacts(a: TreeFacts, b: TreeFacts | null): boolean {
  return b !== null && a.entries === b.entries && a.bytes === b.bytes && a.digest === b.digest;
}

async function stage(place: Place): Promise<Stage> {
  const own = join(place.root, `stage-${randomUUID()}`);
  await mkdir(own);
  await chmod(own, process.getuid?.() === 0 ? 0o711 : 0o700);
  await writeFile(join(own, "used"), "", { flag: "wx", mode: 0o600 });
  await touch(own, place);
  const directory = join(own, "tree");
  return {
    directory,
    keep: (key) => keep(place, { own, directory, key }),
    remove: () => removeTree(own),
  };
}

async function keep(
  place: Place,
  { own, directory, key }: { own: string; directory: string; key: string },
): Promise<{ kept: boolean; directory: string }> {
  const facts = treeFacts(directory);
  if (!(await makeRoom(place, facts.bytes))) return { kept: false, directory };
  const manifest: Manifest = { version: 1, key, created: place.now(), ...facts };
  await writeFile(join(own, "manifest.json"), JSON.stringify(manifest), { flag: "wx", mode: 0o444 });
  await touch(own, place);
  const entry = entryOf(place, key);
  const moved = await rename(own, entry).then(
    () => true,
    () => false,
  );
  if (moved) return { kept: true, directory: join(entry, "tree") };
  // Another process was faster; or what stands there has expired and a run still shows it.
  const other = await find(place, key);
  if (other === null) return { kept: false, directory };
  await removeTree(own);
  return { kept: true, directory: other.directory };
}
