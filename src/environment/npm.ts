import { cacheInside, type InstallCommand, throughProxy } from "./command.ts";
import type { Manifest } from "./manifests.ts";
import { npmFlags } from "./npmrc.ts";
import type { Settings } from "./settings.ts";

/** The registry may be on the host's own loopback, so nothing is excepted from the proxy. */
export const npmEnvironment: Readonly<Record<string, string>> = {
  ...throughProxy,
  npm_config_update_notifier: "false",
};

/** What every npm of ours is told: one registry, no settings of anybody, no pause that adds up to more than a minute. Pure. */
export function npmOptions(registry: URL): string[] {
  return [
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-progress",
    "--logs-max=0",
    "--fetch-retries=2",
    "--fetch-retry-factor=2",
    "--fetch-retry-mintimeout=1000",
    `--registry=${registry.href}`,
    "--userconfig=/dev/null",
    "--globalconfig=/tmp/home/.npmrc-global",
    `--cache=${cacheInside}`,
  ];
}

/** `npm ci`. The flags that the trusted `.npmrc` asks for come last. Pure. */
export function npmCommand(registry: URL, settings: Settings, files: readonly Manifest[]): InstallCommand {
  const shape = npmFlags(settings[".npmrc"] ?? null);
  return {
    argv: ["npm", "ci", ...npmOptions(registry), ...shape],
    env: { ...npmEnvironment },
    files: [...files],
    shape,
  };
}
