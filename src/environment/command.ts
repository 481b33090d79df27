import type { PackageManager } from "./package-manager.ts";
import type { Manifest } from "./manifests.ts";
import type { Settings } from "./settings.ts";

/** Where a manager's cache appears during an installation. */
export const cacheInside = "/workspace/cache";
/** Where a fetched manager appears, during installations and in every workspace whose dependencies it installed. */
export const managerInside = "/workspace/manager";

export interface CommandFacts {
  manager: PackageManager;
  /** Without credentials. */
  registry: URL;
  settings: Settings;
  /** What was read from the tree itself. */
  files: readonly Manifest[];
}

export interface InstallCommand {
  argv: string[];
  env: Record<string, string>;
  /** What is laid out for the manager: the tree's manifests, and settings of ours in the place of the tree's. */
  files: Manifest[];
  /** What of the settings took effect, for the key: equal lists mean equal trees. */
  shape: string[];
}

export type Planned =
  | { kind: "planned"; command: InstallCommand }
  /** The tree cannot be installed without running or reading what is never run or read. */
  | { kind: "refused"; reason: string; fix: string };

/** A loopback registry must be asked through the proxy as well, so nothing is excepted. git fetches nothing, over no protocol. */
export const throughProxy: Readonly<Record<string, string>> = {
  NO_PROXY: "",
  no_proxy: "",
  npm_config_noproxy: "",
  npm_config_userconfig: "/dev/null",
  GIT_ALLOW_PROTOCOL: "none",
};

/** The files with one added, or put in the place of the one at its path. */
export function withFile(files: readonly Manifest[], path: string, text: string): Manifest[] {
  return [...files.filter((file) => file.path !== path), { path, content: Buffer.from(text) }];
}

export function textOf(files: readonly Manifest[], path: string): string | null {
  return files.find((file) => file.path === path)?.content.toString("utf8") ?? null;
}
