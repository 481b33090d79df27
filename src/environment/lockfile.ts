import type { PackageManager } from "./package-manager.ts";

export type Locked =
  | { kind: "locked"; name: PackageManager["name"]; version: string }
  /** `reason` says why it cannot be installed from, `fix` what would change that. */
  | { kind: "unsupported"; reason: string; fix: string };

/**
 * The version used where nobody names one: of the releases that write this lockfile version, the newest that was current when
 * this table was last looked at (November 2026), found by letting each release write a lockfile. A newer yarn would rewrite an older
 * lockfile and refuse to install from it frozen; pnpm 9 to 12 and bun read each other's, so there the version only has to read it.
 */
const pnpmByLockfile: Readonly<Record<string, string>> = { "6.0": "8.15.9", "6.1": "8.15.9", "9.0": "10.34.9" };
/** pnpm 11 is the first to write a lockfile of two documents. */
const pnpmOfTwoDocuments = "11.28.11";
const yarnClassic = "1.22.22";
const berryByLockfile: Readonly<Record<string, string>> = {
  4: "3.0.2",
  5: "3.1.1",
  6: "3.8.7",
  8: "4.12.0",
  9: "4.14.0",
  10: "4.18.1",
};
const bun = "1.4.5";

/** Which manager wrote a lockfile, and the version to read it with. Pure. In: the file's name and its text (of `bun.lockb` unused). */
export function lockedBy(file: string, text: string): Locked {
  switch (file) {
    case "pnpm-lock.yaml":
      return lockedByPnpm(text);
    case "yarn.lock":
      return lockedByYarn(text);
    case "bun.lock":
    case "bun.lockb":
      return { kind: "locked", name: "bun", version: bun };
  }
  return unsupported(`${file} is no lockfile that is known`, "Commit the lockfile of npm, pnpm, yarn or bun.");
}

function lockedByPnpm(text: string): Locked {
  const version = /^lockfileVersion: *['"]?([0-9.]+)['"]? *\r?$/m.exec(text)?.[1];
  const known = version === undefined ? undefined : pnpmByLockfile[version];
  if (known === undefined) {
    return unsupported(
      `pnpm-lock.yaml has lockfileVersion ${version ?? "none"}`,
      "Run `pnpm install` once with pnpm 9 or newer and commit pnpm-lock.yaml.",
    );
  }
  const documents = text.split(/^---[ \t\r]*$/m).filter((part) => part.trim() !== "");
  return { kind: "locked", name: "pnpm", version: documents.length > 1 ? pnpmOfTwoDocuments : known };
}

function lockedByYarn(text: string): Locked {
  if (/^# yarn lockfile v1\r?$/m.test(text)) return { kind: "locked", name: "yarn-classic", version: yarnClassic };
  const version = /^__metadata:\r?\n(?:[ #][^\r\n]*\r?\n)*? {2}version: *['"]?(\d+)/m.exec(text)?.[1];
  const known = version === undefined ? undefined : berryByLockfile[version];
  if (known !== undefined) return { kind: "locked", name: "yarn-berry", version: known };
  return unsupported(
    version === undefined
      ? "yarn.lock is neither a lockfile of yarn 1 nor one with `__metadata`"
      : `yarn.lock has version ${version}`,
    "Run `yarn install` once with yarn 1.22, 3.8 or 4 and commit yarn.lock.",
  );
}

function unsupported(reason: string, fix: string): Locked {
  return { kind: "unsupported", reason, fix };
}
