import type { InstallCommand, Planned } from "./command.ts";
import type { Installable } from "./detect.ts";
import { installCommand } from "./install-command.ts";
import { type Manifest, readManifests } from "./manifests.ts";
import { npmCommand } from "./npm.ts";
import type { Settings } from "./settings.ts";
import { foreignSource } from "./sources.ts";
import { readTreeManifests } from "./tree-manifests.ts";

/** What is written beside a tree's manifests for pnpm, yarn and bun; nothing of the tree may lie there or below. */
const ownFiles = [".npmrc", ".airlock-yarnrc.yml", ".airlock-bunfig.toml"];

export type InstallOrder =
  | {
      kind: "ordered";
      command: InstallCommand;
      /** As they lie in the tree, for the key. */
      manifests: Manifest[];
    }
  | Extract<Planned, { kind: "refused" }>;

/**
 * What has to be run to install a checkout, and on which files. Reads the checkout's manifests and runs nothing.
 * In: `settings` from the trusted commit, and a registry without credentials.
 */
export async function orderInstall(
  checkout: string,
  wanted: Installable,
  { settings, registry }: { settings: Settings; registry: URL },
): Promise<InstallOrder> {
  const read =
    wanted.kind === "npm"
      ? await readManifests(checkout, wanted.lockfile)
      : await readTreeManifests(checkout, wanted.lockfile);
  if (read.kind === "unusable") {
    const fix = `Correct package.json or ${wanted.lockfile} and commit both.`;
    return { kind: "refused", reason: read.reason, fix };
  }
  const { files } = read;
  const foreign = foreignSource(wanted, files);
  if (foreign !== null) {
    return {
      kind: "refused",
      reason: `a dependency does not come from the registry: ${JSON.stringify(foreign.slice(0, 200))}`,
      fix: `Take the package from the registry and write ${wanted.lockfile} anew; git and address dependencies cannot be installed.`,
    };
  }
  if (wanted.kind === "npm") {
    return { kind: "ordered", command: npmCommand(registry, settings, files), manifests: files };
  }
  const within = files.find(({ path }) => ownFiles.some((own) => `${path}/`.startsWith(`${own}/`)));
  if (within !== undefined) {
    const reason = `the tree has ${within.path}, where a file of Airlock's own is laid out`;
    return { kind: "refused", reason, fix: "Give the file or its directory another name." };
  }
  const planned = installCommand({ manager: wanted.manager, registry, settings, files });
  return planned.kind === "refused" ? planned : { kind: "ordered", command: planned.command, manifests: files };
}
