import { join } from "node:path";
import type { ReadOnlyMount } from "../../sandbox/sandbox.ts";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import { writeOwnedFile } from "../workspace/owned.ts";
import type { Store } from "../workspace/store.ts";
import { listTree, readBlobs, type TreeFile } from "../workspace/tree.ts";

/** Bytes of all package.json files of a repository together; more is no set of manifests. */
const manifestBytesMax = 16 * 1024 * 1024;

/**
 * A trusted script may call others (`npm run lint:types`). These would be read from the tree under check, where the change
 * could have redefined them; so every package.json there whose scripts differ from the trusted ones is covered, inside the
 * sandbox only, by a copy that has the trusted scripts. The files themselves stay as they are.
 * Out: the mounts, none in the usual case. A package.json that the trusted commit does not have keeps its own scripts.
 */
export async function pinScripts(store: Store, trusted: string, tree: string): Promise<ReadOnlyMount[]> {
  if (trusted === tree) return [];
  const before = new Map((await manifests(store, trusted)).map((file) => [file.path, file.sha]));
  const differing = (await manifests(store, tree)).flatMap(({ path, sha }) => {
    const was = before.get(path);
    return was === undefined || was === sha ? [] : [{ path, sha, was }];
  });
  const shas = differing.flatMap(({ sha, was }) => [sha, was]);
  const blobs = await readBlobs(store, shas, manifestBytesMax);
  const mounts: ReadOnlyMount[] = [];
  for (const { path, sha, was } of differing) {
    const pinned = withTrustedScripts(blobs.get(sha)?.toString("utf8") ?? "", blobs.get(was)?.toString("utf8") ?? "");
    if (pinned === null) continue;
    const host = join(store.directory, `scripts-${tree}-${mounts.length}.json`);
    await writeOwnedFile(host, pinned, store.runAs);
    mounts.push({ host, inside: `${workspaceInside}/${path}` });
  }
  return mounts;
}

/** The manifest with the trusted manifest's scripts; null when they are the same, or when one of the two is not JSON. */
export function withTrustedScripts(manifest: string, trusted: string): string | null {
  const here = parseObject(manifest);
  const there = parseObject(trusted);
  if (here === null || there === null) return null;
  const { scripts: mine, ...rest } = here;
  if (JSON.stringify(mine) === JSON.stringify(there["scripts"])) return null;
  const scripts = there["scripts"] === undefined ? {} : { scripts: there["scripts"] };
  return `${JSON.stringify({ ...rest, ...scripts }, null, 2)}\n`;
}

async function manifests(store: Store, tree: string): Promise<TreeFile[]> {
  const files = await listTree(store, tree);
  return files.filter(
    ({ path, mode }) => /(^|\/)package\.json$/.test(path) && (mode === "100644" || mode === "100755"),
  );
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : null;
  } catch {
    return null;
  }
}
