import type { Finding } from "../handoff/finding.ts";
import { findingOf } from "./finding-id.ts";
import { foldPath } from "./fold-path.ts";
import { isObject, jsonObject, objectAt, stringAt, type JsonObject } from "./json.ts";
import { textOf, type Sides } from "./sides.ts";

type Seen = Pick<Finding, "rule" | "level" | "message" | "before" | "after">;

const npmLockfile = /(^|\/)(package-lock|npm-shrinkwrap|\.package-lock)\.json$/;
const otherLockfile = /(^|\/)(yarn\.lock|pnpm-lock\.ya?ml|bun\.lockb?)$/;

/**
 * What a lockfile says differently, entry by entry. `npm ci` believes `resolved` and `integrity` without a question, so a changed host
 * or hash is a changed program (lockfile injection).
 */
export function inspectLockfiles(sides: readonly Sides[]): Finding[] {
  const paths = new Set(sides.map(({ entry }) => entry.path));
  return sides.flatMap((side) => {
    const folded = foldPath(side.entry.path);
    if (!npmLockfile.test(folded) && !otherLockfile.test(folded)) return [];
    const seen = [...aloneOrDeleted(side, paths), ...(npmLockfile.test(folded) ? npmChanges(side) : [unread(side)])];
    return seen.map((one) => findingOf({ ...one, path: side.entry.path, line: null }));
  });
}

function aloneOrDeleted({ entry }: Sides, paths: ReadonlySet<string>): Seen[] {
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

function unread({ entry }: Sides): Seen {
  return {
    rule: "lockfile-unread",
    level: "block",
    message: "Airlock does not read this lockfile format, so nobody compared hosts and hashes.",
    before: entry.before?.sha ?? null,
    after: entry.after?.sha ?? null,
  };
}

function npmChanges({ entry, before, after }: Sides): Seen[] {
  if (after === null) return [];
  const now = packagesOf(after);
  const was = before === null ? {} : packagesOf(before);
  if (now === null || was === null) return [unread({ entry, before, after })];
  const hosts = hostsOf(was);
  const changes = entriesOf(now).flatMap(([key, one]) => {
    const old = objectAt(was, key);
    if (JSON.stringify(old) === JSON.stringify(one)) return [];
    return [...integrityOf(key, old, one), ...sourceOf(key, one, hosts), ...installScriptOf(key, old, one)];
  });
  return hosts.size > 0 ? changes : [...changes, ...firstHosts(hostsOf(now))];
}

/** Nothing to compare with: the hosts are shown, so that a person reads them once. */
function firstHosts(hosts: ReadonlySet<string>): Seen[] {
  if (hosts.size === 0) return [];
  const after = [...hosts].toSorted().join(", ");
  const message = `The lockfile names its first sources of packages: ${after}.`;
  return [{ rule: "lockfile-source", level: "warn", message, before: null, after }];
}

/** The `packages` table of lockfile versions 2 and 3; null for anything else (version 1 has none). */
function packagesOf(bytes: Uint8Array): JsonObject | null {
  const text = textOf(bytes);
  const root = text === null ? null : jsonObject(text);
  return root !== null && isObject(root["packages"]) ? root["packages"] : null;
}

/** Installed packages only: not the root, workspace folders or links to them. */
function entriesOf(packages: JsonObject): [string, JsonObject][] {
  return Object.entries(packages).flatMap(([key, value]) =>
    key.includes("node_modules/") && isObject(value) && value["link"] !== true ? [[key, value]] : [],
  );
}

function integrityOf(key: string, old: JsonObject, now: JsonObject): Seen[] {
  const before = stringAt(old, "integrity");
  const after = stringAt(now, "integrity");
  const what = `${nameIn(key)}@${stringAt(now, "version") ?? "?"}`;
  if (after === null && now["inBundle"] !== true)
    return [
      { rule: "lockfile-integrity", level: "block", message: `${what} has no integrity hash.`, before, after: what },
    ];
  if (before === null || before === after || stringAt(old, "version") !== stringAt(now, "version")) return [];
  return [
    {
      rule: "lockfile-integrity",
      level: "block",
      message: `The hash of ${what} changed, its version did not.`,
      before,
      after,
    },
  ];
}

/** The host must be one that the base lockfile already used, by https, and the file must be this package's own archive. */
function sourceOf(key: string, now: JsonObject, hosts: ReadonlySet<string>): Seen[] {
  const resolved = stringAt(now, "resolved");
  if (resolved === null) return [];
  const version = stringAt(now, "version") ?? "";
  const name = stringAt(now, "name") ?? nameIn(key);
  const url = URL.canParse(resolved) ? new URL(resolved) : null;
  const secure = url !== null && url.protocol === "https:" && url.username === "" && url.password === "";
  if (!secure || (hosts.size > 0 && !hosts.has(url.host))) {
    const message = `${name}@${version} would come from a place that the lockfile did not use before.`;
    return [
      { rule: "lockfile-source", level: "block", message, before: [...hosts].toSorted().join(", "), after: resolved },
    ];
  }
  const archive = `/${name}/-/${name.replace(/^.*\//, "")}-${version}.tgz`;
  if (decoded(url.pathname).endsWith(archive) && stringAt(now, "name") === null) return [];
  const message = `The entry for ${nameIn(key)}@${version} names another package's archive.`;
  return [{ rule: "lockfile-source", level: "block", message, before: archive, after: resolved }];
}

function installScriptOf(key: string, old: JsonObject, now: JsonObject): Seen[] {
  if (now["hasInstallScript"] !== true || old["hasInstallScript"] === true) return [];
  const what = `${nameIn(key)}@${stringAt(now, "version") ?? "?"}`;
  const message = `${what} runs a script of its own when it is installed.`;
  return [{ rule: "install-script", level: "block", message, before: null, after: what }];
}

function nameIn(key: string): string {
  return key.slice(key.lastIndexOf("node_modules/") + "node_modules/".length);
}

function hostsOf(packages: JsonObject): Set<string> {
  const urls = entriesOf(packages).map(([, entry]) => stringAt(entry, "resolved") ?? "");
  return new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).host));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
