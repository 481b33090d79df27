import { satisfies, valid, validRange } from "semver";
import type { Seen } from "./finding-id.ts";
import type { Asks, Lock, LockEntry } from "./lock-entry.ts";
import { realName } from "./lock-sources.ts";

/** A package.json as the change leaves it: what it asks for, and the names whose versions it overrides. */
export interface ManifestAsks {
  asks: Asks;
  overrides: ReadonlySet<string>;
}

/**
 * Packages that are in the lockfile without a reason, and versions outside the range they are given for. Pure. In: what the manifests ask
 * for that the change leaves, by folder below the lockfile.
 */
export function reasonChanges(before: Lock | null, after: Lock, manifests: ReadonlyMap<string, ManifestAsks>): Seen[] {
  return [
    ...withoutReason(before, after, manifests).map((entry): Seen => {
      const message = `${idOf(entry)} is in the lockfile, but no manifest and no package that changed asks for it.`;
      return { rule: "lockfile-unasked", level: "block", message, before: null, after: idOf(entry) };
    }),
    ...outsideRange(before, after, manifests),
  ];
}

/**
 * Packages that nobody asks for, without those that only they ask for. Pure. What a manifest asks for is believed where the manifest is part of the change or was there before,
 * and so are the dependencies of a package whose version changed; a dependency that an old version suddenly has is not: one version has
 * one manifest. In: manifests that the change leaves, by folder below the lockfile.
 */
function withoutReason(before: Lock | null, after: Lock, manifests: ReadonlyMap<string, ManifestAsks>): LockEntry[] {
  // yarn 1 does not write down what its roots ask for.
  if (before === null && after.roots.size === 0 && manifests.size === 0) return [];
  const asked = new Set<string>();
  const queue: string[] = [];
  const askFor = (...names: (string | null)[]): void => {
    for (const name of names) {
      if (name === null || asked.has(name)) continue;
      asked.add(name);
      queue.push(name);
    }
  };
  const ask = (asks: Asks): void => {
    for (const [name, range] of asks) askFor(name, realName(range));
  };
  for (const { as, name } of before?.entries ?? []) askFor(as, name);
  for (const asks of (before ?? after).roots.values()) ask(asks);
  for (const { asks } of manifests.values()) ask(asks);
  const old = new Map((before?.entries ?? []).map((entry) => [idOf(entry), entry.asks]));
  const all = after.entries.filter(({ source }) => source.kind !== "tree");
  const named = new Map<string, LockEntry[]>();
  for (const entry of all)
    for (const name of new Set([entry.as, entry.name])) (named.get(name) ?? named.set(name, []).get(name))?.push(entry);
  for (let name = queue.pop(); name !== undefined; name = queue.pop())
    for (const entry of named.get(name) ?? []) ask(old.get(idOf(entry)) ?? entry.asks);
  const open = all.filter(({ as, name }) => !asked.has(as) && !asked.has(name));
  // What only they ask for follows from them. Of packages that ask for each other all are named.
  const follows = new Set(open.flatMap(({ name, asks }) => [...asks.keys()].filter((ask) => ask !== name)));
  const tops = open.filter(({ as, name }) => !follows.has(as) && !follows.has(name));
  return tops.length > 0 ? tops : open;
}

/** Versions that are not in the range they are given for. Ranges that are no version ranges (tags, `catalog:`, aliases) say nothing. */
function outsideRange(before: Lock | null, after: Lock, manifests: ReadonlyMap<string, ManifestAsks>): Seen[] {
  const idOfPin = (pin: Lock["pins"][number]): string => JSON.stringify(Object.values(pin));
  const old = new Set((before?.pins ?? []).map(idOfPin));
  // A name that an override moves out of its range does not come back into it.
  const moved = new Set([
    ...(before?.pins ?? []).filter(({ range, version }) => isOutside(version, range)).map(({ name }) => name),
    ...[...manifests.values()].flatMap(({ overrides }) => [...overrides]),
  ]);
  return after.pins
    .filter((pin) => !old.has(idOfPin(pin)) && !moved.has(pin.name))
    .map((pin) => ({ ...pin, range: manifests.get(pin.folder ?? "-")?.asks.get(pin.name) ?? pin.range }))
    .filter(({ range, version }) => isOutside(version, range))
    .map(({ name, range, version }) => {
      const message = `The lockfile gives ${name}@${version} where ${JSON.stringify(range)} is asked for.`;
      return {
        rule: "lockfile-range",
        level: "block" as const,
        message,
        before: `${name}@${range}`,
        after: `${name}@${version}`,
      };
    });
}

function isOutside(version: string, range: string): boolean {
  if (valid(version, { loose: true }) === null || validRange(range, { loose: true }) === null) return false;
  return !satisfies(version, range, { loose: true });
}

function idOf({ name, version }: LockEntry): string {
  return `${name}@${version}`;
}
