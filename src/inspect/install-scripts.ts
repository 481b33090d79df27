import type { Seen } from "./finding-id.ts";
import { isObject, objectAt, type JsonObject } from "./json.ts";
import type { Lock } from "./lock-entry.ts";

/** Packages that run a script when they are installed, by the lockfile's own word, and did not before. npm, pnpm 8 and bun say so. Pure. */
export function newInstallScripts(before: Lock | null, after: Lock): Seen[] {
  const had = new Set((before?.entries ?? []).filter((one) => one.installScript).map(({ name }) => name));
  const now = after.entries.filter(({ installScript, name }) => installScript && !had.has(name));
  return [...new Set(now.map(({ name, version }) => `${name}@${version}`))].map((what) => ({
    rule: "install-script",
    level: "block",
    message: `${what} runs a script of its own when it is installed.`,
    before: null,
    after: what,
  }));
}

/** Packages that a package.json newly allows to run scripts: `trustedDependencies` of bun, `dependenciesMeta` of yarn. Pure. */
export function newlyAllowedScripts(was: JsonObject, now: JsonObject): Seen[] {
  const before = allowedIn(was);
  return [...allowedIn(now)]
    .filter((name) => !before.has(name))
    .map((name) => ({
      rule: "install-script",
      level: "block",
      message: `The manifest newly allows ${JSON.stringify(name)} to run scripts when it is installed.`,
      before: null,
      after: name,
    }));
}

function allowedIn(manifest: JsonObject): Set<string> {
  const trusted: unknown[] = Array.isArray(manifest["trustedDependencies"]) ? manifest["trustedDependencies"] : [];
  const built = Object.entries(objectAt(manifest, "dependenciesMeta")).filter(
    ([, meta]) => isObject(meta) && meta["built"] === true,
  );
  return new Set([...trusted.filter((name) => typeof name === "string"), ...built.map(([name]) => name)]);
}
