import { type BigIntStats, chmodSync, constants, copyFileSync, promises, utimesSync } from "node:fs";

/** A path below the staged directory as latin1 text of its bytes: a name need not be UTF-8, and a map wants text. "" is the top. */
export type Name = string;

/** One step down, for host paths (bytes) and for names below the staged directory alike. */
export function below(path: Buffer, name: Buffer): Buffer;
export function below(path: Name, name: Buffer): Name;
export function below(path: Buffer | Name, name: Buffer): Buffer | Name {
  if (typeof path === "string") return path === "" ? name.toString("latin1") : `${path}/${name.toString("latin1")}`;
  return Buffer.concat([path, Buffer.from("/"), name]);
}

/**
 * Tells whether the same thing still lies at a path. The change time cannot be set back by `touch`; a directory's own times say
 * nothing about what lies in it, so of a directory only its identity counts.
 */
export function fingerprintOf(stat: BigIntStats): string {
  if (stat.isDirectory()) return `directory ${stat.ino}`;
  return [stat.ino, stat.size, stat.mode, stat.mtimeNs, stat.ctimeNs].join(" ");
}

/** What lies at a path, links not followed; null when nothing does. */
export async function lstatOf(path: Buffer): Promise<BigIntStats | null> {
  try {
    return await promises.lstat(path, { bigint: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

const smallBytes = 1_048_576n;

/** Copies a plain file to where nothing is. Time stamps are kept, as build tools look at them; set-id bits are not. */
export async function copyPlain(from: Buffer, to: Buffer, stat: BigIntStats): Promise<true> {
  const how = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
  // Waiting for a thread takes longer than copying a small file.
  if (stat.size <= smallBytes) copyFileSync(from, to, how);
  else await promises.copyFile(from, to, how);
  chmodSync(to, Number(stat.mode) & 0o777);
  utimesSync(to, Number(stat.atimeMs) / 1000, Number(stat.mtimeMs) / 1000);
  return true;
}

/** A name for people. */
export function textOf(path: Name): string {
  return Buffer.from(path, "latin1").toString("utf8");
}
