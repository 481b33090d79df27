import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ReadOnlyMount, Sandbox } from "../../sandbox/sandbox.ts";
import type { SideDependencies, SideName } from "../checks/side.ts";
import type { Config } from "../config.ts";
import { detectDependencies, type Installable, telling } from "../environment/detect.ts";
import { fetchManager } from "../environment/fetch-manager.ts";
import { installDependencies, withoutCredentials } from "../environment/install.ts";
import { dependencyKey } from "../environment/key.ts";
import { managerMounts } from "../environment/manager-mounts.ts";
import { readPackageJson, readPlain, Unusable } from "../environment/manifests.ts";
import { dependencyMounts } from "../environment/mounts.ts";
import { orderInstall } from "../environment/order.ts";
import type { Settings } from "../environment/settings.ts";
import { readSettings } from "../environment/tree-manifests.ts";

/** Where installations happen, and from where. */
export interface Ground {
  sandbox: Sandbox;
  /** Host directory of ours that the sandbox's user can enter; installations and npm's cache lie below it. */
  dir: string;
  /** The package registry of the machine's npm configuration. */
  registry: URL;
  limits: Config["limits"];
  /** Absent: no install script of any package runs. */
  setup?: Pick<Config["setup"], "scripts">;
  onProgress: (text: string) => void;
  signal: AbortSignal;
}

/** What was installed for one tree. `key` names the lockfile and the platform: equal keys share one installation. */
export const Installed = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none"), key: z.string() }),
  z.strictObject({
    kind: z.literal("installed"),
    key: z.string(),
    directory: z.string(),
    /** The fetched manager that installed it, for the scripts that call it; absent: npm. */
    manager: z
      .strictObject({
        name: z.enum(["pnpm", "yarn-classic", "yarn-berry", "bun"]),
        version: z.string(),
        directory: z.string(),
      })
      .optional(),
  }),
  z.strictObject({ kind: z.literal("failed"), key: z.string(), reason: z.string() }),
]);
export type Installed = z.infer<typeof Installed>;

const outputBytes = { headBytes: 16_384, tailBytes: 65_536 };

/**
 * Installs the dependencies that a checkout's own lockfile names, in the sandbox, without scripts, with the registry as the only
 * host. A manager that is not supported or a registry that does not answer is a `failed`, never an empty installation.
 * In: the settings files of the trusted commit; absent: the checkout is of the trusted commit, and they are read from it.
 */
export async function installFor(ground: Ground, checkout: string, settings?: Settings): Promise<Installed> {
  const wanted = await wantedBy(ground, checkout, settings);
  if (wanted.kind === "none") return { kind: "none", key: "none" };
  if (wanted.kind === "failed") return failed("none", wanted.reason);
  const { key, dependencies } = wanted;
  const manager = await managerFor(ground, dependencies);
  if (manager.kind === "failed") return failed(key, told(manager));
  ground.onProgress(`installing dependencies (${dependencies.lockfile}) in the sandbox, scripts off`);
  const result = await installDependencies({
    sandbox: ground.sandbox,
    manifestDir: checkout,
    wanted: dependencies,
    ...(manager.kind === "fetched" ? { managerDir: manager.directory } : {}),
    settings: wanted.settings,
    scripts: ground.setup?.scripts ?? [],
    into: join(ground.dir, `dependencies-${key.slice(0, 16)}`),
    registry: ground.registry,
    cacheDir: join(ground.dir, "npm-cache"),
    limits: { timeoutMs: ground.limits.install_s * 1000, output: outputBytes },
    signal: ground.signal,
  });
  if (result.kind === "failed") return failed(key, told(result));
  for (const note of result.notes ?? []) ground.onProgress(note);
  ground.onProgress(`dependencies installed in ${(result.ms / 1000).toFixed(1)} s`);
  const { directory } = result;
  if (dependencies.kind === "npm" || manager.kind !== "fetched") return { kind: "installed", key, directory };
  return {
    kind: "installed",
    key,
    directory,
    manager: {
      name: dependencies.manager.name,
      version: dependencies.manager.version,
      directory: manager.directory,
    },
  };
}

/** How an installation appears in a workspace: its packages, and the manager for scripts that call it. */
export function mountsOf(installed: Extract<Installed, { kind: "installed" }>): {
  readOnly: ReadOnlyMount[];
  scratch: string[];
  env?: Record<string, string>;
} {
  const mounts = dependencyMounts(installed.directory);
  if (installed.manager === undefined) return mounts;
  const manager = managerMounts(installed.manager, installed.manager.directory);
  return { ...mounts, readOnly: [...mounts.readOnly, ...manager.readOnly], env: manager.env };
}

/** npm is in the toolchain; the others are fetched, once per job and version. */
async function managerFor(ground: Ground, dependencies: Installable) {
  if (dependencies.kind === "npm") return { kind: "npm" } as const;
  const { name, version } = dependencies.manager;
  ground.onProgress(`fetching ${name} ${version} in the sandbox`);
  return fetchManager({
    sandbox: ground.sandbox,
    manager: dependencies.manager,
    dir: join(ground.dir, "managers"),
    registry: ground.registry,
    cacheDir: join(ground.dir, "npm-cache"),
    limits: { timeoutMs: ground.limits.install_s * 1000, output: outputBytes },
    signal: ground.signal,
  });
}

/**
 * Gives the checks their dependencies by side. What `ready` already holds is shared by key; a side whose lockfile differs gets an
 * installation of its own. In: the settings files of the trusted commit, whatever the side's own say; absent: none.
 */
export function dependenciesBySide(
  ground: Ground,
  ready: readonly Installed[],
): (side: SideName, checkout: string, tree?: string, settings?: Settings) => Promise<SideDependencies> {
  const known = new Map(ready.map((installed) => [installed.key, installed]));
  return async (_side, checkout, _tree, settings = {}) => {
    const wanted = await wantedBy(ground, checkout, settings);
    const shared = wanted.kind === "wanted" ? known.get(wanted.key) : undefined;
    const installed = shared ?? (await installFor(ground, checkout, settings));
    known.set(installed.key, installed);
    switch (installed.kind) {
      case "none":
        return { kind: "ready", readOnly: [], scratch: [] };
      case "installed":
        return { kind: "ready", ...mountsOf(installed) };
      case "failed":
        return { kind: "failed", reason: `the dependencies are not installed: ${installed.reason}` };
    }
  };
}

type Wanted =
  | { kind: "none" }
  | { kind: "wanted"; dependencies: Installable; settings: Settings; key: string }
  | { kind: "failed"; reason: string };

/** What a checkout asks to be installed. Its files are read as plain files or not at all: a link in it may name our disk. */
async function wantedBy(ground: Ground, checkout: string, trusted?: Settings): Promise<Wanted> {
  const packageJson = await readPackageJson(checkout);
  if (packageJson.kind === "unusable") return { kind: "failed", reason: packageJson.reason };
  const read = await readTelling(checkout, trusted);
  if (read.kind === "failed") return read;
  const { settings, texts } = read;
  const found = detectDependencies(await readdir(checkout), packageJson.text, texts, settings[".yarnrc.yml"] ?? null);
  if (found.kind === "none") return { kind: "none" };
  if (found.kind === "unsupported") return { kind: "failed", reason: `${found.reason}. ${found.fix}` };
  const order = await orderInstall(checkout, found, { settings, registry: withoutCredentials(ground.registry) });
  if (order.kind === "refused") return { kind: "failed", reason: `${order.reason}. ${order.fix}` };
  const { version: node, platform, arch } = process;
  const manager = found.kind === "npm" ? ["npm"] : [found.manager.name, found.manager.version];
  const shape = [...manager, ...order.command.shape, "scripts", ...(ground.setup?.scripts ?? [])];
  const key = dependencyKey({ manifests: order.manifests, npmrc: JSON.stringify(shape), node, platform, arch });
  return { kind: "wanted", dependencies: found, settings, key };
}

async function readTelling(checkout: string, trusted?: Settings) {
  try {
    const texts: Record<string, string> = {};
    for (const file of telling) {
      const bytes = await readPlain(checkout, file);
      if (bytes !== null) texts[file] = bytes.toString("utf8");
    }
    return { kind: "read" as const, texts, settings: trusted ?? (await readSettings(checkout)) };
  } catch (error) {
    if (error instanceof Unusable) return { kind: "failed" as const, reason: error.message };
    throw error;
  }
}

function told({ reason, fix, evidence }: { reason: string; fix: string; evidence: string }): string {
  return [`${reason}. ${fix}`, evidence].join("\n").trim();
}

function failed(key: string, reason: string): Installed {
  return { kind: "failed", key, reason };
}
