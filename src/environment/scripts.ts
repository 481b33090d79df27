import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import { type Limits, type RunResult, type Sandbox, workspaceInside } from "../../sandbox/sandbox.ts";
import { toolchainInside, pathInside } from "../../sandbox/environment.ts";
import { type Failure, failureOf } from "./failure.ts";
import { parseJson } from "./json.ts";
import { readPlain, Unusable } from "./manifests.ts";
import { relinkCommand } from "./relink.ts";
import { isRecord } from "./settings.ts";

export interface ScriptOrder {
  sandbox: Sandbox;
  /** Host directory of an installation. */
  directory: string;
  /** Packages whose install scripts run; whatever else asks for scripts gets none. */
  names: readonly string[];
  limits: Limits;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

export type ScriptsRan = { kind: "ran"; ms: number; notes: string[] } | Failure;

/** In the order in which every manager runs them. */
const steps = ["preinstall", "install", "postinstall"] as const;
const gyp = `${toolchainInside}/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js`;

/**
 * Runs the install scripts of exactly the named packages, in every place where they are installed, by `sh -c` as all managers do. It is
 * done here and not by `npm rebuild` or its like: yarn 1 and bun cannot run them for one package alone, and pnpm asks a list of its own.
 * No network and no cache: what a script may change is the installation, and nothing that a later one starts from.
 * A name that is not installed, or has no script, is a note: a lockfile may stop needing it. A script that fails is a failure.
 */
export async function runInstallScripts(order: ScriptOrder): Promise<ScriptsRan> {
  const notes: string[] = [];
  let ms = 0;
  let some = false;
  const all = order.names.length === 0 ? [] : await placesOf(order.directory);
  for (const name of new Set(order.names)) {
    const places = all.filter((place) => nameAt(place) === name);
    const packages = await Promise.all(places.map((place) => readPackage(order.directory, place)));
    const own = packages.filter((found) => found.name === name);
    if (own.length === 0) notes.push(`setup.scripts names ${name}, which is not installed`);
    else if (own.every(({ scripts }) => scripts.length === 0))
      notes.push(`setup.scripts names ${name}, which has no install script`);
    for (const found of own) {
      for (const script of found.scripts) {
        const result = await runScript(order, found, script);
        ms += result.ms;
        some = true;
        if (result.kind === "exited" && result.exitCode === 0) continue;
        const failure = failureOf(`the ${script.event} script of ${name}`, result, new Set());
        if (result.kind !== "exited") return failure;
        const fix = `Let it work without network, or take ${name} out of \`setup.scripts\`.`;
        return { ...failure, fix };
      }
    }
  }
  if (!some) return { kind: "ran", ms, notes };
  const relinked = await runInside(order, relinkCommand(workspaceInside), { cwd: workspaceInside });
  if (relinked.kind === "exited" && relinked.exitCode === 0) return { kind: "ran", ms: ms + relinked.ms, notes };
  return failureOf("linking programs after the install scripts", relinked, new Set());
}

interface Package {
  /** Relative to the installation. */
  place: string;
  name: string;
  version: string;
  scripts: { event: string; text: string }[];
}

async function runScript(
  order: ScriptOrder,
  { place, name, version }: Package,
  script: Package["scripts"][number],
): Promise<RunResult> {
  order.onProgress?.(`running the ${script.event} script of ${name} ${version}`);
  const inside = posix.join(workspaceInside, place);
  const parent = inside.slice(0, inside.lastIndexOf("/node_modules/"));
  const path = [
    `${inside}/node_modules/.bin`,
    `${parent}/node_modules/.bin`,
    `${workspaceInside}/node_modules/.bin`,
    pathInside,
  ];
  const env = {
    PATH: path.join(":"),
    INIT_CWD: workspaceInside,
    npm_lifecycle_event: script.event,
    npm_lifecycle_script: script.text,
    npm_package_name: name,
    npm_package_version: version,
    npm_config_node_gyp: gyp,
    npm_config_userconfig: "/dev/null",
  };
  return runInside(order, ["sh", "-c", script.text], { cwd: inside, env });
}

/** Only the installation is there, and writable. */
function runInside(
  { sandbox, directory, limits, signal }: ScriptOrder,
  argv: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<RunResult> {
  const profile = { writable: [{ host: directory, inside: workspaceInside }], env, limits };
  return sandbox.run(profile, argv, { cwd, ...(signal === undefined ? {} : { signal }) });
}

/** The package's own name must be the one asked for: an alias of that name is another package. */
async function readPackage(directory: string, place: string): Promise<Package> {
  const none: Package = { place, name: "", version: "", scripts: [] };
  const bytes = await readPlain(directory, `${place}/package.json`).catch((error: unknown) => {
    if (error instanceof Unusable) return null;
    throw error;
  });
  const json = bytes === null ? null : parseJson(bytes.toString("utf8"));
  if (!isRecord(json) || typeof json["name"] !== "string") return none;
  const scripts = isRecord(json["scripts"]) ? json["scripts"] : {};
  const found = steps.flatMap((event) => {
    const text = scripts[event];
    return typeof text === "string" && text.trim() !== "" ? [{ event, text }] : [];
  });
  const builds = !found.some(({ event }) => event !== "postinstall") && (await hasBindings(directory, place));
  return {
    place,
    name: json["name"],
    version: typeof json["version"] === "string" ? json["version"] : "",
    scripts: builds ? [{ event: "install", text: `node ${gyp} rebuild` }, ...found] : found,
  };
}

async function hasBindings(directory: string, place: string): Promise<boolean> {
  return (await readdir(join(directory, place))).includes("binding.gyp");
}

/** `node_modules/.pnpm/a@1/node_modules/@s/a` → `@s/a`. */
function nameAt(place: string): string {
  return place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
}

/** Every real directory that a manager made for one package, nested ones and those of pnpm's and bun's stores included; links are not followed. */
async function placesOf(root: string): Promise<string[]> {
  const found: string[] = [];
  const open: { at: string; modules: boolean }[] = [{ at: "", modules: false }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const name of await directoriesIn(join(root, next.at))) {
      const below = posix.join(next.at, name);
      if (!next.modules || name.startsWith(".")) open.push({ at: below, modules: name === "node_modules" });
      else if (name.startsWith("@")) {
        for (const scoped of await directoriesIn(join(root, below))) await take(posix.join(below, scoped));
      } else await take(below);
    }
  }
  return found.sort();

  /** A package's own files are not searched, only what is installed below it. */
  async function take(place: string): Promise<void> {
    found.push(place);
    if ((await directoriesIn(join(root, place))).includes("node_modules")) {
      open.push({ at: posix.join(place, "node_modules"), modules: true });
    }
  }
}

async function directoriesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
