import { settingsAliasesMax, strictYaml } from "../text/strict-yaml.ts";
import type { Installable } from "./detect.ts";
import { textOf } from "./command.ts";
import { parseJson } from "./json.ts";
import type { Manifest } from "./manifests.ts";
import { isRecord } from "./settings.ts";
import { isForeign, yarnOneSpecs } from "./spec.ts";

/** Bytes of a lockfile that is read as YAML; those of the largest known repositories have a quarter of it. */
const yamlBytesMax = 8 * 1024 * 1024;
/** Maps from a package's name to what is asked for. */
const maps = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "requires"];
/** Maps of such maps. */
const nested = ["overrides", "resolutions", "catalog", "catalogs", "packageExtensions"];

/**
 * The first thing that an installation would take from git or from any address but a registry's tarball; null: everything comes from the
 * registry or the tree. Such a package is built where it is fetched, by programs and settings of its own repository, even with scripts
 * off: so this is asked before a manager starts. An unreadable lockfile counts as one. Pure.
 */
export function foreignSource(wanted: Installable, files: readonly Manifest[]): string | null {
  return inLockfile(wanted, files) ?? inTree(wanted, files);
}

function inLockfile(wanted: Installable, files: readonly Manifest[]): string | null {
  const text = textOf(files, wanted.lockfile) ?? "";
  switch (wanted.lockfile) {
    case "package-lock.json":
    case "npm-shrinkwrap.json":
      return inEntries(parseJson(text));
    case "pnpm-lock.yaml":
      return inYaml(text, inResolutions);
    case "yarn.lock":
      if (wanted.kind === "fetched" && wanted.manager.name === "yarn-berry") return inYaml(text, inBerry);
      return first(yarnOneSpecs(text), foreignSpec);
    case "bun.lock":
      // JSON with commas at the end of lists, which YAML takes.
      return inYaml(text, inBun);
    case "bun.lockb":
      return /git\+|git@|git:|github:|gitlab:|bitbucket:|ssh:|codeload\./i.exec(text)?.[0] ?? null;
  }
}

/** npm and yarn look for packages that the lockfile lacks before they complain, and would fetch them. */
function inTree(wanted: Installable, files: readonly Manifest[]): string | null {
  const root = parseJson(textOf(files, "package.json") ?? "");
  const alone = wanted.kind === "fetched" && !(isRecord(root) && "workspaces" in root);
  const portal = textOf(files, wanted.lockfile)?.includes("portal:") === true;
  const read = files.filter(
    ({ path }) => path === "package.json" || ((!alone || portal) && path.endsWith("/package.json")),
  );
  return (
    first(read, ({ content }) => {
      const manifest = parseJson(content.toString("utf8"));
      if (!isRecord(manifest)) return null;
      return inMaps(manifest) ?? (isRecord(manifest["pnpm"]) ? inMaps(manifest["pnpm"]) : null);
    }) ?? inYaml(textOf(files, ".yarnrc.yml") ?? "", (own) => (isRecord(own) ? inMaps(own) : null), settingsAliasesMax)
  );
}

/** Entries of npm's lockfile, of both its forms. */
function inEntries(lock: unknown): string | null {
  if (!isRecord(lock)) return "what cannot be read";
  const inOne = ([path, entry]: [string, unknown]): string | null => {
    if (path.includes(":")) return path;
    if (!isRecord(entry)) return null;
    const { name, version, resolved, link, dependencies } = entry;
    const own = [version, ...(link === true ? [] : [resolved])];
    if (typeof name === "string" && name.includes(":")) return name;
    if (link === true && typeof resolved === "string" && /^(?!file:)[^/]*:/.test(resolved)) return resolved;
    const older = isRecord(dependencies) ? Object.entries(dependencies).filter(([, value]) => isRecord(value)) : [];
    return first(own, foreignSpec) ?? inMaps(entry) ?? first(older, inOne);
  };
  const { packages, dependencies } = lock;
  return (
    first(isRecord(packages) ? Object.entries(packages) : [], inOne) ??
    first(isRecord(dependencies) ? Object.entries(dependencies) : [], inOne)
  );
}

/** `resolution` of each package in pnpm's lockfile. */
function inResolutions(value: unknown): string | null {
  if (Array.isArray(value)) return first(value, inResolutions);
  if (!isRecord(value)) return null;
  return first(Object.entries(value), ([key, inner]) => {
    // js-yaml merges what stands there into the entry.
    if (key === "<<") return "<<";
    return (key === "resolution" && isRecord(inner) ? inResolution(inner) : null) ?? inResolutions(inner);
  });
}

function inResolution(resolution: Record<string, unknown>): string | null {
  const { repo, type, tarball, commit, gitHosted } = resolution;
  if (type === "git" || repo !== undefined || commit !== undefined) return `git ${String(repo)}`;
  if (gitHosted !== undefined && gitHosted !== false) return String(tarball);
  return foreignSpec(tarball);
}

function inBerry(lock: unknown): string | null {
  if (!isRecord(lock)) return "what cannot be read";
  return first(Object.entries(lock), ([key, entry]) => {
    if (key === "__metadata") return null;
    if (!isRecord(entry)) return key;
    const asked = key.split(/, */).map(specOf);
    return first([specOf(String(entry["resolution"])), ...asked], foreignSpec) ?? inMaps(entry);
  });
}

function inBun(lock: unknown): string | null {
  if (!isRecord(lock)) return "what cannot be read";
  const { packages, workspaces } = lock;
  const inOne = (entry: unknown) => {
    if (!Array.isArray(entry)) return null;
    const [name, address]: unknown[] = entry;
    return (
      foreignSpec(specOf(String(name))) ??
      foreignSpec(address) ??
      first(entry, (one) => (isRecord(one) ? inMaps(one) : null))
    );
  };
  const own = isRecord(workspaces) ? Object.values(workspaces) : [];
  return (
    first(isRecord(packages) ? Object.values(packages) : [], inOne) ??
    first([lock, ...own], (one) => (isRecord(one) ? inMaps(one) : null))
  );
}

function inMaps(holder: Record<string, unknown>): string | null {
  const flat = maps.flatMap((key) => (isRecord(holder[key]) ? Object.values(holder[key]) : []));
  return first(flat, foreignSpec) ?? first(nested, (key) => deep(holder[key]));
}

function deep(value: unknown): string | null {
  return isRecord(value) ? first(Object.values(value), deep) : foreignSpec(value);
}

function inYaml(text: string, look: (value: unknown) => string | null, aliasesMax = 0): string | null {
  if (text.length > yamlBytesMax) return `a lockfile of ${text.length} bytes, more than ${yamlBytesMax}`;
  const documents = strictYaml(text, aliasesMax);
  return documents === null ? "what cannot be read" : first(documents, look);
}

/** `@scope/name@spec` → `spec`. */
function specOf(pattern: string): string {
  const at = pattern.indexOf("@", 1);
  return at === -1 ? pattern : pattern.slice(at + 1);
}

function foreignSpec(spec: unknown): string | null {
  return typeof spec === "string" && isForeign(spec) ? spec : null;
}

function first<Item>(items: Iterable<Item>, look: (item: Item) => string | null): string | null {
  for (const item of items) {
    const found = look(item);
    if (found !== null) return found;
  }
  return null;
}
