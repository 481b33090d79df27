import { z } from "zod";
import { strictYaml } from "../text/strict-yaml.ts";
import { isObject, objectAt, stringAt, type JsonObject } from "./json.ts";
import type { Asks, Lock, LockEntry, LockSource } from "./lock-entry.ts";

const inEntry = ["dependencies", "optionalDependencies", "peerDependencies"];

const names = z.record(z.string(), z.string()).optional();
const asked = z.record(z.string(), z.looseObject({ specifier: z.string(), version: z.string() })).optional();
const asking = { dependencies: asked, devDependencies: asked, optionalDependencies: asked };
const depending = { dependencies: names, optionalDependencies: names, peerDependencies: names };

/** What is read of the file, and in which types pnpm writes it: of another type pnpm makes something, and nobody knows what. */
const Lockfile = z.looseObject({
  lockfileVersion: z.string().regex(/^(6\.\d|9\.0)$/),
  importers: z.record(z.string(), z.looseObject(asking)).optional(),
  ...asking,
  packages: z
    .record(
      z.string(),
      z.looseObject({
        name: z.string().optional(),
        version: z.string().optional(),
        resolution: z.looseObject({
          integrity: z.string().optional(),
          tarball: z.string().optional(),
          type: z.string().optional(),
          repo: z.string().optional(),
          gitHosted: z.boolean().optional(),
        }),
        requiresBuild: z.boolean().optional(),
        ...depending,
      }),
    )
    .optional(),
  snapshots: z.record(z.string(), z.looseObject(depending)).optional(),
});

/** Reads pnpm-lock.yaml, versions 6 and 9, of one document or several. Pure. Out: null for anything else. */
export function readPnpmLock(text: string): Lock | null {
  const documents = strictYaml(text);
  if (documents === null || documents.length === 0 || !documents.every(isKnown)) return null;
  const importers = documents.flatMap(importersOf);
  return {
    format: "pnpm",
    entries: documents.flatMap(entriesOf),
    roots: new Map(
      importers.map(([folder, asked]) => [folder, new Map(asked.map(({ name, range }) => [name, range]))]),
    ),
    pins: importers.flatMap(([folder, asked]) => asked.map((one) => ({ folder, ...one }))),
    era: null,
  };
}

function isKnown(document: unknown): document is JsonObject {
  return Lockfile.safeParse(document).success;
}

/** Folder → what it asks for and got. A repository without workspaces has it at the top in version 6. */
function importersOf(document: JsonObject): [string, { name: string; range: string; version: string }[]][] {
  const importers = isObject(document["importers"]) ? document["importers"] : { ".": document };
  return Object.entries(importers).flatMap(([path, importer]): ReturnType<typeof importersOf> => {
    if (!isObject(importer)) return [];
    const asked = Object.values(importer)
      .filter(isObject)
      .flatMap((field) => Object.entries(field))
      .flatMap(([name, got]) => {
        const range = isObject(got) ? stringAt(got, "specifier") : null;
        const version = isObject(got) ? stringAt(got, "version") : null;
        return range === null || version === null ? [] : [{ name, range, version: withoutPeers(version) }];
      });
    return [[path === "." ? "" : path, asked]];
  });
}

function entriesOf(document: JsonObject): LockEntry[] {
  const snapshots = Map.groupBy(Object.entries(objectAt(document, "snapshots")), ([key]) => withoutPeers(key));
  return Object.entries(objectAt(document, "packages")).flatMap(([key, value]) => {
    if (!isObject(value)) return [];
    const [name, version] = nameAndVersion(withoutPeers(key));
    const resolution = objectAt(value, "resolution");
    const own = (snapshots.get(withoutPeers(key)) ?? []).map(([, snapshot]) => snapshot);
    return [
      {
        key,
        name: stringAt(value, "name") ?? name,
        as: stringAt(value, "name") ?? name,
        version: stringAt(value, "version") ?? version,
        source: sourceOf(resolution, version),
        integrity: stringAt(resolution, "integrity"),
        without: null,
        installScript: value["requiresBuild"] === true,
        asks: asksOf([value, ...own.filter(isObject)]),
      },
    ];
  });
}

function sourceOf(resolution: JsonObject, version: string): LockSource {
  const tarball = stringAt(resolution, "tarball");
  const type = stringAt(resolution, "type");
  if (type === "directory") return { kind: "tree" };
  if (type !== null || stringAt(resolution, "repo") !== null || resolution["gitHosted"] === true)
    return { kind: "elsewhere", spec: stringAt(resolution, "repo") ?? tarball ?? version };
  // Of a package of the registry the key holds its version, of every other one where it comes from.
  return /[:/]/.test(version) ? { kind: "elsewhere", spec: version } : { kind: "registry", url: tarball };
}

/** A value is a version, or `name@version` of what is installed under another name. */
function asksOf(holders: readonly JsonObject[]): Asks {
  const pairs = holders.flatMap((holder) => inEntry.flatMap((field) => Object.entries(objectAt(holder, field))));
  return new Map(
    pairs.map(([name, got]): [string, string] => {
      const [real, version] = nameAndVersion(withoutPeers(String(got)));
      return version === "" ? [name, real] : [name, `npm:${real}@${version}`];
    }),
  );
}

/** `/name@1.0.0(peer@2.0.0)` → `name@1.0.0` */
function withoutPeers(key: string): string {
  const open = key.indexOf("(");
  return (open === -1 ? key : key.slice(0, open)).replace(/^\//, "");
}

function nameAndVersion(spec: string): [name: string, version: string] {
  const at = spec.indexOf("@", 1);
  return at === -1 ? [spec, ""] : [spec.slice(0, at), spec.slice(at + 1)];
}
