import { stringify } from "yaml";
import { settingsAliasesMax, strictYaml } from "../text/strict-yaml.ts";
import {
  cacheInside,
  type CommandFacts,
  managerInside,
  type Planned,
  textOf,
  throughProxy,
  withFile,
} from "./command.ts";
import { count, flag, type Form, isRecord, listed, names, namesByKind, oneOf, type Settings } from "./settings.ts";

const workspaceFile = "pnpm-workspace.yaml";

/** From the trusted commit: how packages are laid out. In `.npmrc` the same names in kebab-case. */
const shapes: Readonly<Record<string, Form>> = {
  nodeLinker: oneOf("isolated", "hoisted"),
  hoist: flag,
  hoistPattern: names,
  publicHoistPattern: names,
  shamefullyHoist: flag,
  hoistWorkspacePackages: flag,
  autoInstallPeers: flag,
  strictPeerDependencies: flag,
  dedupePeerDependents: flag,
  dedupeDirectDeps: flag,
  dedupeInjectedDeps: flag,
  resolvePeersFromWorkspaceRoot: flag,
  excludeLinksFromLockfile: flag,
  injectWorkspacePackages: flag,
  preferWorkspacePackages: flag,
  linkWorkspacePackages: (value) => flag(value) || value === "deep",
  resolutionMode: oneOf("highest", "time-based", "lowest-direct"),
  virtualStoreDirMaxLength: count,
  peersSuffixMaxLength: count,
  extendNodePath: flag,
  engineStrict: flag,
  supportedArchitectures: namesByKind,
  // These can only refuse.
  minimumReleaseAge: count,
  minimumReleaseAgeExclude: names,
};

/** From the tree itself, as its package.json is: which packages it consists of and asks for. */
const wishes: Readonly<Record<string, Form>> = {
  packages: (value) =>
    names(value) && Array.isArray(value) && !value.some((glob) => /(^|\/)\.\.(\/|$)|^!?\//.test(String(glob))),
  catalog: isRecord,
  catalogs: isRecord,
  overrides: isRecord,
  packageExtensions: isRecord,
  ignoredOptionalDependencies: names,
  peerDependencyRules: isRecord,
  allowUnusedPatches: flag,
  allowNonAppliedPatches: flag,
  patchedDependencies: (value) => isRecord(value) && Object.values(value).every(insideTree),
};

/** Variables that keep pnpm from reading what lies about and from fetching another pnpm, for every later call as well. */
export const pnpmEnvironment: Readonly<Record<string, string>> = {
  npm_config_ignore_pnpmfile: "true",
  npm_config_manage_package_manager_versions: "false",
  npm_config_package_manager_strict: "false",
  npm_config_verify_deps_before_run: "false",
  npm_config_update_notifier: "false",
  // From pnpm 11 on only variables of its own name are read.
  pnpm_config_ignore_pnpmfile: "true",
  pnpm_config_pm_on_fail: "ignore",
  pnpm_config_verify_deps_before_run: "false",
  pnpm_config_update_notifier: "false",
};

/**
 * `pnpm install` from pnpm-lock.yaml. Packages are copied out of the store: a hard link would let one installation be changed through another.
 * A lockfile that a `.pnpmfile.cjs` had a part in is refused: pnpm would ask for that program.
 */
export function pnpmCommand({ manager, registry, settings, files }: CommandFacts): Planned {
  const lock = textOf(files, "pnpm-lock.yaml") ?? "";
  const own = readYaml(textOf(files, workspaceFile));
  const refusal = refusedLock(lock) ?? (own.kind === "read" ? refusedWorkspace(own.value) : own);
  if (refusal !== null) return refusal;
  const major = Number(manager.version.split(".")[0]);
  const wished = listed(own.kind === "read" ? own.value : null, wishes);
  const shaped = shapeOf(settings, major);
  const npmrc = major < 11 ? npmrcLines(shaped) : [];
  const workspace = major < 10 ? wished : { ...shaped, ...wished };
  let laid = files.filter(({ path }) => path !== workspaceFile);
  if (Object.keys(workspace).length > 0) laid = withFile(laid, workspaceFile, stringify(workspace));
  if (npmrc.length > 0) laid = withFile(laid, ".npmrc", `${npmrc.join("\n")}\n`);
  const argv = [
    `${managerInside}/bin/pnpm`,
    "install",
    "--frozen-lockfile",
    "--ignore-scripts",
    "--ignore-pnpmfile",
    "--reporter=append-only",
    "--package-import-method=copy",
    `--store-dir=${cacheInside}/pnpm-store`,
    `--registry=${registry.href}`,
    "--config.side-effects-cache=false",
    "--config.enable-global-virtual-store=false",
    "--config.fetch-retries=2",
    "--config.fetch-retry-mintimeout=1000",
  ];
  const env = { ...throughProxy, ...pnpmEnvironment };
  return { kind: "planned", command: { argv, env, files: laid, shape: [stringify(shaped)] } };
}

/** pnpm up to 9 reads settings from `.npmrc` alone, 10 from both, 11 and newer from pnpm-workspace.yaml alone. */
function shapeOf(settings: Settings, major: number): Record<string, unknown> {
  const fromNpmrc = major < 11 ? listed(readNpmrc(settings[".npmrc"] ?? ""), shapes) : {};
  const workspace = major < 10 ? null : readYaml(settings[workspaceFile] ?? null);
  return { ...fromNpmrc, ...(workspace?.kind === "read" ? listed(workspace.value, shapes) : {}) };
}

/** `public-hoist-pattern[]=a` → `{ publicHoistPattern: ["a"] }`; the last of several plain values wins, as in npm. */
function readNpmrc(text: string): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, kebab = "", list, , raw = ""] =
      /^\s*([a-z][a-z-]*)(\[\])?\s*=\s*(["']?)(.*?)\3\s*$/.exec(line)?.map(String) ?? [];
    const key = kebab.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (!Object.hasOwn(shapes, key)) continue;
    const before = read[key];
    read[key] = list === "[]" ? [...(Array.isArray(before) ? before : []), raw] : scalar(raw);
  }
  return read;
}

function scalar(raw: string): unknown {
  if (raw === "true" || raw === "false") return raw === "true";
  return /^\d{1,9}$/.test(raw) ? Number(raw) : raw;
}

function npmrcLines(shaped: Record<string, unknown>): string[] {
  return Object.entries(shaped).flatMap(([camel, value]) => {
    const key = camel.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (Array.isArray(value)) return value.map((item) => `${key}[]=${String(item)}`);
    return isRecord(value) ? [] : [`${key}=${String(value)}`];
  });
}

type Yaml = { kind: "read"; value: unknown } | Extract<Planned, { kind: "refused" }>;

function readYaml(text: string | null): Yaml {
  if (text === null) return { kind: "read", value: null };
  const documents = strictYaml(text, settingsAliasesMax);
  if (documents === null)
    return refused(
      `${workspaceFile} cannot be read as YAML in one way only`,
      `Mend ${workspaceFile}: no key twice, and values written out instead of many aliases.`,
    );
  return { kind: "read", value: documents[0] ?? null };
}

function refusedLock(lock: string): Extract<Planned, { kind: "refused" }> | null {
  if (/^pnpmfileChecksum:/m.test(lock)) {
    return refused(
      "pnpm-lock.yaml was made with a .pnpmfile.cjs, which is a program and is never run to install",
      "Express what the hook does as `overrides` or `packageExtensions`, remove .pnpmfile.cjs and commit the new lockfile.",
    );
  }
  const copies = (line: string) =>
    /^[ \t]+type: directory[ \t\r]*$/.test(line) || /^[ \t]+resolution: \{[^}]*?\bdirectory:/.test(line);
  if (lock.split("\n").some(copies)) {
    return refused(
      "pnpm-lock.yaml installs a copy of a local directory (`file:` or an injected workspace package)",
      "Use `workspace:` or `link:` for packages of the repository.",
    );
  }
  return null;
}

function refusedWorkspace(value: unknown): Extract<Planned, { kind: "refused" }> | null {
  if (!isRecord(value) || value["configDependencies"] === undefined) return null;
  return refused(
    `${workspaceFile} has configDependencies, whose hooks are programs and are never run to install`,
    `Write what they set into ${workspaceFile} itself.`,
  );
}

function insideTree(path: unknown): boolean {
  return typeof path === "string" && /^[\w@+.-][\w@+./-]*$/.test(path) && !path.split("/").includes("..");
}

function refused(reason: string, fix: string): Extract<Planned, { kind: "refused" }> {
  return { kind: "refused", reason, fix };
}
