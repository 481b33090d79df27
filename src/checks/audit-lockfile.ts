import { foldPath } from "../inspect/fold-path.ts";
import { readLock } from "../inspect/lockfiles.ts";

/** The lockfiles at the top that can be asked about, in the order in which an installation takes them. */
export const auditable = [
  "npm-shrinkwrap.json",
  "package-lock.json",
  "pnpm-lock.yaml",
  "yarn.lock",
  "bun.lock",
] as const;

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
