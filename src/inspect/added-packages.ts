import { jsonObject } from "./json.ts";
import type { Lock, LockEntry } from "./lock-entry.ts";
import { satisfies } from "semver";
import { folderOf, readLocks } from "./lockfiles.ts";
import { asksOf } from "./manifest-asks.ts";
import { foldPath } from "./fold-path.ts";
import { realName } from "./lock-sources.ts";
import { textOf, type Sides } from "./sides.ts";

/** A package of the registry, in a version that the change brings. */
export interface AddedPackage {
  name: string;
  /** null: only a manifest names it, and no lockfile that Airlock reads says which version that means. */
  version: string | null;
  /** A version that was there before; null: the name is new. */
  before: string | null;
  /** Whether a package.json of the change asks for it by name; else another package does. */
  direct: boolean;
  /** What the lockfile pins it by. */
  integrity: string | null;
}

/**
 * Every package and version that a change brings, from its manifests and lockfiles alone. Pure: verify looks them up, and publish
 * finds the same ones and sees whether each was. Out: direct ones first, then new names, then by name.
 */
export function addedPackages(sides: readonly Sides[], locks = readLocks(sides)): AddedPackage[] {
  const asked = directAsks(sides);
  const locked = locks.flatMap(({ before, after }) => (after === null ? [] : newIn(before, after, asked)));
  const found = new Map(locked.map((one) => [`${one.name}@${one.version}`, one]));
  const named = new Set(locked.map(({ name }) => name));
  const unchanged = locks.map(({ entry, after }) => ({
    folder: folderOf({ entry }),
    by: Map.groupBy(after?.entries ?? [], ({ name }) => name),
  }));
  for (const [name, asks] of asked) {
    // What a lockfile held before and still holds brings nothing; in another version it is among the locked ones above.
    const isHeld = ({ folder, range }: Ask) =>
      unchanged.some((one) => folder.startsWith(one.folder) && holds(one.by.get(name) ?? [], range));
    if (!named.has(name) && asks.some((ask) => ask.isNew && !isHeld(ask)))
      found.set(name, { name, version: null, before: null, direct: true, integrity: null });
  }
  return [...found.values()].toSorted(inOrder);
}

interface Ask {
  /** Of the manifest: `""` or with a slash at its end. */
  folder: string;
  range: string;
  /** Whether this manifest did not ask for the name before. */
  isNew: boolean;
}

/** What the manifests of the change ask the registry for, by the name that it has there. */
function directAsks(sides: readonly Sides[]): Map<string, Ask[]> {
  const asks = sides.flatMap(({ entry, before, after }): [string, Ask][] => {
    if (!/(^|\/)package\.json$/.test(foldPath(entry.path))) return [];
    const [was, now] = [rangesIn(before), rangesIn(after)];
    const folder = entry.path.replace(/[^/]*$/, "");
    return [...now].map(([name, range]) => [name, { folder, range, isNew: !was.has(name) }]);
  });
  const byName = Map.groupBy(asks, ([name]) => name);
  return new Map([...byName].map(([name, some]) => [name, some.map(([, ask]) => ask)]));
}

/** Every other way to ask (git, an address, `owner/repository`, a path, a workspace) has a colon or a slash. */
function rangesIn(manifest: Uint8Array | null): Map<string, string> {
  const text = manifest === null ? null : textOf(manifest);
  const { asks } = asksOf(text === null ? {} : (jsonObject(text) ?? {}));
  return new Map(
    [...asks].flatMap(([name, range]): [string, string][] => {
      const real = realName(range);
      if (real !== null) return [[real, range.slice(`npm:${real}@`.length) || "*"]];
      return /[:/]/.test(range) ? [] : [[name, range]];
    }),
  );
}

/** UTF-16 code units of a range that is read. */
const rangeUnitsMax = 1_000;

function holds(entries: readonly LockEntry[], range: string): boolean {
  return (
    range.length <= rangeUnitsMax &&
    entries.some(({ source, version }) => source.kind === "registry" && satisfies(version, range))
  );
}

function newIn(before: Lock | null, after: Lock, asked: ReadonlyMap<string, unknown>): AddedPackage[] {
  const old = Map.groupBy(before?.entries ?? [], ({ name }) => name);
  return after.entries
    .filter(({ source, name, version }) => source.kind === "registry" && !isThere(old.get(name), version))
    .map(({ name, version, integrity }) => ({
      name,
      version,
      before: old.get(name)?.at(-1)?.version ?? null,
      direct: asked.has(name),
      integrity,
    }));
}

function isThere(entries: readonly LockEntry[] | undefined, version: string): boolean {
  return entries?.some((entry) => entry.version === version) === true;
}

function inOrder(a: AddedPackage, b: AddedPackage): number {
  const rank = ({ direct, before }: AddedPackage): number => (direct ? 0 : 2) + (before === null ? 0 : 1);
  return rank(a) - rank(b) || (a.name < b.name ? -1 : Number(a.name > b.name));
}
