import { createHash } from "node:crypto";
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What an installed tree looks like from outside. Equal facts mean that nothing was added, removed, written or given away. */
export interface TreeFacts {
  entries: number;
  /** Bytes of all plain files. */
  bytes: number;
  /** SHA-256 over name, type, mode, owner, size, inode and both time stamps of every entry. */
  digest: string;
}

/**
 * Looks at every entry of a tree, follows no link and reads no file: about 8 µs an entry, where hashing the contents takes as long as
 * installing. A write that keeps a file's size and sets its time back still moves its change time (ctime), which no program can set.
 */
export function treeFacts(root: string): TreeFacts {
  const hash = createHash("sha256");
  const facts = { entries: 0, bytes: 0 };
  const look = (path: string) => {
    const stat = lstatSync(join(root, path));
    facts.entries += 1;
    if (stat.isFile()) facts.bytes += stat.size;
    hash.update(
      `${path.length}:${path} ${stat.mode} ${stat.uid} ${stat.gid} ${stat.size} ${stat.ino} ${stat.mtimeMs} ${stat.ctimeMs}\n`,
    );
  };
  const walk = (directory: string) => {
    for (const entry of readdirSync(join(root, directory), { withFileTypes: true }).sort(byName)) {
      const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
      look(path);
      if (entry.isDirectory()) walk(path);
    }
  };
  look("");
  walk("");
  return { ...facts, digest: hash.digest("hex") };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
