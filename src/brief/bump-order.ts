import { validRange } from "semver";

/** UTF-16 code units of a package's name, as the registry allows, and of a range. */
const nameUnitsMax = 214;
const rangeUnitsMax = 200;
/** Names that a registry can have, old capital letters included. */
const packageName = /^(?:@[\w~][\w.~-]*\/)?[\w~][\w.~-]*$/;

export type BumpOrder =
  /** Nothing is named. */
  | { kind: "all" }
  /** `range` null: the newest. */
  | { kind: "package"; name: string; range: string | null }
  | BumpRefusal;

/** An expected refusal: two whole sentences, what is wrong and what to type. */
export interface BumpRefusal {
  kind: "refused";
  message: string;
  next: string;
}

/**
 * Reads `pkg`, `@scope/pkg`, `pkg@range` as a person types it behind `bump`. Only versions and ranges of the registry are taken: an
 * address, git, a path or an alias is another package, and a dist-tag can move between asking and doing (`latest` means no range). Pure.
 */
export function readBumpOrder(text: string): BumpOrder {
  const asked = text.trim();
  if (asked === "") return { kind: "all" };
  const at = asked.indexOf("@", 1);
  const name = at === -1 ? asked : asked.slice(0, at);
  const range = at === -1 ? null : asked.slice(at + 1).trim();
  if (/[:\\]|^[./]|\.git\b/.test(name) || (name.includes("/") && !name.startsWith("@")))
    return refused("`bump` takes a package by its name in the registry, not an address or a path.");
  if (/\s/.test(name)) return refused("`bump` takes one package at a time.");
  if (name.length > nameUnitsMax || !packageName.test(name))
    return refused("What stands behind `bump` is not a package's name.");
  if (range === null || range === "latest") return { kind: "package", name, range: null };
  if (range === "") return refused(`Behind \`${name}@\` a version or a range is missing.`);
  if (/[:/\\]/.test(range))
    return refused("`bump` takes a version or a range of the registry, not an address, git, a path or an alias.");
  if (range.length > rangeUnitsMax) return refused(`A range may have ${rangeUnitsMax} characters.`);
  if (validRange(range) !== null) return { kind: "package", name, range };
  if (/^[a-z][\w.-]*$/i.test(range))
    return refused("A dist-tag can move between asking and doing, so `bump` takes none but `latest`.");
  return refused("What stands behind the package's name is not a version or a range.");
}

function refused(message: string): BumpRefusal {
  return {
    kind: "refused",
    message,
    next: "Write for example `bump lodash`, `bump lodash@4.17.21` or `bump lodash@^4`.",
  };
}
