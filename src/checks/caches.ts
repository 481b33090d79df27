import { readFile, rm } from "node:fs/promises";
import { join, posix } from "node:path";
import type { ReadOnlyMount } from "../../sandbox/sandbox.ts";
import type { Change } from "../change.ts";
import { foldPath } from "../inspect/fold-path.ts";
import type { Checkout } from "../workspace/checkout.ts";
import { filesIn, keepFiles, layFiles, leftIn } from "../workspace/generated.ts";
import { makeOwnedDirectory, makePrivateDirectory, removeTree } from "../workspace/owned.ts";
import type { Store } from "../workspace/store.ts";
import { type CachedForm, cachesInside } from "./cached-form.ts";
import type { SideDependencies } from "./side.ts";

/** What the checks of the base left for the same checks of a change. */
export interface CarriedCaches {
  /** The installation that the base ran with. */
  environment: string;
  byCheck: ReadonlyMap<string, KeptCaches>;
}

/** What one check of the base left. `form` is how it ran; null: as it stands. */
export interface KeptCaches {
  form: CachedForm | null;
  /** Host directories: what belongs into the checkout, over its packages, and to `cachesInside`. */
  places: Record<Place, string>;
}

type Place = "checkout" | "packages" | "apart";

/** Together for one check; the build information of a very large project is about 20 MB. */
const keptMax = { files: 200, bytes: 128 * 1024 * 1024 };

const buildInfo = /(^|\/)[^/]+\.tsbuildinfo$/;
const lintCache = /(^|\/)(\.(eslint|stylelint|prettier)-?cache|[^/]+\.lintcache)$/;

/** Where one run of a check keeps caches. Disposing removes it, not what was kept. */
export interface CachePlace extends AsyncDisposable {
  /** Present where the check is told to use it. */
  writable: ReadOnlyMount[];
  directory: string;
}

/** Makes the place of one run; `from`: what it starts with. */
export async function openCachePlace(store: Store, form: CachedForm | null, from?: KeptCaches): Promise<CachePlace> {
  const directory = await makePrivateDirectory(store.directory, "caches-", store.runAs);
  if (from !== undefined) await lay(from.places.apart, directory, store);
  return {
    writable: form === null ? [] : [{ host: directory, inside: cachesInside }],
    directory,
    [Symbol.asyncDispose]: () => removeTree(directory),
  };
}

/** Puts what the base left into a fresh checkout and over its packages (`written`; absent: they are read-only), before anything runs. */
export async function layCaches(
  { places }: KeptCaches,
  { checkout, written, store }: { checkout: Checkout; written: string | undefined; store: Store },
): Promise<void> {
  await lay(places.checkout, checkout.root, store);
  if (written !== undefined) await lay(places.packages, written, store);
}

/** Older than every file of a checkout: a compiler that compares time stamps first must go on to compare contents. */
const old = new Date("2000-01-01T00:00:00Z");

async function lay(from: string, into: string, store: Store): Promise<void> {
  await layFiles(from, into, store.runAs, old);
}

export interface Keeping {
  store: Store;
  checkout: Checkout;
  /** Host directory of what was written over the packages. */
  written: string | undefined;
  place: CachePlace;
  /** Paths that were there before the check ran and belong to no tree. */
  laid: readonly string[];
  form: CachedForm | null;
  /** Whether caches of linters are kept (`[verify] lint_cache`). */
  lint: boolean;
}

/**
 * Keeps the caches of a check that passed on the base, in a new directory below `into`. Out: null when there are none, they are too large, or
 * cannot be read. Only plain files with the names of known caches, which git ignores or which lie over the packages or in our own place;
 * links are not followed. Build information says that what it describes was written, and outputs are not carried: so one that a
 * check left in its tree is kept only where it left nothing else.
 */
export async function keepCaches(into: string, keeping: Keeping): Promise<KeptCaches | null> {
  const { store, checkout, written, place, laid, form, lint } = keeping;
  const left = await leftIn(store, checkout);
  const ignored = left.ignored.filter((path) => !laid.includes(path));
  const others = left.others.filter((path) => !laid.includes(path));
  const packages = written === undefined ? [] : await filesIn(written);
  const apart = form?.caches ?? [];
  const isCache = (path: string) => buildInfo.test(path) || lintCache.test(path);
  const onlyCaches = left.changed.length === 0 && [...ignored, ...others, ...packages].every(isCache);
  const wanted = (path: string) => (onlyCaches && buildInfo.test(path)) || (lint && lintCache.test(path));
  const directory = await makePrivateDirectory(into, "check-", null);
  const found: Record<Place, [from: string, paths: readonly string[]]> = {
    checkout: [checkout.root, ignored.filter(wanted)],
    packages: [written ?? "", packages.filter(wanted)],
    apart: [place.directory, apart],
  };
  const places = { checkout: "", packages: "", apart: "" };
  for (const name of ["checkout", "packages", "apart"] as const) {
    places[name] = join(directory, name);
    await makeOwnedDirectory(places[name], null);
    const [from, paths] = found[name];
    const kept = await keepFiles(from, paths, { into: places[name], runAs: null, max: keptMax });
    if (kept.kind === "too-much") return await nothing(directory);
  }
  const files = (await filesIn(directory)).map((path) => join(directory, path));
  for (const file of files) if (await isLoose(file)) await rm(file);
  return (await filesIn(directory)).length === 0 ? await nothing(directory) : { form, places };
}

async function nothing(directory: string): Promise<null> {
  await removeTree(directory);
  return null;
}

/** With this option the compiler does not look at everything that a change reaches. */
const assumesMuch = /"assumeChangesOnlyAffectDirectDependencies"\s*:\s*true/;

async function isLoose(file: string): Promise<boolean> {
  return buildInfo.test(file) && assumesMuch.test(await readFile(file, "utf8"));
}

/** What names an installation: equal names share one, and the files that `[setup]` generated. */
export function environmentOf(dependencies: SideDependencies): string | null {
  if (dependencies.kind === "failed") return null;
  const { directory = "", generated = "", readOnly } = dependencies;
  return JSON.stringify([directory, generated, readOnly.map(({ host, inside }) => [host, inside])]);
}

/** Settings of the tools: any file of data, any hidden file, anything that calls itself a configuration. */
const setting = /(^|\/)\.[^/]+(\/|$)|\.(json[c5]?|ya?ml|toml|lock)$|\.config\.[^/]+$/;

/**
 * The caches that head's checks may start from: of the same installation, and only where the change leaves every tool's settings alone and
 * brings no link. Pure.
 */
export function usableCaches(
  caches: CarriedCaches | undefined,
  { dependencies, change }: { dependencies: SideDependencies; change: Change },
): ReadonlyMap<string, KeptCaches> | undefined {
  if (caches === undefined || caches.environment !== environmentOf(dependencies)) return undefined;
  const plain = ({ path, before, after }: Change[number]) =>
    !setting.test(foldPath(posix.normalize(path))) &&
    [before, after].every((side) => side === null || side.mode.startsWith("100"));
  return change.every(plain) ? caches.byCheck : undefined;
}
