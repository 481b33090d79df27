import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { SideDependencies, SideName } from "../checks/side.ts";
import type { Config } from "../config.ts";
import type { EnvironmentCache } from "../environment/cache.ts";
import { detectDependencies, type NpmLockfile } from "../environment/detect.ts";
import { installDependencies } from "../environment/install.ts";
import { dependencyKey } from "../environment/key.ts";
import { readManifests, readPackageJson } from "../environment/manifests.ts";
import { resourceLimits } from "../environment/limits.ts";
import { dependencyMounts } from "../environment/mounts.ts";
import { nodeInside } from "../environment/node-inside.ts";

/** Where installations happen, and from where. */
export interface Ground {
  sandbox: Sandbox;
  /** Host directory of ours that the sandbox's user can enter; installations and npm's cache lie below it. */
  dir: string;
  /** The package registry of the machine's npm configuration. */
  registry: URL;
  /** Installations of earlier runs on this machine. Absent: every run installs anew, as on machines that are shared or thrown away. */
  cache?: EnvironmentCache;
  limits: Config["limits"];
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
 * In: the token that the registry asks for, when it does.
 */
export async function installFor(ground: Ground, checkout: string, registryToken?: string): Promise<Installed> {
  const installed = await obtain(ground, checkout, { after: "keep", registryToken });
  const { overlay } = ground.sandbox;
  if (installed.kind === "installed" && overlay.kind === "none")
    ground.onProgress(
      `dependencies are read-only inside, with private cache directories: no overlay (${overlay.reason})`,
    );
  return installed;
}

interface Obtaining {
  /** `leave`: what is installed now is not kept in the cache, because work of an agent may have been on this machine. */
  after: "keep" | "leave";
  registryToken?: string | undefined;
}

async function obtain(ground: Ground, checkout: string, { after, registryToken }: Obtaining): Promise<Installed> {
  const wanted = await wantedBy(ground, checkout);
  if (wanted.kind === "none") return { kind: "none", key: noKey };
  if (wanted.kind === "failed") return failed(noKey, wanted.reason);
  const { key, lockfile } = wanted;
  const cached = (await ground.cache?.find(key)) ?? null;
  if (cached !== null) {
    const age = Math.floor(cached.ageMs / 60_000);
    ground.onProgress(`dependencies: from the cache (key ${key.slice(0, 12)}…, ${age} min old)`);
    return { kind: "installed", key, directory: cached.directory, from: "cache" };
  }
  ground.onProgress(`installing dependencies (${lockfile}) in the sandbox, scripts off`);
  const stage = after === "keep" ? await ground.cache?.stage() : undefined;
  const result = await installDependencies({
    sandbox: ground.sandbox,
    manifestDir: checkout,
    lockfile,
    into: stage?.directory ?? join(ground.dir, `dependencies-${key.slice(0, 16)}`),
    registry: ground.registry,
    ...(registryToken === undefined ? {} : { registryToken }),
    cacheDir: join(ground.dir, "npm-cache"),
    limits: { timeoutMs: ground.limits.install_s * 1000, output: outputBytes, ...resourceLimits(ground.limits) },
    signal: ground.signal,
  }).catch(async (thrown: unknown) => {
    await stage?.remove();
    throw thrown;
  });
  if (result.kind === "failed") {
    await stage?.remove();
    return failed(key, [`${result.reason}. ${result.fix}`, result.evidence].join("\n").trim());
  }
  ground.onProgress(`dependencies installed in ${(result.ms / 1000).toFixed(1)} s`);
  const kept = (await stage?.keep(key)) ?? { kept: true, directory: result.directory };
  if (!kept.kept) ground.onProgress("the dependencies are not kept in the cache: there is no room for them");
  return { kind: "installed", key, directory: kept.directory, from: "registry" };
}

/**
 * Gives the checks their dependencies by side. What `ready` already holds is shared by key; a side whose lockfile differs gets an
 * installation of its own. Nothing of it is kept in the machine's cache: the change may have written that lockfile. With setup commands
 * it gets none: they ran for the trusted commit's dependencies, and running them again for a change's would be another environment,
 * without the secrets.
 */
export function dependenciesBySide(
  ground: Ground,
  ready: readonly Installed[],
  hasSetup = false,
): (side: SideName, checkout: string) => Promise<SideDependencies> {
  const known = new Map(ready.map((installed) => [installed.key, installed]));
  return async (_side, checkout) => {
    const wanted = await wantedBy(ground, checkout);
    const shared = wanted.kind === "failed" ? undefined : known.get(wanted.kind === "npm" ? wanted.key : noKey);
    if (shared === undefined && hasSetup) return { kind: "failed", reason: otherDependencies };
    const installed = shared ?? (await obtain(ground, checkout, { after: "leave" }));
    known.set(installed.key, installed);
    switch (installed.kind) {
      case "none":
        return { kind: "ready", readOnly: [], scratch: [], ...laid(installed) };
      case "installed":
        return {
          kind: "ready",
          directory: installed.directory,
          ...dependencyMounts(installed.directory),
          ...laid(installed),
        };
      case "failed":
        return { kind: "failed", reason: `the dependencies are not installed: ${installed.reason}` };
    }
  };
}

const otherDependencies =
  "its dependencies are not those of the trusted commit, for which alone the commands of [setup] were run";

function laid({ generated }: { generated?: string | undefined }): { generated?: string } {
  return generated === undefined ? {} : { generated };
}

/** The key of a tree with nothing to install. */
const noKey = "none";

type Wanted =
  | { kind: "none" }
  | { kind: "npm"; lockfile: NpmLockfile; key: string }
  | { kind: "failed"; reason: string };

/** What a checkout asks to be installed. Its files are read as plain files or not at all: a link in it may name our disk. */
async function wantedBy({ sandbox }: Ground, checkout: string): Promise<Wanted> {
  const packageJson = await readPackageJson(checkout);
  if (packageJson.kind === "unusable") return { kind: "failed", reason: packageJson.reason };
  const found = detectDependencies(await readdir(checkout), packageJson.text);
  if (found.kind === "none") return { kind: "none" };
  if (found.kind === "unsupported") return { kind: "failed", reason: `${found.reason}. ${found.fix}` };
  const manifests = await readManifests(checkout, found.lockfile);
  if (manifests.kind === "unusable") return { kind: "failed", reason: manifests.reason };
  const { platform, arch } = process;
  const node = await nodeInside(sandbox);
  const key = dependencyKey({ manifests: manifests.files, npmrc: manifests.npmrc, node, platform, arch });
  return { kind: "npm", lockfile: found.lockfile, key };
}

function failed(key: string, reason: string): Installed {
  return { kind: "failed", key, reason };
}
