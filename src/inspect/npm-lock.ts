import { z } from "zod";
import { isObject, objectAt, stringAt, type JsonObject } from "./json.ts";
import { oneJsonObject } from "./lock-json.ts";
import type { Asks, Lock, LockEntry } from "./lock-entry.ts";

const inEntry = ["dependencies", "optionalDependencies", "peerDependencies"];
const inRoot = [...inEntry, "devDependencies"];

/** What is read of the file, and in which types npm writes it: of another type npm makes something, and nobody knows what. */
const names = z.record(z.string(), z.string()).optional();
const Lockfile = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      name: z.string().optional(),
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      inBundle: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      dependencies: names,
      optionalDependencies: names,
      peerDependencies: names,
      devDependencies: names,
    }),
  ),
});

/** Reads the `packages` table of package-lock.json, versions 2 and 3. Pure. Out: null for anything else (version 1 has no such table). */
export function readNpmLock(text: string): Lock | null {
  const root = oneJsonObject(text);
  if (root === null || !Lockfile.safeParse(root).success) return null;
  const packages = objectAt(root, "packages");
  const all = Object.entries(packages).flatMap(([key, value]): [string, JsonObject][] =>
    isObject(value) && value["link"] !== true ? [[key, value]] : [],
  );
  const installed = all.filter(([key]) => key.includes("node_modules/"));
  const roots = new Map(
    all.filter(([key]) => !key.includes("node_modules/")).map(([key, value]) => [key, asksOf(value, inRoot)]),
  );
  return { format: "npm", entries: installed.map(entryOf), roots, pins: pinsOf(roots, packages), era: null };
}

function entryOf([key, value]: [string, JsonObject]): LockEntry {
  const as = key.slice(key.lastIndexOf("node_modules/") + "node_modules/".length);
  return {
    key,
    name: stringAt(value, "name") ?? as,
    as,
    version: stringAt(value, "version") ?? "?",
    source: { kind: "registry", url: stringAt(value, "resolved") },
    integrity: stringAt(value, "integrity"),
    without: value["inBundle"] === true ? "bundled" : null,
    installScript: value["hasInstallScript"] === true,
    asks: asksOf(value, inEntry),
  };
}

function asksOf(value: JsonObject, fields: readonly string[]): Asks {
  return new Map(
    fields.flatMap((field) =>
      Object.entries(objectAt(value, field)).flatMap(([name, range]): [string, string][] =>
        typeof range === "string" ? [[name, range]] : [],
      ),
    ),
  );
}

/** Found as Node finds it: beside the folder that asks, then at the top. */
function pinsOf(roots: ReadonlyMap<string, Asks>, packages: JsonObject): Lock["pins"] {
  return [...roots].flatMap(([folder, asks]) =>
    [...asks].flatMap(([name, range]) => {
      const own = objectAt(packages, `${folder === "" ? "" : `${folder}/`}node_modules/${name}`);
      const version = stringAt(own, "version") ?? stringAt(objectAt(packages, `node_modules/${name}`), "version");
      return version === null ? [] : [{ folder, name, range, version }];
    }),
  );
}
