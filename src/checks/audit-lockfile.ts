import { detectDependencies } from "../environment/detect.ts";
import { foldPath } from "../inspect/fold-path.ts";
import { readLock } from "../inspect/lockfiles.ts";

const lockfiles = ["npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"];

export const noLockfile = "there is no lockfile";

/** The lockfile that decides what would be installed, or one sentence why there is none that can be audited. */
export type AuditedLockfile = { kind: "named"; path: string } | { kind: "none"; reason: string };

/**
 * The lockfile to audit: the one that an installation takes, so a second one beside it has no say. Pure. In: the names of the plain files
 * at the top, and their texts as far as they tell a package manager's version.
 */
export function auditedLockfile(
  files: readonly string[],
  manifest: string,
  texts: Readonly<Record<string, string>>,
): AuditedLockfile {
  const found = detectDependencies(files, manifest, texts);
  if (found.kind === "none" || !lockfiles.some((name) => files.includes(name)))
    return { kind: "none", reason: noLockfile };
  if (found.kind === "unsupported") return { kind: "none", reason: found.reason };
  if (found.lockfile === "bun.lockb")
    return { kind: "none", reason: "bun.lockb is binary and is not read; use bun.lock" };
  return { kind: "named", path: found.lockfile };
}

/**
 * The package.json and package-lock.json that `npm audit` reads for a lockfile, whoever wrote it. npm's own goes through as it is; of another
 * manager's the packages and versions are written down flat, each under a name of ours, because npm asks about names and versions
 * alone. Pure. Out: null when the lockfile is not read.
 */
export function asNpmLockfile(
  path: string,
  lockfile: Buffer,
  manifest: Buffer,
): { manifest: Buffer; lockfile: Buffer } | null {
  if (foldPath(path).endsWith(".json")) return { manifest, lockfile };
  const lock = readLock(path, lockfile);
  if (lock === null) return null;
  const versions = new Map(
    lock.entries
      .filter(({ source }) => source.kind === "registry")
      .map(({ name, version }) => [`${name}@${version}`, { name, version }]),
  );
  const flat = [...versions.values()].map((one, index) => ({ as: `airlock-${index}`, ...one }));
  const root = {
    name: "audited",
    version: "1.0.0",
    dependencies: Object.fromEntries(flat.map(({ as, name, version }) => [as, `npm:${name}@${version}`])),
  };
  const packages = {
    "": root,
    ...Object.fromEntries(flat.map(({ as, name, version }) => [`node_modules/${as}`, { name, version }])),
  };
  const written = { name: root.name, version: root.version, lockfileVersion: 3, requires: true, packages };
  return { manifest: Buffer.from(JSON.stringify(root)), lockfile: Buffer.from(JSON.stringify(written)) };
}
