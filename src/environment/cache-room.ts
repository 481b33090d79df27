import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../workspace/owned.ts";
import { discard, type Place, readManifest } from "./cache-entry.ts";

/** Removes what has expired, what is broken and what was left half-made; then the least used, until `bytes` more fit. Out: whether they do. */
export async function makeRoom(place: Place, bytes: number): Promise<boolean> {
  const { limits, now, root } = place;
  const whole: { path: string; bytes: number; used: number }[] = [];
  for (const name of await readdir(root)) {
    const path = join(root, name);
    const used = await lastUse(path);
    const idle = now() - used > limits.useMs;
    // Out of sight already: whoever moved it there may have died before it was off the disk.
    if (name.startsWith("gone-") || (name.startsWith("stage-") && idle)) await removeTree(path);
    if (!name.startsWith("environment-")) continue;
    const manifest = await readManifest(path);
    const expired = manifest !== null && now() - manifest.created > limits.ageMs;
    if (manifest === null || (expired && idle)) await discard(place, path);
    else whole.push({ path, bytes: manifest.bytes, used });
  }
  let total = whole.reduce((sum, entry) => sum + entry.bytes, bytes);
  for (const entry of whole.sort((a, b) => a.used - b.used)) {
    if (total <= limits.bytes || now() - entry.used <= limits.useMs) break;
    await discard(place, entry.path);
    total -= entry.bytes;
  }
  return total <= limits.bytes;
}

/** Milliseconds since 1970; of a place that is being made, since it was begun. */
async function lastUse(path: string): Promise<number> {
  const stat = (await lstat(join(path, "used")).catch(() => null)) ?? (await lstat(path).catch(() => null));
  return stat?.mtimeMs ?? 0;
}
