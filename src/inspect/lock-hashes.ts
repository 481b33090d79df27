import type { Seen } from "./finding-id.ts";
import type { Lock, LockEntry } from "./lock-entry.ts";

/** Strongest first. `zip`: yarn's checksum of what it packs itself (SHA-512). */
const algorithms = ["zip", "sha512", "sha384", "sha256", "sha1", "md5"];
const weak = new Set(["sha1", "md5"]);

/**
 * Whether the new lockfile pins content as the old one did. One version has one content, so its hash may not change; a package of the
 * registry without a hash is whatever the registry gives that day. Pure. In: the old lockfile, and the entries of the new one that changed.
 */
export function hashChanges(before: Lock | null, after: Lock, changed: readonly LockEntry[]): Seen[] {
  const known = new Map<string, string[]>();
  for (const { integrity, ...entry } of before?.entries ?? [])
    if (integrity !== null) known.set(idOf(entry), [...(known.get(idOf(entry)) ?? []), integrity]);
  const isNewEra = before !== null && before.era !== null && before.era !== after.era;
  const seen = changed
    .filter(({ source }) => source.kind === "registry")
    .flatMap((entry) => hashOf(entry, isNewEra ? [] : (known.get(idOf(entry)) ?? [])));
  return isNewEra ? [newEra(before.era, after.era), ...seen] : seen;
}

function hashOf(entry: LockEntry, before: readonly string[]): Seen[] {
  const { integrity } = entry;
  const what = idOf(entry);
  const found = (message: string): Seen[] => [
    { rule: "lockfile-integrity", level: "block", message, before: before[0] ?? null, after: integrity ?? what },
  ];
  if (integrity === null) {
    if (entry.without === "bundled" || (entry.without === "platform" && before.length === 0)) return [];
    return found(`${what} has no integrity hash.`);
  }
  if (before.length > 0) {
    if (before.some((old) => agrees(old, integrity))) return [];
    return found(`The hash of ${what} changed, its version did not.`);
  }
  if (!weak.has(algorithmOf(strongest(integrity)))) return [];
  const message = `${what} is pinned by nothing stronger than ${algorithmOf(strongest(integrity))}, which can be forged.`;
  return [{ rule: "lockfile-weak-hash", level: "warn", message, before: null, after: integrity }];
}

/** A weaker hash may be added or dropped beside the strongest one, which must stay. */
function agrees(before: string, after: string): boolean {
  return after.split(" ").includes(strongest(before));
}

function strongest(integrity: string): string {
  const hashes = integrity.split(" ").filter((hash) => hash !== "");
  return (
    algorithms.flatMap((algorithm) => hashes.filter((hash) => algorithmOf(hash) === algorithm))[0] ?? hashes[0] ?? ""
  );
}

function algorithmOf(hash: string): string {
  return hash.split("-")[0] ?? "";
}

function newEra(before: string | null, after: string | null): Seen {
  const message = "yarn's cacheKey changed, and every hash with it: nobody compared them with the old ones.";
  return { rule: "lockfile-integrity", level: "block", message, before, after };
}

function idOf({ name, version }: Pick<LockEntry, "name" | "version">): string {
  return `${name}@${version}`;
}
