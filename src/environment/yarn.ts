import { stringify } from "yaml";
import { oneStrictYaml, settingsAliasesMax } from "../text/strict-yaml.ts";
import {
  cacheInside,
  type CommandFacts,
  managerInside,
  type Planned,
  textOf,
  throughProxy,
  withFile,
} from "./command.ts";
import { flag, type Form, isRecord, listed, namesByKind, oneOf } from "./settings.ts";
import { lineCharactersMax } from "./spec.ts";

/** Our own file of settings, by a name that no repository has; berry reads no other. */
const berrySettings = ".airlock-yarnrc.yml";

/** From the trusted `.yarnrc.yml`: how packages are laid out, and what enters berry's checksums. */
const berryShapes: Readonly<Record<string, Form>> = {
  nmHoistingLimits: oneOf("none", "workspaces", "dependencies"),
  nmSelfReferences: flag,
  enableTransparentWorkspaces: flag,
  compressionLevel: (value) =>
    value === "mixed" || (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 9),
  supportedArchitectures: namesByKind,
};
/** From the tree's own, as its package.json is: what it asks for. */
const berryWishes: Readonly<Record<string, Form>> = {
  catalog: isRecord,
  catalogs: isRecord,
  packageExtensions: isRecord,
};

/** From the trusted `.yarnrc` of yarn 1, each also as `--install.KEY`. */
const classicShapes: Readonly<Record<string, RegExp>> = {
  "ignore-engines": /^true$/,
  "ignore-optional": /^true$/,
};

/** Variables that keep berry from running a committed yarn or plugin and from reading `.yarnrc.yml`, for every later call as well. */
export const berryEnvironment: Readonly<Record<string, string>> = {
  YARN_IGNORE_PATH: "1",
  YARN_RC_FILENAME: berrySettings,
  YARN_PLUGINS: "",
  YARN_ENABLE_SCRIPTS: "0",
  YARN_ENABLE_TELEMETRY: "0",
  YARN_ENABLE_COLORS: "0",
  YARN_NODE_LINKER: "node-modules",
  YARN_GLOBAL_FOLDER: "/tmp/home/.yarn-berry",
};

export const classicEnvironment: Readonly<Record<string, string>> = {
  YARN_IGNORE_PATH: "1",
  YARN_DISABLE_SELF_UPDATE_CHECK: "1",
};

/**
 * `yarn install` of yarn 1. It would fetch each package from the address in yarn.lock, so the addresses are moved to the one registry that
 * can be reached; the hashes beside them decide what is accepted. No `.yarnrc` and no `.npmrc` is read.
 */
export function classicCommand({ registry, settings, files }: CommandFacts): Planned {
  const lock = textOf(files, "yarn.lock") ?? "";
  const lines = lock.split("\n");
  if (lines.some((line) => line.length > lineCharactersMax)) return longLine;
  if (lines.some(copiesDirectory)) return localCopies;
  const shape = classicFlags(settings[".yarnrc"] ?? "");
  const argv = [
    `${managerInside}/bin/yarn`,
    "install",
    "--frozen-lockfile",
    "--ignore-scripts",
    "--non-interactive",
    "--no-progress",
    "--no-default-rc",
    "--network-timeout=60000",
    `--cache-folder=${cacheInside}/yarn`,
    `--registry=${registry.href}`,
    ...shape,
  ];
  const laid = withFile(files, "yarn.lock", onRegistry(lock, registry));
  return { kind: "planned", command: { argv, env: { ...throughProxy, ...classicEnvironment }, files: laid, shape } };
}

/** A key whose `file:` is no tarball. */
function copiesDirectory(line: string): boolean {
  if (/^[ \t#]/.test(line)) return false;
  const [, ...asked] = line.split("@file:");
  return asked.some((rest) => !/\.(tgz|tar\.gz)\b/.test(/^[^",]*/.exec(rest)?.[0] ?? ""));
}

function classicFlags(yarnrc: string): string[] {
  const found = new Map<string, string>();
  for (const line of yarnrc.split(/\r?\n/)) {
    const [, key = "", value = ""] = /^\s*"?(?:--(?:install|\*)\.)?([a-z-]+)"?\s+"?([^"\s]*)"?\s*$/.exec(line) ?? [];
    if (classicShapes[key]?.test(value) === true) found.set(key, value);
  }
  return [...found.keys()].sort().map((key) => `--${key}`);
}

/**
 * The lockfile with the addresses of registries replaced by that of ours: any `http(s)://host/…/name/-/name-1.2.3.tgz` that carries a
 * hash (an `integrity` line or the fragment), because then the content is decided without the address. Everything else stays.
 */
export function onRegistry(lock: string, registry: URL): string {
  const base = registry.href.endsWith("/") ? registry.href : `${registry.href}/`;
  const lines = lock.split("\n");
  const moved = lines.map((line, index) => {
    const [, host, rest = "", hash = ""] = line.length > lineCharactersMax ? [] : (address.exec(line) ?? []);
    const path = host === undefined ? undefined : packagePath(rest);
    const hashed = hash !== "" || lines[index + 1]?.startsWith("  integrity ") === true;
    return path === undefined || !hashed ? line : `  resolved "${base}${path}${hash}"`;
  });
  return moved.join("\n");
}

const address = /^ {2}resolved "https?:\/\/([^/\s"]+)\/([^\s"#]*)(#[0-9a-f]{40})?"\r?$/i;

/** `prefix/@scope/name/-/name-1.2.3.tgz`: from the package's name on; undefined when it is none. */
function packagePath(path: string): string | undefined {
  const [file = "", dash, name = "", scope = ""] = path.split("/").toReversed();
  if (dash !== "-" || !/.\.tgz$/i.test(file)) return undefined;
  if (/^@[^@]+%2f[^@]+$/i.test(name)) return `${name}/-/${file}`;
  if (name === "" || name.includes("@")) return undefined;
  return /^@./.test(scope) ? `${scope}/${name}/-/${file}` : `${name}/-/${file}`;
}

/**
 * `yarn install` of yarn 3 and 4. Plug'n'Play repositories are installed as `node_modules` too: `.pnp.cjs` at the root would be a file of
 * the workspace, and programs find their dependencies either way.
 */
export function berryCommand({ registry, settings, files }: CommandFacts): Planned {
  const lock = textOf(files, "yarn.lock") ?? "";
  const resolutions = lock.split("\n").flatMap((line) => /^[ \t]+resolution: "([^"\n]*")/.exec(line)?.[1] ?? []);
  if (resolutions.some((resolution) => resolution.includes("@exec:"))) return execProtocol;
  if (
    resolutions.some((one) =>
      one
        .split("@file:")
        .slice(1)
        .some((rest) => !/\.(tgz|tar\.gz)(#|::|")/.test(rest)),
    )
  ) {
    return localCopies;
  }
  const shaped = listed(readYaml(settings[".yarnrc.yml"] ?? null), berryShapes);
  const wished = listed(readYaml(textOf(files, ".yarnrc.yml")), berryWishes);
  const own = {
    ...shaped,
    ...wished,
    npmRegistryServer: registry.href.replace(/\/$/, ""),
    ...(registry.protocol === "http:" ? { unsafeHttpWhitelist: [registry.hostname] } : {}),
    // The proxy's port is known only inside.
    httpProxy: "${HTTP_PROXY:-}",
    httpsProxy: "${HTTPS_PROXY:-}",
    cacheFolder: `${cacheInside}/yarn-berry`,
    enableGlobalCache: false,
    enableMirror: false,
    enableProgressBars: false,
    httpRetry: 2,
  };
  const argv = [`${managerInside}/bin/yarn`, "install", "--immutable", "--mode=skip-build"];
  const env = { ...throughProxy, ...berryEnvironment };
  const laid = withFile(
    files.filter(({ path }) => path !== ".yarnrc.yml"),
    berrySettings,
    stringify(own),
  );
  return { kind: "planned", command: { argv, env, files: laid, shape: [stringify(shaped)] } };
}

function readYaml(text: string | null): unknown {
  return text === null ? null : oneStrictYaml(text, settingsAliasesMax)?.value;
}

const longLine: Planned = {
  kind: "refused",
  reason: `yarn.lock has a line of more than ${lineCharactersMax} characters`,
  fix: "Write yarn.lock anew with `yarn install`.",
};

const localCopies: Planned = {
  kind: "refused",
  reason: "yarn.lock installs a copy of a local directory (`file:`)",
  fix: "Use a workspace or `link:` for packages of the repository.",
};

const execProtocol: Planned = {
  kind: "refused",
  reason: "yarn.lock has an `exec:` dependency, which is a program and is never run to install",
  fix: "Publish what the program generates, or commit it as a workspace.",
};
