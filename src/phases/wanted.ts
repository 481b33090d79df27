import { readdir } from "node:fs/promises";
import { detectDependencies, type Installable, telling } from "../environment/detect.ts";
import { withoutCredentials } from "../environment/install.ts";
import { dependencyKey } from "../environment/key.ts";
import { readPackageJson, readPlain, Unusable } from "../environment/manifests.ts";
import { nodeInside } from "../environment/node-inside.ts";
import { orderInstall } from "../environment/order.ts";
import type { Settings } from "../environment/settings.ts";
import { readSettings } from "../environment/tree-manifests.ts";
import type { Ground } from "./dependencies.ts";

export type Wanted =
  | { kind: "none" }
  | { kind: "wanted"; dependencies: Installable; settings: Settings; key: string }
  | { kind: "failed"; reason: string };

/**
 * What a checkout asks to be installed. Its files are read as plain files or not at all: a link in it may name our disk.
 * In: the settings files of the trusted commit; absent: they are read from the checkout.
 */
export async function wantedBy(
  { sandbox, registry, setup }: Ground,
  checkout: string,
  trusted?: Settings,
): Promise<Wanted> {
  const packageJson = await readPackageJson(checkout);
  if (packageJson.kind === "unusable") return { kind: "failed", reason: packageJson.reason };
  const read = await readTelling(checkout, trusted);
  if (read.kind === "failed") return read;
  const { settings, texts } = read;
  const found = detectDependencies(await readdir(checkout), packageJson.text, texts, settings[".yarnrc.yml"] ?? null);
  if (found.kind === "none") return { kind: "none" };
  if (found.kind === "unsupported") return { kind: "failed", reason: `${found.reason}. ${found.fix}` };
  const order = await orderInstall(checkout, found, { settings, registry: withoutCredentials(registry) });
  if (order.kind === "refused") return { kind: "failed", reason: `${order.reason}. ${order.fix}` };
  const { platform, arch } = process;
  const node = await nodeInside(sandbox);
  const manager = found.kind === "npm" ? ["npm"] : [found.manager.name, found.manager.version];
  const shape = [...manager, ...order.command.shape, "scripts", ...(setup?.scripts ?? [])];
  const key = dependencyKey({ manifests: order.manifests, shape, node, platform, arch });
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
