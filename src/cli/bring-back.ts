import { promises } from "node:fs";
import type { BigIntStats } from "node:fs";
import { isProtectedName } from "../../sandbox/protected.ts";
import { below, copyPlain, fingerprintOf, lstatOf, type Name, textOf } from "./entry.ts";

/** What was carried back. Paths as text, sorted. */
export interface Brought {
  changed: string[];
  /** What stayed as it was in the caller's directory although the command left something else, and why. */
  left: { path: string; why: string }[];
}

interface Carrying {
  /** The copy, in which nothing runs any more. */
  from: Buffer;
  /** The caller's own directory. */
  to: Buffer;
  /** What lay at each path of it when it was copied. Absent: nothing that was copied. */
  before: ReadonlyMap<Name, string>;
}

interface Pair {
  path: Name;
  from: Buffer;
  to: Buffer;
}

/**
 * Makes the caller's directory like the copy, entry by entry, never through a link. Left alone and told: protected names that are new,
 * directories that still hold something which was never in the copy or is protected (git history above all), and whatever
 * somebody else changed meanwhile.
 */
export async function bringBack(order: Carrying): Promise<Brought> {
  const brought: Brought = { changed: [], left: [] };
  await carry({ path: "", from: order.from, to: order.to }, order.before, brought);
  return {
    changed: brought.changed.toSorted(),
    left: brought.left.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

async function carry(pair: Pair, before: Carrying["before"], brought: Brought): Promise<void> {
  const names = new Map<string, Buffer>();
  for (const name of [...(await namesInCopy(pair.from)), ...(await promises.readdir(pair.to, { encoding: "buffer" }))])
    names.set(name.toString("latin1"), name);
  for (const name of names.values()) {
    const entry = { path: below(pair.path, name), from: below(pair.from, name), to: below(pair.to, name) };
    await carryEntry(entry, isProtectedName(name.toString("utf8")), before, brought);
  }
}

async function carryEntry(entry: Pair, guarded: boolean, before: Carrying["before"], brought: Brought): Promise<void> {
  const [now, own] = [await lstatOf(entry.from), await lstatOf(entry.to)];
  const known = before.get(entry.path);
  const leave = (why: string) => void brought.left.push({ path: textOf(entry.path), why });
  if (known === undefined) {
    if (now === null) return;
    if (guarded) return leave(neverBrought);
    if (own !== null) return leave("something that the command was not shown lies there");
  }
  if (guarded) return;
  if (now?.isDirectory() === true && own?.isDirectory() === true) return carry(entry, before, brought);
  if (await same(entry, now, own)) return;
  if (now !== null && kindOf(now) === "other") return leave(special);
  if (own === null ? known !== undefined : known !== fingerprintOf(own))
    return leave("it was changed by somebody else meanwhile");
  try {
    const held = own?.isDirectory() === true ? await heldBelow(entry.to, entry.path, before) : null;
    if (held !== null) return leave(`the command removed or replaced it, but it holds ${held}`);
    await promises.rm(entry.to, { recursive: true, force: true });
    if (now !== null) await place(entry, now, brought);
    brought.changed.push(textOf(entry.path));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && typeof error.code === "string")) throw error;
    leave(`it cannot be written here (${error.code})`);
  }
}

const neverBrought = "this name is protected and never brought back";
const special = "it is a pipe, a socket or a device";

/** A command may have closed its own directories; the copy is ours to open. */
async function namesInCopy(directory: Buffer): Promise<Buffer[]> {
  await promises.chmod(directory, 0o700);
  return promises.readdir(directory, { encoding: "buffer" });
}

/** The first thing below a directory that must not be lost with it, or null. */
async function heldBelow(directory: Buffer, path: Name, before: Carrying["before"]): Promise<string | null> {
  for (const name of await promises.readdir(directory, { encoding: "buffer" })) {
    const [full, inside] = [below(directory, name), below(path, name)];
    const stat = await lstatOf(full);
    if (stat === null) continue;
    if (isProtectedName(name.toString("utf8"))) return `${textOf(inside)}, a protected name`;
    if (before.get(inside) !== fingerprintOf(stat)) return `${textOf(inside)}, which was not copied or is newer`;
    const deeper = stat.isDirectory() ? await heldBelow(full, inside, before) : null;
    if (deeper !== null) return deeper;
  }
  return null;
}

/** In: a path with nothing at it in the caller's directory. */
async function place({ path, from, to }: Pair, now: BigIntStats, brought: Brought): Promise<void> {
  if (now.isSymbolicLink()) await promises.symlink(await promises.readlink(from, { encoding: "buffer" }), to);
  else if (now.isDirectory()) await promises.mkdir(to);
  else {
    await promises.chmod(from, 0o600);
    await copyPlain(from, to, now);
  }
  await ownAs(to);
  if (!now.isDirectory()) return;
  for (const name of await namesInCopy(from)) {
    const entry = { path: below(path, name), from: below(from, name), to: below(to, name) };
    const stat = await lstatOf(entry.from);
    if (stat === null) continue;
    const why = isProtectedName(name.toString("utf8")) ? neverBrought : kindOf(stat) === "other" ? special : null;
    if (why === null) await place(entry, stat, brought);
    else brought.left.push({ path: textOf(entry.path), why });
  }
}

/** Root's new files belong to whoever owns the directory they are in; anybody else's are his own anyway. */
async function ownAs(path: Buffer): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const parent = await lstatOf(path.subarray(0, path.lastIndexOf(0x2f)));
  if (parent !== null) await promises.lchown(path, Number(parent.uid), Number(parent.gid));
}

type Kind = "file" | "link" | "directory" | "other";

function kindOf(stat: BigIntStats): Kind {
  if (stat.isFile()) return "file";
  if (stat.isSymbolicLink()) return "link";
  return stat.isDirectory() ? "directory" : "other";
}

/** By their bytes: a command can give a file any time stamp it likes. */
async function same({ from, to }: Pair, now: BigIntStats | null, own: BigIntStats | null): Promise<boolean> {
  if (now === null || own === null) return now === own;
  if (kindOf(now) !== kindOf(own)) return false;
  if (now.isSymbolicLink()) {
    const [a, b] = [
      await promises.readlink(from, { encoding: "buffer" }),
      await promises.readlink(to, { encoding: "buffer" }),
    ];
    return a.equals(b);
  }
  const bits = 0o777n;
  return (
    now.size === own.size && (now.mode & bits) === (own.mode & bits) && (await sameBytes(from, to).catch(() => false))
  );
}

const chunkBytes = 1024 * 1024;

async function sameBytes(from: Buffer, to: Buffer): Promise<boolean> {
  await using a = await promises.open(from);
  await using b = await promises.open(to);
  const [ours, theirs] = [Buffer.alloc(chunkBytes), Buffer.alloc(chunkBytes)];
  for (;;) {
    const { bytesRead } = await a.read(ours, 0, chunkBytes, null);
    // The other file may give its bytes in smaller pieces.
    let filled = 0;
    while (filled < Math.max(bytesRead, 1)) {
      const more = await b.read(theirs, filled, Math.max(bytesRead, 1) - filled, null);
      if (more.bytesRead === 0) break;
      filled += more.bytesRead;
    }
    if (filled !== bytesRead || !ours.subarray(0, bytesRead).equals(theirs.subarray(0, bytesRead))) return false;
    if (bytesRead === 0) return true;
  }
}
