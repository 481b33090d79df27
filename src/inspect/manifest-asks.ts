import { foldPath } from "./fold-path.ts";
import { isObject, jsonObject, objectAt, stringAt, type JsonObject } from "./json.ts";
import type { ManifestAsks } from "./lock-reasons.ts";
import { textOf, type Sides } from "./sides.ts";

const dependencyFields = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/**
 * What the package.json files that a change touches ask for, by their folder below that of a lockfile. Pure. One that cannot be read asks
 * for nothing. In: the lockfile's folder, `""` or with a slash at its end.
 */
export function manifestAsks(sides: readonly Sides[], below: string): Map<string, ManifestAsks> {
  return new Map(
    sides.flatMap(({ entry, after }): [string, ManifestAsks][] => {
      const text = after === null ? null : textOf(after);
      if (text === null || !entry.path.startsWith(below) || !/(^|\/)package\.json$/.test(foldPath(entry.path)))
        return [];
      const folder = entry.path.slice(below.length).replace(/\/?[^/]*$/, "");
      return [[folder, asksOf(jsonObject(text) ?? {})]];
    }),
  );
}

/** What one package.json asks for. */
export function asksOf(manifest: JsonObject): ManifestAsks {
  const pairs = dependencyFields.flatMap((field) => Object.entries(objectAt(manifest, field)));
  // Some managers lock themselves.
  const [manager = "", version = ""] = (stringAt(manifest, "packageManager") ?? "").split("@");
  const overrides = ["overrides", "resolutions"].map((field) => objectAt(manifest, field));
  const moved = [...overrides, objectAt(objectAt(manifest, "pnpm"), "overrides")].flatMap(movedBy);
  return {
    asks: new Map([
      ...pairs.map(([name, range]): [string, string] => [name, String(range)]),
      ...moved.filter(([, range]) => range.startsWith("npm:")),
      ...(manager === "" ? [] : [[manager, version] as const]),
    ]),
    overrides: new Set(moved.map(([name]) => name)),
  };
}

/** `"a > b@1": "2"`, `"a": { "b": "2" }` → what each name is moved to. */
function movedBy(overrides: JsonObject): [name: string, to: string][] {
  return Object.entries(overrides).flatMap(([key, to]): [string, string][] => {
    const last =
      key
        .split(/>|\*\*\//)
        .at(-1)
        ?.trim() ?? key;
    const at = last.indexOf("@", 1);
    const name = at === -1 ? last : last.slice(0, at);
    return isObject(to) ? [[name, ""], ...movedBy(to)] : [[name, String(to)]];
  });
}
