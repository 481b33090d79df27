/** A manager that is fetched for a job. npm is not among them: it comes with the Node of the toolchain. */
export interface PackageManager {
  name: "pnpm" | "yarn-classic" | "yarn-berry" | "bun";
  /** Exact, as the registry knows it. */
  version: string;
  /** What `packageManager` says the download must hash to, as Corepack reads it; null: it says nothing. */
  hash: { algorithm: string; hex: string } | null;
}

export type Named =
  | { kind: "npm" }
  | { kind: "named"; manager: PackageManager }
  /** The field names a manager without an exact version, so the lockfile decides the version. */
  | { kind: "unversioned"; family: Family }
  | { kind: "unset" }
  | { kind: "unsupported"; family: Family; reason: string; fix: string };

/** As people name them: both yarns are one. */
export type Family = "npm" | "pnpm" | "yarn" | "bun";

const hashLengths: Readonly<Record<string, number>> = { sha1: 40, sha224: 56, sha256: 64, sha384: 96, sha512: 128 };
const families: readonly string[] = ["npm", "pnpm", "yarn", "bun"] satisfies Family[];

/** Majors that can install from a lockfile with scripts off and without reading the project's settings; older ones were not tried. */
const majors: Readonly<Record<Exclude<Family, "npm">, readonly number[]>> = {
  pnpm: [8, 9, 10, 11, 12],
  yarn: [1, 3, 4],
  bun: [1],
};

/**
 * The manager that a package.json names: `packageManager` in Corepack's form (`name@version+sha512.hex`), else
 * `devEngines.packageManager` with an exact version. Pure. A field that names none of the four counts as not set, as before.
 */
export function namedManager(manifest: Readonly<Record<string, unknown>>): Named {
  const field = manifest["packageManager"];
  const text = typeof field === "string" ? field : fromDevEngines(manifest["devEngines"]);
  const [, name = "", rest = ""] = /^([a-z]+)(?:@(.*))?$/.exec(text ?? "") ?? [];
  if (!isFamily(name)) return { kind: "unset" };
  if (name === "npm") return { kind: "npm" };
  const exact = /^(\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[0-9A-Za-z.-]{1,40})?)(?:\+(.*))?$/.exec(rest);
  if (exact === null) {
    if (rest === "" || typeof field !== "string") return { kind: "unversioned", family: name };
    return unsupported(name, `packageManager names ${JSON.stringify(text?.slice(0, 80))}, which is no exact version`);
  }
  const [, version = "", build] = exact;
  const major = Number(version.split(".")[0]);
  if (!majors[name].includes(major)) {
    return unsupported(name, `${name} ${version} is not supported (${majors[name].join(", ")} are)`);
  }
  const hash = build === undefined ? null : readHash(build);
  if (hash === "unreadable") return unsupported(name, "the hash in packageManager cannot be read");
  // Corepack does not know bun, so nobody has defined what its hash would cover.
  if (hash !== null && name === "bun")
    return unsupported(name, "a hash after bun's version is nothing that can be compared");
  return { kind: "named", manager: { name: name === "yarn" ? yarnOf(major) : name, version, hash } };
}

/** `yarn` for both yarns. */
export function familyOf(name: PackageManager["name"]): Family {
  return name === "yarn-classic" || name === "yarn-berry" ? "yarn" : name;
}

function fromDevEngines(devEngines: unknown): string | undefined {
  const wanted = objectOf(objectOf(devEngines)["packageManager"]);
  const { name, version } = wanted;
  if (typeof name !== "string") return undefined;
  return typeof version === "string" && /^\d+\.\d+\.\d+$/.test(version) ? `${name}@${version}` : name;
}

function readHash(build: string): PackageManager["hash"] | "unreadable" {
  const [, algorithm = "", hex = ""] = /^(sha\d+)\.([0-9a-fA-F]+)$/.exec(build) ?? [];
  if (hashLengths[algorithm] !== hex.length || hex === "") return "unreadable";
  return { algorithm, hex: hex.toLowerCase() };
}

function yarnOf(major: number): PackageManager["name"] {
  return major === 1 ? "yarn-classic" : "yarn-berry";
}

function isFamily(name: string): name is Family {
  return families.includes(name);
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function unsupported(family: Exclude<Family, "npm">, reason: string): Named {
  const fix = `Name an exact version in packageManager, such as \`${example[family]}\` (\`corepack use\` writes one).`;
  return { kind: "unsupported", family, reason, fix };
}

const example = { pnpm: "pnpm@10.34.9", yarn: "yarn@4.18.1", bun: "bun@1.4.5" };
