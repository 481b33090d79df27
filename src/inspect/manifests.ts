import type { Finding } from "../handoff/finding.ts";
import { findingOf, type Seen } from "./finding-id.ts";
import { foldPath } from "./fold-path.ts";
import { newlyAllowedScripts } from "./install-scripts.ts";
import { jsonObject, objectAt, type JsonObject } from "./json.ts";
import { textOrEmpty, type Sides } from "./sides.ts";

const dependencyFields = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] as const;
const overrideFields = ["overrides", "resolutions", "pnpm"] as const;

/** Scripts that npm starts by itself at install, pack or publish (npm documentation, "Life Cycle Scripts"). */
const lifecycle =
  /^(pre|post)?(install|prepare|prepack|pack|publish|uninstall|version)$|^prepublishOnly$|^dependencies$/;

/** What a package.json (in any folder) says differently: scripts, dependencies, overrides, everything else by key. */
export function inspectManifests(sides: readonly Sides[]): Finding[] {
  return sides
    .filter(({ entry }) => /(^|\/)package\.json$/.test(foldPath(entry.path)))
    .flatMap((side) => manifestChanges(side).map((seen) => findingOf({ ...seen, path: side.entry.path, line: null })));
}

function manifestChanges({ entry, before, after }: Sides): Seen[] {
  const shas = { before: entry.before?.sha ?? null, after: entry.after?.sha ?? null };
  const was = before === null ? {} : readManifest(before);
  const now = after === null ? {} : readManifest(after);
  if (was === null || now === null) {
    const message = "The manifest cannot be read as JSON, so nobody knows what it declares.";
    return [{ rule: "manifest-unreadable", level: "block", message, ...shas }];
  }
  const keys = changedKeys(was, now);
  const message =
    after === null
      ? "A package manifest was deleted."
      : `The package manifest changed${keys.length === 0 ? " in layout only" : ` at ${keys.map((key) => JSON.stringify(key)).join(", ")}`}.`;
  return [
    { rule: "manifest", level: "warn", message, ...shas },
    ...scriptChanges(was, now),
    ...newlyAllowedScripts(was, now),
    ...dependencyFields.flatMap((field) => dependencyChanges(field, was, now)),
    ...overrideFields.filter((field) => keys.includes(field)).map((field) => overrideChange(field, was, now)),
  ];
}

function readManifest(bytes: Uint8Array): JsonObject | null {
  const text = textOrEmpty(bytes);
  return text === null ? null : jsonObject(text);
}

function scriptChanges(was: JsonObject, now: JsonObject): Seen[] {
  return differences(objectAt(was, "scripts"), objectAt(now, "scripts")).map(({ key, before, after }) => {
    const automatic = lifecycle.test(key) && after !== null;
    return {
      rule: automatic ? "lifecycle-script" : "package-script",
      level: automatic ? "block" : "warn",
      message: automatic
        ? `The script ${JSON.stringify(key)}, which package managers start by themselves, ${verb(before, after)}.`
        : `The script ${JSON.stringify(key)} ${verb(before, after)}.`,
      before,
      after,
    };
  });
}

function dependencyChanges(field: string, was: JsonObject, now: JsonObject): Seen[] {
  return differences(objectAt(was, field), objectAt(now, field)).map(({ key, before, after }) => {
    const name = `${JSON.stringify(key)} in ${field}`;
    const evidence = {
      before: before === null ? null : `${key}@${before}`,
      after: after === null ? null : `${key}@${after}`,
    };
    if (after !== null && !fromRegistry(after)) {
      const message = `The dependency ${name} does not come from the registry under its own name.`;
      return { rule: "dependency-source", level: "block", message, ...evidence };
    }
    const rule = before === null ? "dependency-added" : after === null ? "dependency-removed" : "dependency-changed";
    return { rule, level: "warn", message: `The dependency ${name} ${verb(before, after)}.`, ...evidence };
  });
}

function overrideChange(field: string, was: JsonObject, now: JsonObject): Seen {
  return {
    rule: "dependency-override",
    level: "block",
    message: `"${field}" changed: it replaces versions that other packages ask for.`,
    before: field in was ? textOfValue(was[field]) : null,
    after: field in now ? textOfValue(now[field]) : null,
  };
}

/**
 * Whether a dependency's range is a version, range or tag, or a member of the same workspace. Everything else (git, URL, file, link,
 * `owner/repo`, another package by `npm:`) takes code from elsewhere.
 */
function fromRegistry(range: string): boolean {
  return /^(workspace|catalog):[\w.*^~-]*$/.test(range) || !/[:/\\]|^\.{1,2}$|\.tgz$|\.tar\.gz$/.test(range);
}

function changedKeys(was: JsonObject, now: JsonObject): string[] {
  return differences(was, now).map(({ key }) => key);
}

/** Keys whose values differ, sorted, with both values as text; null means absent. */
function differences(was: JsonObject, now: JsonObject) {
  const keys = [...new Set([...Object.keys(was), ...Object.keys(now)])].toSorted();
  return keys
    .map((key) => ({
      key,
      before: Object.hasOwn(was, key) ? textOfValue(was[key]) : null,
      after: Object.hasOwn(now, key) ? textOfValue(now[key]) : null,
    }))
    .filter(({ before, after }) => before !== after);
}

function textOfValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function verb(before: string | null, after: string | null): string {
  if (before === null) return "was added";
  return after === null ? "was removed" : "changed";
}
