import { lstat, unlink } from "node:fs/promises";
import { git, type GitCall } from "./git.ts";
import { shorten } from "./sweep.ts";
import { splitNul } from "./tree.ts";

/**
 * Removes new files that are too large for any change before git reads a byte of them: hashing a sparse file of terabytes
 * takes as long as a full one. Files that git ignores stay, for they are never recorded. A file of the base tree stays too:
 * its removal would itself be a change, and one beyond the limits is refused later by name.
 * In: the checkpoint's index and work tree; paths of the base tree as latin1 text of their bytes. Out: one sentence per removal.
 */
export async function removeLarge(
  call: GitCall & { workTree: string },
  known: ReadonlySet<string>,
  bytesMax: number,
): Promise<string[]> {
  const removed: string[] = [];
  const listed = await git(call, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  for (const path of splitNul(listed)) {
    if (known.has(path.toString("latin1"))) continue;
    const full = Buffer.concat([Buffer.from(`${call.workTree}/`), path]);
    const stat = await lstat(full).catch(() => null);
    if (stat === null || !stat.isFile() || stat.size <= bytesMax) continue;
    await unlink(full);
    const name = JSON.stringify(shorten(path.toString("utf8")));
    removed.push(`Removed ${name}: it has ${stat.size} bytes, and a change may carry ${bytesMax}.`);
  }
  return removed;
}
