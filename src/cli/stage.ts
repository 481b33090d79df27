import { chmodSync, lchownSync, lstatSync, mkdirSync, promises, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { SandboxMode } from "../config.ts";
import { bringBack, type Brought } from "./bring-back.ts";
import { below, copyPlain, fingerprintOf, type Name, textOf } from "./entry.ts";
import { Cancelled } from "./verb.ts";

interface User {
  uid: number;
  gid: number;
}

/** A directory that the sandbox's user may work in. */
export interface Stage {
  /** Host path to mount. */
  host: string;
  /** Paths that could not be copied, as text: the command does not see them, and they stay as they are. */
  leftOut: string[];
  /** Carries what the command changed back to the caller's own directory. */
  bringBack(): Promise<Brought>;
}

interface Staging {
  user: User;
  mode: SandboxMode;
  ours: string;
  /** Milliseconds. */
  now: () => number;
  /** Told once, when copying takes longer than `longMs`, how many files there are in all. */
  onLong: (files: number) => void;
  /** Ends the copying. */
  signal: AbortSignal;
}

/** Milliseconds of copying after which a person wants to know what is going on. */
const longMs = 1_000;

/**
 * A command that may write gets a copy, and afterwards its changes are carried back, but never a name that is protected: a `.git` or
 * `.agents` that a command leaves behind would be obeyed by the next tool of the caller. Root's commands get a copy in every mode,
 * because they run as another user, who may not enter what is root's. Everybody else's are shown the directory itself, read-only.
 * In: an existing directory; a directory of ours for the copy. Pipes, sockets, devices and what cannot be read are left out; no link is
 * followed. @throws Cancelled when the signal comes first.
 */
export async function stage(directory: string, order: Staging): Promise<Stage> {
  const { user, mode, ours } = order;
  if (mode === "read-only" && process.getuid?.() !== 0)
    return { host: directory, leftOut: [], bringBack: () => Promise.resolve({ changed: [], left: [] }) };
  const host = join(ours, "stage");
  const { dev, ino } = lstatSync(ours, { bigint: true });
  const copying: Copying = {
    user,
    not: { dev, ino },
    before: new Map(),
    leftOut: [],
    breathe: breather(directory, order),
  };
  await copyTree({ from: Buffer.from(directory), to: Buffer.from(host) }, "", copying);
  // Only the sandbox's user enters, whoever else has an account on this machine.
  chmodSync(host, 0o700);
  return {
    host,
    leftOut: copying.leftOut.toSorted(),
    bringBack: () => bringBack({ from: Buffer.from(host), to: Buffer.from(directory), before: copying.before }),
  };
}

interface Copying {
  user: User;
  /** The directory of ours that the copy lies in: where it lies in the workspace, it would be copied into itself without end. */
  not: { dev: bigint; ino: bigint };
  /** What lay at each path when it was copied. */
  before: Map<Name, string>;
  leftOut: string[];
  /** Asked before every entry: tells when it takes long, and lets signals in now and then. */
  breathe: () => Promise<void>;
}

function breather(directory: string, { now, onLong, signal }: Staging): () => Promise<void> {
  const started = now();
  let told = false;
  let entries = 0;
  return async () => {
    entries += 1;
    if (entries % entriesPerBreath === 0) await new Promise((resolve) => void setImmediate(resolve));
    if (signal.aborted) throw new Cancelled("Stopped while the workspace was copied; nothing was run.");
    if (told || now() - started <= longMs) return;
    told = true;
    onLong(await countFiles(Buffer.from(directory)));
  };
}

/** Copied without waiting, which is several times as fast: a thread per call costs more than the calls themselves. */
const entriesPerBreath = 256;

/** Everything that is no directory; what cannot be read counts as nothing. */
async function countFiles(directory: Buffer): Promise<number> {
  const entries = await promises.readdir(directory, { encoding: "buffer", withFileTypes: true }).catch(() => []);
  let files = 0;
  for (const entry of entries) files += entry.isDirectory() ? await countFiles(below(directory, entry.name)) : 1;
  return files;
}

async function copyTree({ from, to }: { from: Buffer; to: Buffer }, path: Name, on: Copying): Promise<void> {
  const names = namesIn(from);
  if (names === null) return void on.leftOut.push(textOf(path));
  // The top one is closed from the start: others on this machine must not look on while it is filled.
  mkdirSync(to, { mode: path === "" ? 0o700 : 0o755 });
  for (const name of names) await copyEntry({ from: below(from, name), to: below(to, name) }, below(path, name), on);
  own(to, on.user);
  on.before.set(path, fingerprintOf(lstatSync(from, { bigint: true })));
}

async function copyEntry({ from, to }: { from: Buffer; to: Buffer }, path: Name, on: Copying): Promise<void> {
  await on.breathe();
  const stat = lstatSync(from, { bigint: true });
  if (stat.dev === on.not.dev && stat.ino === on.not.ino) return;
  if (stat.isDirectory()) return copyTree({ from, to }, path, on);
  if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from, { encoding: "buffer" }), to);
  else if (!stat.isFile()) return;
  else if ((await copyPlain(from, to, stat).catch(refusal)) === null) return void on.leftOut.push(textOf(path));
  own(to, on.user);
  on.before.set(path, fingerprintOf(stat));
}

/** null for what the caller may not read; it was never part of what a command could be shown. */
function refusal(error: unknown): null {
  if (error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM")) return null;
  throw error;
}

function namesIn(directory: Buffer): Buffer[] | null {
  try {
    return readdirSync(directory, { encoding: "buffer" });
  } catch (error) {
    return refusal(error);
  }
}

function own(path: Buffer, { uid, gid }: User): void {
  if (process.getuid?.() === 0) lchownSync(path, uid, gid);
}
