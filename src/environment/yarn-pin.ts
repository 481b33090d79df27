import { valid } from "semver";
import { parseJson } from "./json.ts";
import type { Manifest } from "./manifests.ts";
import { isRecord } from "./settings.ts";

export interface Pinned {
  name: string;
  version: string;
  lockfile: string;
  /** The package.json files as they are to be. */
  final: readonly Manifest[];
}

/**
 * yarn.lock is a table from what is asked for to what is taken, so a pinned version would be forgotten with the exact range that it was asked for
 * by: its key gets the ranges of the final manifests instead. Other lockfiles know a package by its version and stay as they are. Pure.
 */
export function renamePinned(lock: Buffer, { name, version, lockfile, final }: Pinned): Buffer {
  if (lockfile !== "yarn.lock") return lock;
  const ranges = final.flatMap(({ content }) => rangesFor(name, content));
  const isAskedExactly = ranges.some((range) => valid(range) !== null);
  const lines = lock.toString("utf8").split("\n");
  const renamed = lines.map((line) => {
    if (/^[\s#]/.test(line) || !line.endsWith(":")) return line;
    const keys = keysOf(line);
    const protocol = keys.includes(`${name}@npm:${version}`) ? "npm:" : "";
    const exact = `${name}@${protocol}${version}`;
    if (!keys.includes(exact)) return line;
    const asked = ranges.map((range) => `${name}@${protocol}${range}`);
    const kept = keys.filter((key) => key !== exact || isAskedExactly);
    return written([...new Set([...kept, ...asked])].toSorted(), protocol !== "");
  });
  return Buffer.from(renamed.join("\n"));
}

function keysOf(line: string): string[] {
  return line.slice(0, -1).replaceAll('"', "").split(/, */);
}

/** yarn 1 quotes each key that needs it, newer ones all keys together. */
function written(keys: readonly string[], together: boolean): string {
  if (together) return `"${keys.join(", ")}":`;
  return `${keys.map((key) => (/^[a-zA-Z][^\s:,]*$/.test(key) ? key : `"${key}"`)).join(", ")}:`;
}

function rangesFor(name: string, manifest: Buffer): string[] {
  const read = parseJson(manifest.toString("utf8"));
  if (!isRecord(read)) return [];
  return ["dependencies", "devDependencies", "optionalDependencies"].flatMap((section) => {
    const asked = isRecord(read[section]) ? read[section][name] : undefined;
    return typeof asked === "string" ? [asked] : [];
  });
}
