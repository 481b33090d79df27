/** Files in which a repository tells its package manager how to work. Paths from the root of the tree. */
export const settingsFiles = [".npmrc", "pnpm-workspace.yaml", ".yarnrc", ".yarnrc.yml", "bunfig.toml"] as const;
export type SettingsFile = (typeof settingsFiles)[number];

/**
 * The texts of these files in the trusted commit; a missing one is absent. None of them ever reaches a manager: what is honoured is
 * listed, key by key with the form of its value, beside the manager, and written into a file of ours. The lists hold what changes the
 * shape of the installed tree; no path, address, script, shell or credential.
 */
export type Settings = Readonly<Partial<Record<SettingsFile, string>>>;

/** What one value may look like. */
export type Form = (value: unknown) => boolean;

export const flag: Form = (value) => typeof value === "boolean";
export const count: Form = (value) => typeof value === "number" && Number.isInteger(value) && value >= 0;
export const oneOf =
  (...words: string[]): Form =>
  (value) =>
    typeof value === "string" && words.includes(value);
/** Names and globs of packages, or of platforms; nothing that a configuration would expand or that could be an address. */
export const names: Form = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === "string" && /^[@\w!*.~^|<>= /-]{1,200}$/.test(item));
export const namesByKind: Form = (value) => isRecord(value) && Object.values(value).every(names);

/** The entries of `given` that a table lists and whose values have the listed form. Pure. */
export function listed(given: unknown, table: Readonly<Record<string, Form>>): Record<string, unknown> {
  if (!isRecord(given)) return {};
  return Object.fromEntries(
    Object.entries(given).filter(([key, value]) => Object.hasOwn(table, key) && table[key]?.(value) === true),
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
