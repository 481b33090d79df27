import { parseJson } from "./json.ts";

/** How a repository gets its dependencies. */
export type Dependencies =
  /** No package.json, or one that depends on nothing: there is nothing to install. */
  | { kind: "none" }
  | { kind: "npm"; lockfile: NpmLockfile }
  /** Not installable here yet; `reason` says why and `fix` what would change that. */
  | { kind: "unsupported"; manager: string; reason: string; fix: string };

export type NpmLockfile = "package-lock.json" | "npm-shrinkwrap.json";

const lockfiles: readonly (readonly [file: string, manager: string])[] = [
  ["npm-shrinkwrap.json", "npm"],
  ["package-lock.json", "npm"],
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
];

/**
 * The package manager of a tree. Pure. In: the names of the files at its root, and the text of package.json (null: none).
 * The `packageManager` field decides where it is set, as Corepack reads it; else the lockfile; npm first when there are several.
 */
export function detectDependencies(files: readonly string[], packageJson: string | null): Dependencies {
  if (packageJson === null) return { kind: "none" };
  const manifest = parse(packageJson);
  if (manifest === null) {
    return unsupported("npm", "package.json is not a JSON object", "Correct package.json.");
  }
  const found = lockfiles.filter(([file]) => files.includes(file));
  const manager = declared(manifest["packageManager"]) ?? found[0]?.[1];
  if (manager === undefined) {
    if (!dependsOnAnything(manifest)) return { kind: "none" };
    return unsupported(
      "npm",
      "there is no lockfile, so what would be installed is not decided",
      "Commit a package-lock.json (npm install --package-lock-only).",
    );
  }
  if (manager !== "npm") {
    return unsupported(
      manager,
      `${manager} is not supported yet`,
      "Use npm with a package-lock.json, or configure checks that need no dependencies.",
    );
  }
  const lockfile = found.find(([, owner]) => owner === "npm")?.[0];
  if (lockfile === "npm-shrinkwrap.json" || lockfile === "package-lock.json") return { kind: "npm", lockfile };
  if (!dependsOnAnything(manifest)) return { kind: "none" };
  return unsupported(
    "npm",
    "package.json names npm, but there is no package-lock.json",
    "Commit a package-lock.json (npm install --package-lock-only).",
  );
}

function parse(text: string): Record<string, unknown> | null {
  const json = parseJson(text);
  return typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : null;
}

/** `name@version[+hash]`; anything else counts as not set. */
function declared(field: unknown): string | undefined {
  return typeof field === "string" ? /^([a-z]+)(@|$)/.exec(field)?.[1] : undefined;
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
