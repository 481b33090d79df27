import { join } from "node:path";
import { z } from "zod";
import type { Egress, Sandbox } from "../../sandbox/sandbox.ts";
import type { SideDependencies, SideName } from "../checks/side.ts";
import type { Config } from "../config.ts";
import type { EnvironmentCache } from "../environment/cache.ts";
import type { Installable } from "../environment/detect.ts";
import { fetchManager, managerName } from "../environment/fetch-manager.ts";
import { installDependencies, withoutCredentials } from "../environment/install.ts";
import { resourceLimits } from "../environment/limits.ts";
import { dependencyKey } from "../environment/key.ts";
import { managerMounts } from "../environment/manager-mounts.ts";
import { dependencyMounts } from "../environment/mounts.ts";
import type { PackageManager } from "../environment/package-manager.ts";
import type { Settings } from "../environment/settings.ts";
import type { InstalledPlaces } from "../environment/view.ts";
import { accessRule } from "./network.ts";
import { type Wanted, wantedBy } from "./wanted.ts";

/** Where installations happen, and from where. */
export interface Ground {
  sandbox: Sandbox;
  /** Host directory of ours that the sandbox's user can enter; installations and the managers' caches lie below it. */
  dir: string;
  /** The package registry of the machine's npm configuration. */
  registry: URL;
  /** Installations of earlier runs on this machine. Absent: every run installs anew, as on machines that are shared or thrown away. */
  cache?: EnvironmentCache;
  limits: Config["limits"];
  /** Absent: no install script of any package runs. */
  setup?: Pick<Config["setup"], "scripts">;
  /** What else installations may reach (`[network.prepare]`). Absent: nothing. */
  network?: Config["network"]["prepare"];
  /** Told of every request to leave that an installation or a setup command made. Absent: nobody keeps them. */
  onDecision?: Egress["onDecision"];
  onProgress: (text: string) => void;
  signal: AbortSignal;
}

/** Host directory of the files that `[setup]` generated, which belong to every checkout; absent: there are none. */
const generated = z.string().optional();

/** What was installed for one tree. `key` names the lockfile and the platform: equal keys share one installation. */
export const Installed = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none"), key: z.string(), generated }),
  z.strictObject({
    kind: z.literal("installed"),
    key: z.string(),
    directory: z.string(),
    /** Whether this run installed it, or an earlier one on this machine. */
    from: z.enum(["registry", "cache"]),
    /** The fetched manager that installed it, for the scripts that call it; absent: npm. */
    manager: z
      .strictObject({
        name: z.enum(["pnpm", "yarn-classic", "yarn-berry", "bun"]),
        version: z.string(),
        directory: z.string(),
      })
      .optional(),
    generated,
  }),
  z.strictObject({ kind: z.literal("failed"), key: z.string(), reason: z.string() }),
]);
export type Installed = z.infer<typeof Installed>;

const outputBytes = { headBytes: 16_384, tailBytes: 65_536 };

/**
 * Installs the dependencies that a checkout's own lockfile names, in the sandbox, without scripts, with the registry as the only
 * host; or takes them from the machine's cache, and keeps there what it installed. To be called before any agent ran in this job.
 * A manager that is not supported or a registry that does not answer is a `failed`, never an empty installation.
 * In: the settings files of the trusted commit (absent: the checkout is of it, and they are read from there); the token that the
 * registry asks for, when it does.
 */
export async function installFor(
  ground: Ground,
  checkout: string,
  { settings, registryToken }: { settings?: Settings; registryToken?: string | undefined } = {},
): Promise<Installed> {
  const wanted = await wantedBy(ground, checkout, settings);
  const installed = await obtain(ground, checkout, { wanted, after: "keep", registryToken });
  const { overlay } = ground.sandbox;
  if (installed.kind === "installed" && overlay.kind === "none")
    ground.onProgress(
      `dependencies are read-only inside, with private cache directories: no overlay (${overlay.reason})`,
    );
  return installed;
}

/**
 * Gives the checks their dependencies by side. What `ready` already holds is shared by key; a side whose lockfile differs gets an
 * installation of its own. Nothing of it is kept in the machine's cache: the change may have written that lockfile. With setup commands
 * it gets none: they ran for the trusted commit's dependencies, and running them again for a change's would be another environment,
 * without the secrets. In: the settings files of the trusted commit, whatever the side's own say; absent: none.
 */
export function dependenciesBySide(
  ground: Ground,
  ready: readonly Installed[],
  hasSetup = false,
): (side: SideName, checkout: string, tree?: string, settings?: Settings) => Promise<SideDependencies> {
  const known = new Map(ready.map((installed) => [installed.key, installed]));
  return async (_side, checkout, _tree, settings = {}) => {
    const wanted = await wantedBy(ground, checkout, settings);
    const shared = wanted.kind === "failed" ? undefined : known.get(wanted.kind === "wanted" ? wanted.key : noKey);
    if (shared === undefined && hasSetup) return { kind: "failed", reason: otherDependencies };
    const installed = shared ?? (await obtain(ground, checkout, { wanted, after: "leave" }));
    known.set(installed.key, installed);
    switch (installed.kind) {
      case "none":
        return { kind: "ready", readOnly: [], scratch: [], ...laid(installed) };
      case "installed":
        return { kind: "ready", ...mountsOf(installed), ...laid(installed) };
      case "failed":
        return {
          kind: "failed",
          cause: unanswered.test(installed.reason) ? "unreachable" : "install",
          reason: `the dependencies are not installed: ${installed.reason}`,
        };
    }
  };
}

/** How an installation appears in a workspace: its packages, and the manager for scripts that call it. */
export function mountsOf(
  installed: Extract<Installed, { kind: "installed" }>,
): InstalledPlaces & { directory: string } {
  const { directory, manager } = installed;
  const mounts = dependencyMounts(directory);
  if (manager === undefined) return { ...mounts, directory };
  const { readOnly, env } = managerMounts(manager, manager.directory);
  return { ...mounts, readOnly: [...mounts.readOnly, ...readOnly], env, directory };
}

interface Obtaining {
  wanted: Wanted;
  /** `leave`: what is installed now is not kept in the cache, because work of an agent may have been on this machine. */
  after: "keep" | "leave";
  registryToken?: string | undefined;
}

async function obtain(ground: Ground, checkout: string, order: Obtaining): Promise<Installed> {
  const { wanted, registryToken } = order;
  if (wanted.kind === "none") return { kind: "none", key: noKey };
  if (wanted.kind === "failed") return failed(noKey, wanted.reason);
  const { key, dependencies } = wanted;
  if (registryToken !== undefined && dependencies.kind !== "npm") return failed(key, onlyNpm);
  const manager = await managerFor(ground, dependencies, order.after);
  if (manager.kind === "failed") return failed(key, told(manager));
  const by =
    dependencies.kind === "npm" || manager.kind !== "fetched"
      ? {}
      : { manager: { ...named(dependencies), directory: manager.directory } };
  const cached = (await ground.cache?.find(key)) ?? null;
  if (cached !== null) {
    const age = Math.floor(cached.ageMs / 60_000);
    ground.onProgress(`dependencies: from the cache (key ${key.slice(0, 12)}…, ${age} min old)`);
    return { kind: "installed", key, directory: cached.directory, from: "cache", ...by };
  }
  const managerDir = manager.kind === "fetched" ? manager.directory : undefined;
  const made = await install(ground, checkout, { ...order, wanted, managerDir });
  if (made.kind === "failed") return made;
  return { kind: "installed", key, directory: made.directory, from: "registry", ...by };
}

async function install(
  ground: Ground,
  checkout: string,
  order: Obtaining & { wanted: Extract<Wanted, { kind: "wanted" }>; managerDir: string | undefined },
): Promise<{ kind: "made"; directory: string } | Extract<Installed, { kind: "failed" }>> {
  const { registryToken, managerDir } = order;
  const { key, dependencies, settings } = order.wanted;
  ground.onProgress(`installing dependencies (${dependencies.lockfile}) in the sandbox, scripts off`);
  const stage = order.after === "keep" ? await ground.cache?.stage() : undefined;
  const result = await installDependencies({
    sandbox: ground.sandbox,
    manifestDir: checkout,
    wanted: dependencies,
    ...(managerDir === undefined ? {} : { managerDir }),
    settings,
    scripts: ground.setup?.scripts ?? [],
    into: stage?.directory ?? join(ground.dir, `dependencies-${key.slice(0, 16)}`),
    registry: ground.registry,
    ...(ground.network === undefined ? {} : { access: accessRule(ground.network) }),
    ...teller(ground),
    ...(registryToken === undefined ? {} : { registryToken }),
    cacheDir: join(ground.dir, "npm-cache"),
    limits: installLimits(ground),
    signal: ground.signal,
  }).catch(async (thrown: unknown) => {
    await stage?.remove();
    throw thrown;
  });
  if (result.kind === "failed") {
    await stage?.remove();
    return failed(key, told(result));
  }
  for (const note of result.notes ?? []) ground.onProgress(note);
  ground.onProgress(`dependencies installed in ${(result.ms / 1000).toFixed(1)} s`);
  const kept = (await stage?.keep(key)) ?? { kept: true, directory: result.directory };
  if (!kept.kept) ground.onProgress("the dependencies are not kept in the cache: there is no room for them");
  return { kind: "made", directory: kept.directory };
}

/** npm is in the toolchain; the others are fetched, once per job and version, and kept like an installation. */
export async function managerFor(ground: Ground, dependencies: Installable, after: Obtaining["after"]) {
  if (dependencies.kind === "npm") return { kind: "npm" } as const;
  const { manager } = dependencies;
  const key = managerKey(manager, ground.registry);
  const cached = (await ground.cache?.find(key)) ?? null;
  if (cached !== null) return { kind: "fetched", directory: cached.directory } as const;
  ground.onProgress(`fetching ${manager.name} ${manager.version} in the sandbox`);
  const stage = after === "keep" ? await ground.cache?.stage() : undefined;
  const fetched = await fetchManager({
    sandbox: ground.sandbox,
    manager,
    directory: stage?.directory ?? join(ground.dir, "managers", managerName(manager)),
    registry: ground.registry,
    cacheDir: join(ground.dir, "npm-cache"),
    ...teller(ground),
    limits: installLimits(ground),
    signal: ground.signal,
  }).catch(async (thrown: unknown) => {
    await stage?.remove();
    throw thrown;
  });
  if (fetched.kind === "failed") await stage?.remove();
  else if (stage !== undefined) return { ...fetched, directory: (await stage.keep(key)).directory };
  return fetched;
}

/** A version without a hash is whatever that registry says it is. */
function managerKey(manager: PackageManager, registry: URL): string {
  const { platform, arch } = process;
  const facts = { manifests: [], node: process.version, platform, arch };
  return dependencyKey({ ...facts, shape: ["manager", managerName(manager), withoutCredentials(registry).href] });
}

function teller({ onDecision }: Ground): Pick<Ground, "onDecision"> {
  return onDecision === undefined ? {} : { onDecision };
}

/** Of one run of a package manager. */
export function installLimits({ limits }: Ground) {
  return { timeoutMs: limits.install_s * 1000, output: outputBytes, ...resourceLimits(limits) };
}

function named({ manager: { name, version } }: Exclude<Installable, { kind: "npm" }>) {
  return { name, version };
}

const onlyNpm =
  "[setup] registry_token is sent by npm alone. Use npm, or a registry that serves without credentials, for example a mirror.";

/** How our own sentence about a registry that is not there begins (`environment/failure.ts`). */
const unanswered = /^the registry (did not answer|cannot be reached)/;

const otherDependencies =
  "its dependencies are not those of the trusted commit, for which alone the commands of [setup] were run";

function laid({ generated }: { generated?: string | undefined }): { generated?: string } {
  return generated === undefined ? {} : { generated };
}

/** The key of a tree with nothing to install. */
const noKey = "none";

function told({ reason, fix, evidence }: { reason: string; fix: string; evidence: string }): string {
  return [`${reason}. ${fix}`, evidence].join("\n").trim();
}

function failed(key: string, reason: string): Extract<Installed, { kind: "failed" }> {
  return { kind: "failed", key, reason };
}
