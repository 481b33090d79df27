import { constants } from "node:fs";
import { lstat, open, readdir, readlink } from "node:fs/promises";
import { formsPattern } from "../text/forms-pattern.ts";

/** A variable that only the making of the environment is given. */
export interface Secret {
  name: string;
  value: string;
}

/** Where a secret's value was found. `path` is relative to the directory that was looked through, and may hold the value itself. */
export interface Residue {
  /** The variable's name; empty for what cannot be read. */
  secret: string;
  path: string;
  where: "content" | "name" | "link" | "unreadable";
}

/** Bytes of a file in memory at a time. */
const chunkBytes = 4 * 1024 * 1024;
/** Bytes that two chunks share, so that nothing is missed where they meet: far more than any wrapped form of a secret. */
const overlapBytes = 256 * 1024;
/** Nobody reads more of them; one is enough to stop. */
const residuesMax = 5;

/**
 * Looks for secrets in everything that lies below a directory: contents, names, targets of links. Found are the value as it is, and
 * its base64 (both alphabets, every offset), hexadecimal, url-encoded, JSON-escaped and reversed forms, wrapped over lines or not; what
 * was compressed, encrypted, cut in pieces or put into extended attributes is not. No link is followed. A file or directory that
 * cannot be read counts as found. Memory is bounded by `chunkBytes`, whatever a file's size. In: names at the top that are left out, because
 * nothing that had the secrets could write there. Out: the first few places.
 */
export async function findResidue(
  directory: string,
  secrets: readonly Secret[],
  except: readonly string[] = [],
): Promise<Residue[]> {
  const hunt: Hunt = {
    patterns: secrets.map(({ name, value }) => ({ secret: name, form: formsPattern(value) })),
    found: [],
    except,
    buffer: Buffer.allocUnsafeSlow(chunkBytes),
  };
  if (secrets.length > 0) await lookThrough(Buffer.from(directory), Buffer.alloc(0), hunt);
  return hunt.found;
}

interface Pattern {
  secret: string;
  form: RegExp;
}

interface Hunt {
  patterns: readonly Pattern[];
  found: Residue[];
  except: readonly string[];
  buffer: Buffer;
}

/** Names stay bytes: one that is not UTF-8 is looked into as well. */
async function lookThrough(root: Buffer, path: Buffer, hunt: Hunt): Promise<void> {
  const names = await readdir(below(root, path), { encoding: "buffer" }).catch(() => null);
  if (names === null) return report(hunt, { secret: "", path: path.toString(), where: "unreadable" });
  for (const name of names) {
    if (hunt.found.length >= residuesMax) return;
    if (path.byteLength === 0 && hunt.except.includes(name.toString())) continue;
    const at = below(path, name);
    const inName = secretIn(at.toString("latin1"), hunt);
    if (inName !== null) report(hunt, { secret: inName, path: at.toString(), where: "name" });
    await lookAt(root, at, hunt);
  }
}

async function lookAt(root: Buffer, at: Buffer, hunt: Hunt): Promise<void> {
  const full = below(root, at);
  const stat = await lstat(full);
  if (stat.isDirectory()) return lookThrough(root, at, hunt);
  if (stat.isSymbolicLink()) {
    const secret = secretIn((await readlink(full, { encoding: "buffer" })).toString("latin1"), hunt);
    if (secret !== null) report(hunt, { secret, path: at.toString(), where: "link" });
  } else if (stat.isFile()) {
    const seen = await inFile(full, hunt);
    if (seen !== null) report(hunt, { ...seen, path: at.toString() });
  }
}

async function inFile(path: Buffer, hunt: Hunt): Promise<Omit<Residue, "path"> | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => null);
  if (file === null) return { secret: "", where: "unreadable" };
  await using _closed = file;
  const { buffer } = hunt;
  let kept = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, kept, chunkBytes - kept);
    if (bytesRead === 0) return null;
    const filled = kept + bytesRead;
    const secret = secretIn(buffer.toString("latin1", 0, filled), hunt);
    if (secret !== null) return { secret, where: "content" };
    kept = Math.min(filled, overlapBytes);
    buffer.copyWithin(0, filled - kept, filled);
  }
}

function secretIn(text: string, { patterns }: Hunt): string | null {
  return patterns.find(({ form }) => form.test(text))?.secret ?? null;
}

function report(hunt: Hunt, residue: Residue): void {
  hunt.found.push(residue);
}

function below(directory: Buffer, name: Buffer): Buffer {
  return directory.byteLength === 0 ? name : Buffer.concat([directory, Buffer.from("/"), name]);
}
