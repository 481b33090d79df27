import { satisfies } from "semver";
import type { Ask } from "../brief/manifest-ranges.ts";
import type { Installable } from "../environment/detect.ts";
import { withoutCredentials } from "../environment/install.ts";
import { orderInstall } from "../environment/order.ts";
import type { Settings } from "../environment/settings.ts";
import { readLock } from "../inspect/lockfiles.ts";
import type { Lock } from "../inspect/lock-entry.ts";
import type { Ground } from "./dependencies.ts";
import { stop, type Stopped } from "./stop.ts";
import { wantedBy } from "./wanted.ts";

/** What a checkout asks for and what it is locked to. */
export interface BumpPlace {
  kind: "place";
  wanted: Installable;
  settings: Settings;
  /** The package.json files that the lockfile is for, by path. */
  manifests: ReadonlyMap<string, string>;
  /** Further package.json files of the tree, of which nobody knows whether they belong to the lockfile. */
  others: ReadonlyMap<string, string>;
  lock: Lock;
}

/** Reads a checkout whose files nobody vouches for. Out: why nothing can be bumped there, in two sentences. */
export async function readBumpPlace(ground: Ground, checkout: string): Promise<BumpPlace | Stopped> {
  const wanted = await wantedBy(ground, checkout);
  if (wanted.kind === "none")
    return stop("no-change", "This repository has no package.json that asks for anything.", "");
  if (wanted.kind === "failed") return stop("failed", `Nothing can be bumped: ${wanted.reason}`, "");
  const { dependencies, settings } = wanted;
  const order = await orderInstall(checkout, dependencies, {
    settings,
    registry: withoutCredentials(ground.registry),
  });
  if (order.kind === "refused") return stop("failed", `Nothing can be bumped: ${order.reason}.`, order.fix);
  const { lockfile } = dependencies;
  const bytes = order.manifests.find(({ path }) => path === lockfile)?.content;
  const lock = bytes === undefined ? null : readLock(lockfile, bytes);
  if (lock === null)
    return stop("failed", `Nothing can be bumped: ${lockfile} is not read by Airlock.`, unreadLock[lockfile] ?? mend);
  const texts = order.manifests
    .filter(({ path }) => /(^|\/)package\.json$/.test(path))
    .map(({ path, content }) => [path, content.toString("utf8")] as const);
  // npm's lockfile names its workspaces; for the others every package.json of the tree was read, examples and fixtures too.
  const isOwn = (path: string): boolean => dependencies.kind === "npm" || path === "package.json";
  return {
    kind: "place",
    wanted: dependencies,
    settings,
    manifests: new Map(texts.filter(([path]) => isOwn(path))),
    others: new Map(texts.filter(([path]) => !isOwn(path))),
    lock,
  };
}

const mend = "Write it anew with the package manager and commit it.";
const unreadLock: Readonly<Record<string, string>> = {
  "bun.lockb": "Write a bun.lock (`bun install --save-text-lockfile`) and commit it in its place.",
};

/** The versions that a lockfile gives to what a manifest asks for; several where manifests are locked apart. Pure. */
export function lockedVersions({ entries, pins }: Lock, name: string, asks: readonly Ask[]): string[] {
  const folderOf = ({ path }: Ask): string => path.replace(/\/?package\.json$/, "");
  return asks.flatMap((ask) => {
    const pinned = pins.filter((pin) => pin.name === name && (pin.folder ?? folderOf(ask)) === folderOf(ask));
    const exact = pinned.filter(({ range }) => range === ask.range);
    if (exact.length > 0) return exact.map(({ version }) => version);
    return entries
      .filter((entry) => entry.name === name && entry.source.kind === "registry" && satisfies(entry.version, ask.range))
      .map(({ version }) => version);
  });
}
