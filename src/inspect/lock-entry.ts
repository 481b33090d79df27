/** What a name is asked for with: a range, a spec, or (pnpm) the version it was resolved to. */
export type Asks = ReadonlyMap<string, string>;

export type LockSource =
  /** `url`: the archive's address, where the format writes it down. */
  | { kind: "registry"; url: string | null }
  /** A workspace, a link, a local folder. */
  | { kind: "tree" }
  /** git, another address, a program. */
  | { kind: "elsewhere"; spec: string };

/** One package of a lockfile, whichever manager wrote it. Everything in it is text of whoever wrote the lockfile. */
export interface LockEntry {
  /** Its place in the lockfile; on one side no other has it. */
  key: string;
  name: string;
  /** The name that it is installed under; another than `name` for an alias. */
  as: string;
  version: string;
  source: LockSource;
  /** `sha512-…` and the like, several with spaces between; null when there is none. */
  integrity: string | null;
  /** Why it may be without a hash: it lies in another package's archive, or (yarn) is for another platform. */
  without: "bundled" | "platform" | null;
  /** Whether the lockfile says that it runs a script when it is installed. */
  installScript: boolean;
  asks: Asks;
}

/** A version that the lockfile gives for a range which something asks for. */
interface Pin {
  /** Folder of the manifest that asks; null when the lockfile does not say who does. */
  folder: string | null;
  name: string;
  range: string;
  version: string;
}

export interface Lock {
  format: "npm" | "pnpm" | "yarn 1" | "yarn" | "bun";
  entries: readonly LockEntry[];
  /** What the root (`""`) and the workspaces ask for, by folder below the lockfile. yarn 1 does not write it down. */
  roots: ReadonlyMap<string, Asks>;
  pins: readonly Pin[];
  /** What enters every hash besides the content (yarn's `cacheKey`); hashes of two lockfiles are comparable when it is equal. */
  era: string | null;
}
