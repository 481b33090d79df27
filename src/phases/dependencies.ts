import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { SideDependencies, SideName } from "../checks/side.ts";
import type { Config } from "../config.ts";
import { detectDependencies, type NpmLockfile } from "../environment/detect.ts";
import { installDependencies } from "../environment/install.ts";
import { dependencyKey } from "../environment/key.ts";
import { readManifests, readPackageJson } from "../environment/manifests.ts";
import { resourceLimits } from "../environment/limits.ts";
import { dependencyMounts } from "../environment/mounts.ts";

/** Where installations happen, and from where. */
export interface Ground {
  sandbox: Sandbox;
  /** Host directory of ours that the sandbox's user can enter; installations and npm's cache lie below it. */
  dir: string;
  /** The package registry of the machine's npm configuration. */
  registry: URL;
  limits: Config["limits"];
  onProgress: (text: string) => void;
  signal: AbortSignal;
}

/** Host directory of the files that `[setup]` generated, which belong to every checkout; absent: there are none. */
const generated = z.string().optional();

/** What was installed for one tree. `key` names the lockfile and the platform: equal keys share one installation. */
export const Installed = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none"), key: z.string(), generated }),
  z.strictObject({ kind: z.literal("installed"), key: z.string(), directory: z.string(), generated }),
  z.strictObject({ kind: z.literal("failed"), key: z.string(), reason: z.string() }),
]);
export type Installed = z.infer<typeof Installed>;

const outputBytes = { headBytes: 16_384, tailBytes: 65_536 };

/**
 * Installs the dependencies that a checkout's own lockfile names, in the sandbox, without scripts, with the registry as the only
 * host. A manager that is not supported or a registry that does not answer is a `failed`, never an empty installation.
 * In: the token that the registry asks for, when it does.
 */
export async function installFor(ground: Ground, checkout: string, registryToken?: string): Promise<Installed> {
  const wanted = await wantedBy(checkout);
  if (wanted.kind === "none") return { kind: "none", key: noKey };
  if (wanted.kind === "failed") return failed(noKey, wanted.reason);
  const { key, lockfile } = wanted;
  ground.onProgress(`installing dependencies (${lockfile}) in the sandbox, scripts off`);
  const result = await installDependencies({
    sandbox: ground.sandbox,
    manifestDir: checkout,
    lockfile,
    into: join(ground.dir, `dependencies-${key.slice(0, 16)}`),
    registry: ground.registry,
    ...(registryToken === undefined ? {} : { registryToken }),
    cacheDir: join(ground.dir, "npm-cache"),
    limits: { timeoutMs: ground.limits.install_s * 1000, output: outputBytes, ...resourceLimits(ground.limits) },
    signal: ground.signal,
  });
  if (result.kind === "failed")
    return failed(key, [`${result.reason}. ${result.fix}`, result.evidence].join("\n").trim());
  ground.onProgress(`dependencies installed in ${(result.ms / 1000).toFixed(1)} s`);
  return { kind: "installed", key, directory: result.directory };
}

/**
 * Gives the checks their dependencies by side. What `ready` already holds is shared by key; a side whose lockfile differs gets an
 * installation of its own. With setup commands it gets none: they ran for the trusted commit's dependencies, and running them again
 * for a change's would be another environment, without the secrets.
 */
export function dependenciesBySide(
  ground: Ground,
  ready: readonly Installed[],
  hasSetup = false,
): (side: SideName, checkout: string) => Promise<SideDependencies> {
  const known = new Map(ready.map((installed) => [installed.key, installed]));
  return async (_side, checkout) => {
    const wanted = await wantedBy(checkout);
    const shared = wanted.kind === "failed" ? undefined : known.get(wanted.kind === "npm" ? wanted.key : noKey);
    if (shared === undefined && hasSetup) return { kind: "failed", reason: otherDependencies };
    const installed = shared ?? (await installFor(ground, checkout));
    known.set(installed.key, installed);
    switch (installed.kind) {
      case "none":
        return { kind: "ready", readOnly: [], scratch: [], ...laid(installed) };
      case "installed":
        return { kind: "ready", ...dependencyMounts(installed.directory), ...laid(installed) };
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
async function wantedBy(checkout: string): Promise<Wanted> {
  const packageJson = await readPackageJson(checkout);
  if (packageJson.kind === "unusable") return { kind: "failed", reason: packageJson.reason };
  const found = detectDependencies(await readdir(checkout), packageJson.text);
  if (found.kind === "none") return { kind: "none" };
  if (found.kind === "unsupported") return { kind: "failed", reason: `${found.reason}. ${found.fix}` };
  const manifests = await readManifests(checkout, found.lockfile);
  if (manifests.kind === "unusable") return { kind: "failed", reason: manifests.reason };
  const { version: node, platform, arch } = process;
  const key = dependencyKey({ manifests: manifests.files, npmrc: manifests.npmrc, node, platform, arch });
  return { kind: "npm", lockfile: found.lockfile, key };
}

function failed(key: string, reason: string): Installed {
  return { kind: "failed", key, reason };
}
