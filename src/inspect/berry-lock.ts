import { z } from "zod";
import { strictYaml } from "../text/strict-yaml.ts";
import { isObject, objectAt, stringAt, type JsonObject } from "./json.ts";
import type { Asks, Lock, LockEntry, LockSource } from "./lock-entry.ts";

/** yarn writes `18` without quotes and reads it as text. */
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const names = z.record(z.string(), scalar).optional();

/** What is read of the file, and in which types yarn writes it: of another type yarn makes something, and nobody knows what. */
const Metadata = z.looseObject({ cacheKey: z.union([z.string(), z.number()]).optional() });
const Entries = z.record(
  z.string(),
  z.looseObject({
    resolution: z.string(),
    version: z.union([z.string(), z.number()]),
    linkType: z.string().optional(),
    checksum: z.string().optional(),
    conditions: z.string().optional(),
    dependencies: names,
    peerDependencies: names,
  }),
);

/** Reads yarn.lock as yarn 2 and newer write it. Pure. Out: null for anything else. */
export function readBerryLock(text: string): Lock | null {
  const [root, ...more] = strictYaml(text) ?? [];
  if (!isObject(root) || more.length > 0) return null;
  const { __metadata, ...rest } = root;
  if (!Metadata.safeParse(__metadata).success || !Entries.safeParse(rest).success) return null;
  const all = Object.entries(rest).filter((pair): pair is [string, JsonObject] => isObject(pair[1]));
  const cacheKey = isObject(__metadata) ? __metadata["cacheKey"] : undefined;
  return {
    format: "yarn",
    entries: all.map(entryOf),
    roots: new Map(all.flatMap(rootOf)),
    pins: all.flatMap(pinsOf),
    era: cacheKey === undefined ? null : JSON.stringify(cacheKey),
  };
}

function entryOf([key, value]: [string, JsonObject]): LockEntry {
  const [name, reference] = split(stringAt(value, "resolution") ?? "");
  const checksum = stringAt(value, "checksum");
  return {
    key,
    name,
    as: name,
    version: stringAt(value, "version") ?? "?",
    source: sourceOf(value, reference),
    integrity: checksum === null ? null : `zip-${checksum}`,
    without: stringAt(value, "conditions") === null ? null : "platform",
    installScript: false,
    asks: asksOf(value),
  };
}

function sourceOf(value: JsonObject, reference: string): LockSource {
  if (value["linkType"] === "soft" || /^(workspace|link|portal):/.test(reference)) return { kind: "tree" };
  // The patches that yarn brings itself, over a package of the registry; others lie in the tree.
  if (reference.startsWith("patch:"))
    return /#(optional!|~?)?builtin</.test(reference) ? { kind: "registry", url: null } : { kind: "tree" };
  if (!reference.startsWith("npm:")) return { kind: "elsewhere", spec: reference };
  const [, bound = ""] = reference.split("::");
  const address = bound.split("&").find((part) => part.startsWith("__archiveUrl="));
  return { kind: "registry", url: address === undefined ? null : decoded(address.slice("__archiveUrl=".length)) };
}

/** A workspace's own entry says what it asks for: `name@workspace:packages/a`. */
function rootOf([, value]: [string, JsonObject]): [string, Asks][] {
  const [, reference] = split(stringAt(value, "resolution") ?? "");
  if (!reference.startsWith("workspace:")) return [];
  const folder = reference.slice("workspace:".length);
  return [[folder === "." ? "" : folder, asksOf(value)]];
}

function asksOf(value: JsonObject): Asks {
  return new Map(
    ["dependencies", "peerDependencies"].flatMap((field) =>
      Object.entries(objectAt(value, field)).map(([name, range]): [string, string] => [name, plain(String(range))]),
    ),
  );
}

function pinsOf([key, value]: [string, JsonObject]): Lock["pins"] {
  const version = stringAt(value, "version") ?? "?";
  return key.split(/, */).map((descriptor) => {
    const [name, range] = split(descriptor);
    return { folder: null, name, range: plain(range), version };
  });
}

/** `npm:^1.0.0` → `^1.0.0`; `npm:other@^1.0.0` stays, it is another package. */
function plain(range: string): string {
  return /^npm:[^@]*$/.test(range) ? range.slice("npm:".length) : range;
}

function split(locator: string): [name: string, reference: string] {
  const at = locator.indexOf("@", 1);
  return at === -1 ? [locator, ""] : [locator.slice(0, at), locator.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
