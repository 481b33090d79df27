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
import { dependencyMounts } from "../environment/mounts.ts";
import { accessRule } from "./network.ts";

/** Where installations happen, and from where. */
export interface Ground {
  sandbox: Sandbox;
  /** Host directory of ours that the sandbox's user can enter; installations and npm's cache lie below it. */
  dir: string;
  /** The package registry of the machine's npm configuration. */
  registry: URL;
  limits: Config["limits"];
  /** What else installations may reach (`[network.prepare]`). Absent: nothing. */
  network?: Config["network"]["prepare"];
  onProgress: (text: string) => void;
  signal: AbortSignal;
}

/** What was installed for one tree. `key` names the lockfile and the platform: equal keys share one installation. */
export const Installed = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none"), key: z.string() }),
  z.strictObject({ kind: z.literal("installed"), key: z.string(), directory: z.string() }),
  z.strictObject({ kind: z.literal("failed"), key: z.string(), reason: z.string() }),
]);
export type Installed = z.infer<typeof Installed>;

const outputBytes = { headBytes: 16_384, tailBytes: 65_536 };

/**
 * Installs the dependencies that a checkout's own lockfile names, in the sandbox, without scripts, with the registry as the only
 * host. A manager that is not supported or a registry that does not answer is a `failed`, never an empty installation.
 */
export async function installFor(ground: Ground, checkout: string): Promise<Installed> {
  const wanted = await wantedBy(checkout);
  if (wanted.kind === "none") return { kind: "none", key: "none" };
  if (wanted.kind === "failed") return failed("none", wanted.reason);
  const { key, lockfile } = wanted;
  ground.onProgress(`installing dependencies (${lockfile}) in the sandbox, scripts off`);
  const result = await installDependencies({
    sandbox: ground.sandbox,
    manifestDir: checkout,
    lockfile,
    into: join(ground.dir, `dependencies-${key.slice(0, 16)}`),
    registry: ground.registry,
    ...(ground.network === undefined ? {} : { access: accessRule(ground.network) }),
    cacheDir: join(ground.dir, "npm-cache"),
    limits: { timeoutMs: ground.limits.install_s * 1000, output: outputBytes },
    signal: ground.signal,
  });
  if (result.kind === "failed")
    return failed(key, [`${result.reason}. ${result.fix}`, result.evidence].join("\n").trim());
  ground.onProgress(`dependencies installed in ${(result.ms / 1000).toFixed(1)} s`);
  return { kind: "installed", key, directory: result.directory };
}

/**
 * Gives the checks their dependencies by side. What `ready` already holds is shared by key; a side whose lockfile differs gets an
 * installation of its own.
 */
export function dependenciesBySide(
  ground: Ground,
  ready: readonly Installed[],
): (side: SideName, checkout: string) => Promise<SideDependencies> {
  const known = new Map(ready.map((installed) => [installed.key, installed]));
  return async (_side, checkout) => {
    const wanted = await wantedBy(checkout);
    const shared = wanted.kind === "npm" ? known.get(wanted.key) : undefined;
    const installed = shared ?? (await installFor(ground, checkout));
    known.set(installed.key, installed);
    switch (installed.kind) {
      case "none":
        return { kind: "ready", readOnly: [], scratch: [] };
      case "installed":
        return { kind: "ready", ...dependencyMounts(installed.directory) };
      case "failed":
        return { kind: "failed", reason: `the dependencies are not installed: ${installed.reason}` };
    }
  };
}

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
