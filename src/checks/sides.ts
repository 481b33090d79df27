import type { Config } from "../config.ts";
import { type Dependencies, detectDependencies, telling } from "../environment/detect.ts";
import { framesScripts } from "../environment/framed-scripts.ts";
import { type Settings, settingsFiles } from "../environment/settings.ts";
import { checkoutTree } from "../workspace/checkout.ts";
import { fileAt } from "../workspace/local.ts";
import type { Store } from "../workspace/store.ts";
import { listTree } from "../workspace/tree.ts";
import { type CheckPlan, detectChecks } from "./detect.ts";
import { pinScripts } from "./pin-scripts.ts";
import { containable, type Side, type SideDependencies, type SideName } from "./side.ts";

/** Installs one side's dependencies. In: a checkout of that side, owned by the sandbox user, and the package manager's settings of the trusted commit. */
export type InstallSide = (
  side: SideName,
  checkout: string,
  tree: string,
  settings: Settings,
) => Promise<SideDependencies>;

/** Which checks there are, from the trusted tree and its configuration alone. */
export async function planOf(
  store: Store,
  trusted: string,
  config: Pick<Config, "checks" | "limits">,
): Promise<CheckPlan> {
  const text = async (path: string) => (await fileAt(store, trusted, path))?.toString("utf8") ?? null;
  const [manifest, tsconfig] = await Promise.all([text("package.json"), text("tsconfig.json")]);
  const framed = framesScripts(await managerOf(store, trusted, manifest), await settingsOf(store, trusted));
  const topFiles = (await listTree(store, trusted)).map(({ path }) => path).filter((path) => !path.includes("/"));
  return detectChecks({ manifest, tsconfig, framed, topFiles, config });
}

/** The package manager of the trusted commit, which decides how its scripts are run. */
async function managerOf(store: Store, trusted: string, manifest: string | null): Promise<Dependencies> {
  const top = (await listTree(store, trusted)).map(({ path }) => path).filter((path) => !path.includes("/"));
  const read = async (path: string) => [path, (await fileAt(store, trusted, path))?.toString("utf8") ?? ""] as const;
  const texts = await Promise.all(telling.filter((path) => top.includes(path)).map(read));
  const { ".yarnrc.yml": yarnrc = null } = await settingsOf(store, trusted);
  return detectDependencies(top, manifest, Object.fromEntries(texts), yarnrc);
}

/** A side with its dependencies and the trusted scripts; nothing is installed where nothing will run. */
export async function prepareSide(
  { install, store, plan, trusted }: { install: InstallSide; store: Store; plan: CheckPlan; trusted: string },
  name: SideName,
  tree: string,
): Promise<Side> {
  if (plan.checks.length === 0) {
    return { name, tree, pinned: [], dependencies: { kind: "ready", readOnly: [], scratch: [] } };
  }
  const made = await containable(checkoutTree(store, { tree, name: `install-${name}`, bare: true }));
  if (made.kind === "refused")
    return { name, tree, dependencies: { kind: "failed", cause: "other", reason: made.reason }, pinned: [] };
  await using checkout = made.checkout;
  const settings = await settingsOf(store, trusted);
  const dependencies = await install(name, checkout.root, tree, settings);
  const pinned = await pinScripts(store, trusted, tree);
  if (pinned.kind === "pinned") return { name, tree, dependencies, pinned: pinned.mounts };
  return { name, tree, dependencies: { kind: "failed", cause: "other", reason: pinned.reason }, pinned: [] };
}

/** What the trusted commit tells its package manager; a change has no say in how its own dependencies are installed. */
async function settingsOf(store: Store, trusted: string): Promise<Settings> {
  const read = await Promise.all(
    settingsFiles.map(async (path) => [path, (await fileAt(store, trusted, path))?.toString("utf8")] as const),
  );
  return Object.fromEntries(read.filter(([, text]) => text !== undefined));
}
