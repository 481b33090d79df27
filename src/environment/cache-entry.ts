import { randomUUID } from "node:crypto";
import { lstat, open, rename, utimes } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { removeTree } from "../workspace/owned.ts";

/** A cache on this machine. */
export interface Place {
  root: string;
  user: { uid: number; gid: number };
  now: () => number;
  limits: { ageMs: number; bytes: number; useMs: number };
}

/** What was written beside a tree when it was installed. */
const Manifest = z.strictObject({
  version: z.literal(1),
  key: z.string(),
  /** Milliseconds since 1970. */
  created: z.int(),
  entries: z.int(),
  bytes: z.int(),
  digest: z.string(),
});
export type Manifest = z.infer<typeof Manifest>;

/** Out of sight in one step, then off the disk: nobody ever finds half of it. */
export async function discard({ root }: Place, path: string): Promise<void> {
  const gone = join(root, `gone-${randomUUID()}`);
  const moved = await rename(path, gone).then(
    () => true,
    () => false,
  );
  if (moved) await removeTree(gone);
}

/** The manifest of an entry. Null when there is none that can be believed: a plain file of ours that nobody else can write. */
export async function readManifest(entry: string): Promise<Manifest | null> {
  const ours = await lstat(entry).catch(() => null);
  if (ours === null || !ours.isDirectory() || ours.uid !== process.getuid?.() || (ours.mode & 0o022) !== 0) return null;
  const path = join(entry, "manifest.json");
  const file = await lstat(path).catch(() => null);
  if (file === null || !file.isFile() || file.uid !== ours.uid || (file.mode & 0o022) !== 0) return null;
  await using handle = await open(path, "r");
  const text = file.size > 10_000 ? "" : await handle.readFile("utf8");
  try {
    return Manifest.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Notes that the entry is used now. */
export async function touch(entry: string, { now }: Place): Promise<void> {
  const time = new Date(now());
  await utimes(join(entry, "used"), time, time).catch(() => undefined);
}

/** Where the installation of a key lies. */
export function entryOf({ root }: Place, key: string): string {
  // Half of the key is enough for a name, and keeps the kernel's mount options short; the manifest holds all of it.
  return join(root, `environment-${key.slice(0, 32)}`);
}
