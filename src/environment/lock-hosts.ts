import { lineCharactersMax } from "./spec.ts";

export interface LockHosts {
  old: Buffer;
  now: Buffer;
  lockfile: string;
  /** The machine's, without credentials. */
  registry: URL;
}

/** `"resolved": "https://host/path/name/-/name-1.0.0.tgz"` of npm and `  resolved "…"` of yarn 1: up to the address, the address, the rest. */
const resolvedLine = /^(\s*"?resolved"?:? ")(https?:\/\/[^"\s]+)(".*)$/;

/**
 * The new lockfile with the addresses of the old one. A manager writes down the address of the registry it was given, which is that of this machine
 * (a company's mirror) and would be wrong elsewhere: what the old lockfile had keeps its address, what is new gets the old one's registry, and
 * where it named none (`omit-lockfile-registry-resolved`), none is named. Only npm and yarn 1 write addresses for every package. Pure.
 */
export function keepHosts({ old, now, lockfile, registry }: LockHosts): Buffer {
  if (lockfile === "bun.lock") return withoutRegistry(now, registry);
  if (lockfile !== "yarn.lock" && !lockfile.endsWith(".json")) return now;
  const known = addressesIn(old);
  const root = commonRoot([...known.values()]);
  const base = registry.href.endsWith("/") ? registry.href : `${registry.href}/`;
  const lines = now.toString("utf8").split("\n");
  const kept = lines.flatMap((line) => {
    const [, head = "", address = "", tail = ""] = matched(line) ?? [];
    const path = packagePath(address);
    if (path === null) return [line];
    const before = known.get(path);
    if (before !== undefined) return [`${head}${before}${hashOf(address)}${tail}`];
    if (!address.startsWith(base)) return [line];
    if (root !== null) return [`${head}${root}${address.slice(base.length)}${tail}`];
    return known.size === 0 && tail.endsWith(",") ? [] : [line];
  });
  return Buffer.from(kept.join("\n"));
}

/** bun leaves the address empty for its built-in registry alone, and takes an empty one from whichever is set. */
function withoutRegistry(now: Buffer, registry: URL): Buffer {
  const base = registry.href.replace(/\/$/, "");
  return Buffer.from(
    now
      .toString("utf8")
      .split("\n")
      .map((line) =>
        line.length > lineCharactersMax
          ? line
          : line.replace(/^(\s*"[^"]+": \["[^"]+", )"([^"]*)"/, (whole, head: string, at: string) =>
              at.startsWith(base) ? `${head}""` : whole,
            ),
      )
      .join("\n"),
  );
}

/** Path of a package's archive → its whole address without the hash that yarn 1 adds. */
function addressesIn(lock: Buffer): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lock.toString("utf8").split("\n")) {
    const address = matched(line)?.[2];
    const path = address === undefined ? null : packagePath(address);
    if (address !== undefined && path !== null) found.set(path, address.replace(/#.*$/, ""));
  }
  return found;
}

function matched(line: string): RegExpExecArray | null {
  return line.length > lineCharactersMax ? null : resolvedLine.exec(line);
}

/** `https://host/npm/@scope/name/-/name-1.0.0.tgz#hash` → `@scope/name/-/name-1.0.0.tgz`; null when it is no registry's archive. */
function packagePath(address: string): string | null {
  return /\/((?:@[^/]+\/)?[^/@]+\/-\/[^/?#]+\.tgz)(?:#[0-9a-f]*)?$/i.exec(address)?.[1] ?? null;
}

/** What most of the old addresses begin with; null when there are none. */
function commonRoot(addresses: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const address of addresses) {
    const root = address.slice(0, address.length - (packagePath(address)?.length ?? 0));
    counts.set(root, (counts.get(root) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

function hashOf(address: string): string {
  return /#[0-9a-f]*$/i.exec(address)?.[0] ?? "";
}
