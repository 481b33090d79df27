import type { Seen } from "./finding-id.ts";
import type { Lock, LockEntry } from "./lock-entry.ts";

/**
 * Whether packages still come from where they came from: a host that the old lockfile used, by https, and the package's own archive there.
 * Managers fetch from the address in the lockfile without a question. Pure. In: the entries of the new lockfile that changed.
 */
export function sourceChanges(before: Lock | null, after: Lock, changed: readonly LockEntry[]): Seen[] {
  const isFirst = before === null || before.entries.every(({ source }) => source.kind !== "registry");
  const hosts = hostsOf(before);
  const aliases = aliasesIn(after);
  const seen = changed.flatMap((entry) => sourceOf(entry, isFirst ? null : hosts, { aliases, format: after.format }));
  return isFirst ? [...seen, ...firstHosts(hostsOf(after))] : seen;
}

interface About {
  aliases: ReadonlySet<string>;
  format: Lock["format"];
}

/** `hosts: null`: there was no lockfile to compare with. */
function sourceOf(entry: LockEntry, hosts: ReadonlySet<string> | null, { aliases, format }: About): Seen[] {
  const { source, name, as, version } = entry;
  const found = (message: string, was: string, now: string): Seen[] => [
    { rule: "lockfile-source", level: "block", message, before: was, after: now },
  ];
  const elsewhere = `${name}@${version} would come from a place that the lockfile did not use before.`;
  const known = [...(hosts ?? [])].toSorted().join(", ");
  switch (source.kind) {
    case "tree":
      return [];
    case "elsewhere":
      return found(elsewhere, known, source.spec);
    case "registry":
  }
  const url = source.url !== null && URL.canParse(source.url) ? new URL(source.url) : null;
  const isSecure = url !== null && url.protocol === "https:" && url.username === "" && url.password === "";
  if (source.url !== null && (!isSecure || (hosts !== null && !hosts.has(url.host))))
    return found(elsewhere, known, source.url);
  const isAlias = as !== name && !aliases.has(`${as} ${name}`);
  const archive = `/${name}/-/${name.replace(/^.*\//, "")}-${version}.tgz`;
  // bun writes the registry's own address for packages that come from another one than the usual.
  const isOther =
    url !== null && !decoded(url.pathname).endsWith(archive) && (format !== "bun" || url.pathname.endsWith(".tgz"));
  if (!isAlias && !isOther) return [];
  return found(`The entry for ${as}@${version} names another package's archive.`, archive, source.url ?? name);
}

/** What the lockfile installs under another name because somebody asks for it so: `"a": "npm:b@^1.0.0"`. */
function aliasesIn({ entries, roots }: Lock): ReadonlySet<string> {
  const asks = [...entries.map(({ asks }) => asks), ...roots.values()];
  return new Set(
    asks.flatMap((some) =>
      [...some].flatMap(([as, range]) => {
        const real = realName(range);
        return real === null ? [] : [`${as} ${real}`];
      }),
    ),
  );
}

/** The package that `npm:name@range` means; null when it is no such spec. */
export function realName(range: string): string | null {
  if (!range.startsWith("npm:")) return null;
  const spec = range.slice("npm:".length);
  const at = spec.indexOf("@", 1);
  return at === -1 ? spec : spec.slice(0, at);
}

/** Nothing to compare with: the hosts are shown, so that a person reads them once. */
function firstHosts(hosts: ReadonlySet<string>): Seen[] {
  if (hosts.size === 0) return [];
  const after = [...hosts].toSorted().join(", ");
  const message = `The lockfile names its first sources of packages: ${after}.`;
  return [{ rule: "lockfile-source", level: "warn", message, before: null, after }];
}

function hostsOf(lock: Lock | null): Set<string> {
  const urls = (lock?.entries ?? []).flatMap(({ source }) =>
    source.kind === "registry" && source.url !== null && URL.canParse(source.url) ? [new URL(source.url)] : [],
  );
  return new Set(urls.map(({ host }) => host));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
