import { posix } from "node:path";
import { textOf, type Sides } from "../sides.ts";
import type { ConfigPair } from "./config-pairs.ts";
import { settingsOf, type Setting } from "./settings.ts";

/** How far a configuration's `extends` is followed; more is nobody's. */
const levelsMax = 5;

/**
 * A configuration with what it lost and gets from a file of this change instead: the settings that its base wrote out, that its result does
 * not, and that a file which the result extends by a relative path sets. Files that the change leaves as they are, and packages, are not known
 * here. In: the settings that are handed down, by their key.
 */
export function withParents(pair: ConfigPair, sides: readonly Sides[], inherited: RegExp): ConfigPair {
  const own = new Set(pair.after.map(({ key }) => key));
  const lost = new Set(pair.before.map(({ key }) => key).filter((key) => inherited.test(key) && !own.has(key)));
  if (lost.size === 0 || pair.deleted) return pair;
  const files = new Map(sides.map(({ entry, after }) => [entry.path, after]));
  const found = new Map<string, Setting[]>();
  for (const [key, some] of Map.groupBy(
    parentSettings(pair.path, pair.after, { files, seen: new Set([pair.path]) }, levelsMax).found,
    ({ key }) => key,
  ))
    if (lost.has(key)) found.set(key, some);
  return { ...pair, after: [...pair.after, ...[...found.values()].flat()] };
}

/**
 * What the extended files set, the nearest one of each key: the last of a list goes first, and a file goes before what it extends. Each is
 * read once. `whole` false: one of them is not known, and what it sets would go before the rest, so the rest is left out.
 */
function parentSettings(
  path: string,
  settings: readonly Setting[],
  around: { files: ReadonlyMap<string, Uint8Array | null>; seen: Set<string> },
  levels: number,
): { found: Setting[]; whole: boolean } {
  const known = new Set<string>();
  const found: Setting[] = [];
  const targets = settings.filter(({ key }) => key === "extends" || key === "extends.*").map(({ value }) => value);
  if (levels === 0) return { found, whole: targets.length === 0 };
  for (const target of targets.toReversed()) {
    if (typeof target !== "string" || !target.startsWith(".")) return { found, whole: false };
    const parent = posix.join(posix.dirname(path), target);
    const { files, seen } = around;
    const at = [parent, `${parent}.json`].find((one) => files.get(one) != null);
    if (at !== undefined && seen.has(at)) continue;
    if (at !== undefined) seen.add(at);
    const text = at === undefined ? null : textOf(files.get(at) ?? new Uint8Array());
    const read = at === undefined || text === null ? null : settingsOf(at, text);
    if (at === undefined || read === null) return { found, whole: false };
    const above = parentSettings(at, read, around, levels - 1);
    const all = [...read, ...above.found];
    for (const key of new Set(all.map((one) => one.key))) {
      if (known.has(key)) continue;
      known.add(key);
      // Of one file all values of a key count: an override for some files as well.
      found.push(...(read.some((one) => one.key === key) ? read : all).filter((one) => one.key === key));
    }
    if (!above.whole) return { found, whole: false };
  }
  return { found, whole: true };
}
