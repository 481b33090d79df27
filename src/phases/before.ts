import type { Change } from "../change.ts";
import { manifestPaths, type TrustedManifest } from "../inspect/check-programs.ts";
import { contentsBefore } from "../workspace/local.ts";
import { type Store, viewRepository } from "../workspace/store.ts";
import { listTree, readBlobs } from "../workspace/tree.ts";

/** Bytes of all manifests together; more is no set of manifests. */
const manifestBytesMax = 16 * 1024 * 1024;

/**
 * The base's bytes of every path in a Change, from git objects on this machine. In: a directory in or above a repository that
 * holds them; a directory of ours for what is borrowed, emptied again.
 */
export async function baseContents(source: string, change: Change, dir: string): Promise<Map<string, Buffer | null>> {
  await using view = await viewRepository(source, dir);
  return await contentsBefore(view, change);
}

/** The package.json files of a trusted commit or tree that may govern a Change's paths, from git objects. */
export async function trustedManifests(store: Store, trusted: string, change: Change): Promise<TrustedManifest[]> {
  const wanted = new Set(manifestPaths(change.map(({ path }) => path)));
  const files = (await listTree(store, trusted)).filter(({ path, mode }) => wanted.has(path) && mode.startsWith("100"));
  const shas = files.map(({ sha }) => sha);
  const blobs = await readBlobs(store, shas, manifestBytesMax);
  return files.map(({ path, sha }) => ({ path, text: blobs.get(sha)?.toString("utf8") ?? "" }));
}
