import type { Finding } from "../handoff/finding.ts";
import { readBerryLock } from "./berry-lock.ts";
import { readBunLock } from "./bun-lock.ts";
import { findingOf, type Seen } from "./finding-id.ts";
import { foldPath } from "./fold-path.ts";
import { newInstallScripts } from "./install-scripts.ts";
import type { Lock, LockEntry } from "./lock-entry.ts";
import { hashChanges } from "./lock-hashes.ts";
import { reasonChanges, type ManifestAsks } from "./lock-reasons.ts";
import { sourceChanges } from "./lock-sources.ts";
import { manifestAsks } from "./manifest-asks.ts";
import { readNpmLock } from "./npm-lock.ts";
import { readPnpmLock } from "./pnpm-lock.ts";
import { textOf, type Sides } from "./sides.ts";
import { readYarnLock } from "./yarn-lock.ts";

const npmLockfile = /(^|\/)(package-lock|npm-shrinkwrap|\.package-lock)\.json$/;
const otherLockfile = /(^|\/)(yarn\.lock|pnpm-lock\.ya?ml|bun\.lockb?)$/;

/** UTF-16 code units of a lockfile that is read; a change cannot be that large unless its limits were raised. */
const lockfileUnitsMax = 16 * 1024 * 1024;

/**
 * What a lockfile says differently, entry by entry, for npm, pnpm, yarn 1, yarn 2 and newer, and bun. Managers believe its addresses and
 * hashes without a question, so a changed one is a changed program (lockfile injection).
 */
export function inspectLockfiles(sides: readonly Sides[], locks = readLocks(sides)): Finding[] {
  const paths = new Set(sides.map(({ entry }) => entry.path));
  return locks.flatMap((side) => {
    const seen = [...aloneOrDeleted(side, paths), ...changesOf(side, manifestAsks(sides, folderOf(side)))];
    return seen.map((one) => findingOf({ ...one, path: side.entry.path, line: null }));
  });
}

/** A lockfile of a Change, read. null: it does not exist on that side, or cannot be read there. */
export interface LockSides extends Pick<Sides, "entry"> {
  before: Lock | null;
  after: Lock | null;
}

/** Reads every lockfile of a Change on both sides. Reading a large one takes a second, so who asks several rules does it once. Pure. */
export function readLocks(sides: readonly Sides[]): LockSides[] {
  const read = ({ path }: Sides["entry"], bytes: Uint8Array | null) => (bytes === null ? null : readLock(path, bytes));
  return sides
    .filter(isLockfile)
    .map(({ entry, before, after }) => ({ entry, before: read(entry, before), after: read(entry, after) }));
}

/** Whether an entry of a Change is a lockfile, whatever the case of its name. */
function isLockfile({ entry }: Sides): boolean {
  const folded = foldPath(entry.path);
  return npmLockfile.test(folded) || otherLockfile.test(folded);
}

/** The folder that a lockfile is for: `""` or one that ends in a slash. */
export function folderOf({ entry }: Pick<Sides, "entry">): string {
  return entry.path.replace(/[^/]*$/, "");
}

/** Reads a lockfile by its name. Pure. Out: null when Airlock does not read this format or this text. */
export function readLock(path: string, bytes: Uint8Array): Lock | null {
  const text = textOf(bytes);
  if (text === null || text.length > lockfileUnitsMax) return null;
  const name = foldPath(path).replace(/^.*\//, "");
  if (name.endsWith(".json")) return readNpmLock(text);
  if (name.startsWith("pnpm-lock.")) return readPnpmLock(text);
  if (name === "yarn.lock") return readYarnLock(text) ?? readBerryLock(text);
  return name === "bun.lock" ? readBunLock(text) : null;
}

function aloneOrDeleted({ entry }: LockSides, paths: ReadonlySet<string>): Seen[] {
  const evidence = { before: entry.before?.sha ?? null, after: entry.after?.sha ?? null };
  const manifest = entry.path.replace(/[^/]*$/, "package.json");
  const changed: Seen = {
    rule: "lockfile",
    level: "warn",
    message: "The lockfile changed: it decides which code is installed.",
    ...evidence,
  };
  const deleted: Seen = {
    rule: "lockfile-deleted",
    level: "block",
    message: "The lockfile was deleted: nothing pins the dependencies.",
    ...evidence,
  };
  const alone: Seen = {
    rule: "lockfile-without-manifest",
    level: "block",
    message: "The lockfile changed although the manifest beside it did not.",
    ...evidence,
  };
  return [changed, ...(entry.after === null ? [deleted] : []), ...(paths.has(manifest) ? [] : [alone])];
}

function changesOf(
  { entry, before: was, after: now }: LockSides,
  manifests: ReadonlyMap<string, ManifestAsks>,
): Seen[] {
  if (entry.after === null) return [];
  if (now === null || (entry.before !== null && was === null)) return [unread(entry)];
  // Another manager's lockfile in the place of the old one is compared with nothing.
  const old = was?.format === now.format ? was : null;
  const changed = changedEntries(old, now);
  return [
    ...hashChanges(old, now, changed),
    ...sourceChanges(old, now, changed),
    ...newInstallScripts(old, now),
    ...reasonChanges(old, now, manifests),
  ];
}

/** Entries that are new or say anything else than before. */
export function changedEntries(before: Lock | null, after: Lock): LockEntry[] {
  const sayOf = (entry: LockEntry): string => JSON.stringify([entry, [...entry.asks]]);
  const old = new Map((before?.entries ?? []).map((entry) => [entry.key, sayOf(entry)]));
  return after.entries.filter((entry) => old.get(entry.key) !== sayOf(entry));
}

function unread(entry: Sides["entry"]): Seen {
  return {
    rule: "lockfile-unread",
    level: "block",
    message: "Airlock does not read this lockfile format, so nobody compared hosts and hashes.",
    before: entry.before?.sha ?? null,
    after: entry.after?.sha ?? null,
  };
}
