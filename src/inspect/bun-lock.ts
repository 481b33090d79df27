import { z } from "zod";
import { strictYaml } from "../text/strict-yaml.ts";
import { isObject, objectAt, type JsonObject } from "./json.ts";
import type { Asks, Lock, LockEntry, LockSource } from "./lock-entry.ts";

const inEntry = ["dependencies", "optionalDependencies", "peerDependencies"];
const inRoot = [...inEntry, "devDependencies"];

const names = z.record(z.string(), z.string()).optional();
const depending = { dependencies: names, optionalDependencies: names, peerDependencies: names };

/** What is read of the file, and in which types bun writes it: of another type bun makes something, and nobody knows what. */
const Lockfile = z.looseObject({
  trustedDependencies: z.array(z.string()).optional(),
  workspaces: z.record(z.string(), z.looseObject({ ...depending, devDependencies: names })),
  packages: z.record(
    z.string(),
    z.tuple([z.string()], z.union([z.string(), z.looseObject({ bundled: z.boolean().optional(), ...depending })])),
  ),
});

/** Reads bun.lock, which is JSON with commas at the end of lists; YAML takes those. Pure. Out: null for anything else (bun.lockb is binary). */
export function readBunLock(text: string): Lock | null {
  const [root, ...more] = strictYaml(text) ?? [];
  if (more.length > 0) return null;
  const read = Lockfile.safeParse(root);
  if (!read.success) return null;
  const { packages, workspaces, trustedDependencies: trusted = [] } = read.data;
  const entries = Object.entries(packages).map(([key, value]) => entryOf(key, value, trusted));
  const roots = new Map(Object.entries(workspaces).map(([folder, value]) => [folder, asksOf(value, inRoot)]));
  return { format: "bun", entries, roots, pins: pinsOf(roots, entries), era: null };
}

/** `["name@1.0.0", "registry or nothing", { dependencies }, "sha512-…"]`; of other kinds the middle is left out. */
function entryOf(key: string, value: readonly [string, ...unknown[]], trusted: readonly string[]): LockEntry {
  const [locator, address] = value;
  const at = locator.indexOf("@", 1);
  const [name, version] = at === -1 ? [locator, ""] : [locator.slice(0, at), locator.slice(at + 1)];
  const about = value.find(isObject) ?? {};
  const last = value.at(-1);
  return {
    key,
    name,
    as: nameInKey(key),
    version,
    source: sourceOf(version, typeof address === "string" ? address : ""),
    integrity: typeof last === "string" && /^(sha\d+|md5)-/.test(last) ? last : null,
    without: about["bundled"] === true ? "bundled" : null,
    installScript: trusted.includes(name),
    asks: asksOf(about, inEntry),
  };
}

function sourceOf(version: string, address: string): LockSource {
  if (/^(workspace|link):/.test(version)) return { kind: "tree" };
  if (/[:/]/.test(version)) return { kind: "elsewhere", spec: version };
  return { kind: "registry", url: address === "" ? null : address };
}

/** `a/@scope/b` is the `@scope/b` that lies in `a`. */
function nameInKey(key: string): string {
  const [scope = "", name = key] = key.split("/").slice(-2);
  if (!key.includes("/")) return key;
  return scope.startsWith("@") ? `${scope}/${name}` : name;
}

function asksOf(value: JsonObject, fields: readonly string[]): Asks {
  return new Map(
    fields.flatMap((field) =>
      Object.entries(objectAt(value, field)).map(([name, range]): [string, string] => [name, String(range)]),
    ),
  );
}

function pinsOf(roots: ReadonlyMap<string, Asks>, entries: readonly LockEntry[]): Lock["pins"] {
  const top = new Map(entries.map((entry) => [entry.key, entry.version]));
  return [...roots].flatMap(([folder, asks]) =>
    [...asks].flatMap(([name, range]) => {
      const version = folder === "" ? top.get(name) : undefined;
      return version === undefined ? [] : [{ folder, name, range, version }];
    }),
  );
}
