import { jsonObject } from "./json.ts";
import type { Lock, LockEntry } from "./lock-entry.ts";
import { isLockfile, readLock } from "./lockfiles.ts";
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
export function addedPackages(sides: readonly Sides[]): AddedPackage[] {
  const asked = directAsks(sides);
  const locked = sides.filter(isLockfile).flatMap(({ entry, before, after }) => {
    const now = after === null ? null : readLock(entry.path, after);
    return now === null ? [] : newIn(before === null ? null : readLock(entry.path, before), now, asked);
  });
  const found = new Map(locked.map((one) => [`${one.name}@${one.version}`, one]));
  const named = new Set(locked.map(({ name }) => name));
  for (const [name, isNew] of asked) {
    if (isNew && !named.has(name))
      found.set(name, { name, version: null, before: null, direct: true, integrity: null });
  }
  return [...found.values()].toSorted(inOrder);
}

/** What the manifests of the change ask for by name, and whether they did not before. */
function directAsks(sides: readonly Sides[]): Map<string, boolean> {
  const asked = new Map<string, boolean>();
  for (const { entry, before, after } of sides) {
    if (!/(^|\/)package\.json$/.test(foldPath(entry.path))) continue;
    const [was, now] = [namesIn(before), namesIn(after)];
    for (const name of now) asked.set(name, asked.get(name) === true || !was.has(name));
  }
  return asked;
}

function namesIn(manifest: Uint8Array | null): Set<string> {
  const text = manifest === null ? null : textOf(manifest);
  const { asks } = asksOf(text === null ? {} : (jsonObject(text) ?? {}));
  const foreign = /^(workspace|link|portal|file|catalog):|^\.{0,2}\//;
  return new Set([...asks].filter(([, range]) => !foreign.test(range)).map(([name, range]) => realName(range) ?? name));
}

function newIn(before: Lock | null, after: Lock, asked: ReadonlyMap<string, boolean>): AddedPackage[] {
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
