import { parseJson } from "./json.ts";
import { lockedBy } from "./lockfile.ts";
import { familyOf, type Family, namedManager, type PackageManager } from "./package-manager.ts";

/** How a repository gets its dependencies. */
export type Dependencies =
  /** No package.json, or one that depends on nothing: there is nothing to install. */
  | { kind: "none" }
  | { kind: "npm"; lockfile: NpmLockfile }
  | { kind: "fetched"; manager: PackageManager; lockfile: FetchedLockfile }
  /** Not installable; `reason` says why and `fix` what would change that. */
  | { kind: "unsupported"; manager: string; reason: string; fix: string };

export type Installable = Extract<Dependencies, { kind: "npm" | "fetched" }>;
export type NpmLockfile = "package-lock.json" | "npm-shrinkwrap.json";
export type FetchedLockfile = "pnpm-lock.yaml" | "yarn.lock" | "bun.lock" | "bun.lockb";

/** Best first; of bun's two the text form counts, as in bun. */
const lockfiles = [
  ["npm-shrinkwrap.json", "npm"],
  ["package-lock.json", "npm"],
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
] as const satisfies readonly (readonly [NpmLockfile | FetchedLockfile, Family])[];

/** Files whose text tells which version of a manager a repository uses. */
export const telling = ["pnpm-lock.yaml", "yarn.lock", "bun.lock"] as const;

const makeLockfile: Readonly<Record<Family, string>> = {
  npm: "Commit a package-lock.json (npm install --package-lock-only).",
  pnpm: "Commit a pnpm-lock.yaml (pnpm install --lockfile-only).",
  yarn: "Commit a yarn.lock (yarn install).",
  bun: "Commit a bun.lock (bun install --lockfile-only).",
};

/**
 * The package manager of a tree. Pure. In: the names of the files at its root, the text of package.json (null: none), the texts of
 * the lockfiles in `telling` that are there, and the trusted `.yarnrc.yml`. The `packageManager` field decides where it is set, as Corepack
 * reads it; else the lockfile; npm first when there are several. A committed yarn (`yarnPath`) is never run, but its
 * file name says which version to fetch.
 */
export function detectDependencies(
  files: readonly string[],
  packageJson: string | null,
  texts: Readonly<Record<string, string>> = {},
  yarnrc: string | null = null,
): Dependencies {
  if (packageJson === null) return { kind: "none" };
  const manifest = parse(packageJson);
  if (manifest === null) {
    return unsupported("npm", "package.json is not a JSON object", "Correct package.json.");
  }
  const named = namedManager(manifest);
  if (named.kind === "unsupported") return unsupported(named.family, named.reason, named.fix);
  const family = familyNamed(named);
  const found = lockfiles.find(([file, owner]) => files.includes(file) && (family === null || owner === family));
  if (found === undefined) {
    if (!dependsOnAnything(manifest)) return { kind: "none" };
    return unsupported(
      family ?? "npm",
      family === null
        ? "there is no lockfile, so what would be installed is not decided"
        : `package.json names ${family}, but there is no lockfile of ${family}`,
      makeLockfile[family ?? "npm"],
    );
  }
  const [lockfile] = found;
  if (lockfile === "npm-shrinkwrap.json" || lockfile === "package-lock.json") return { kind: "npm", lockfile };
  const locked = lockedBy(lockfile, texts[lockfile] ?? "");
  if (locked.kind === "unsupported") return unsupported(found[1], locked.reason, locked.fix);
  if (named.kind !== "named") {
    const version = locked.name === "yarn-berry" ? (committedYarn(yarnrc) ?? locked.version) : locked.version;
    return { kind: "fetched", manager: { name: locked.name, version, hash: null }, lockfile };
  }
  if (named.manager.name !== locked.name) {
    return unsupported(
      found[1],
      `packageManager names yarn ${named.manager.version}, but yarn.lock was written by ${locked.name === "yarn-classic" ? "yarn 1" : "a newer yarn"}`,
      "Run `yarn install` with the named version and commit yarn.lock.",
    );
  }
  return { kind: "fetched", manager: named.manager, lockfile };
}

function familyNamed(named: ReturnType<typeof namedManager>): Family | null {
  switch (named.kind) {
    case "npm":
      return "npm";
    case "named":
      return familyOf(named.manager.name);
    case "unversioned":
    case "unsupported":
      return named.family;
    case "unset":
      return null;
  }
}

/** `yarnPath: .yarn/releases/yarn-4.5.0.cjs` → `4.5.0`; null when it says nothing, or a yarn that is not supported. */
function committedYarn(yarnrc: string | null): string | null {
  return /^yarnPath: *['"]?[^\s'"]*\/yarn-([34]\.\d+\.\d+)\.cjs['"]? *\r?$/m.exec(yarnrc ?? "")?.[1] ?? null;
}

function parse(text: string): Record<string, unknown> | null {
  const json = parseJson(text);
  return typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : null;
}

function dependsOnAnything(manifest: Record<string, unknown>): boolean {
  return ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "workspaces"].some((key) => {
    const value = manifest[key];
    return typeof value === "object" && value !== null && Object.keys(value).length > 0;
  });
}

function unsupported(manager: string, reason: string, fix: string): Dependencies {
  return { kind: "unsupported", manager, reason, fix };
}
