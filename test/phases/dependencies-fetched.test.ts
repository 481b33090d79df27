import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { cacheLimits, type EnvironmentCache, openCache } from "../../src/environment/cache.ts";
import { dependenciesBySide, type Ground, Installed, installFor, mountsOf } from "../../src/phases/dependencies.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { type Registry, startRegistry } from "../emulators/registry/registry.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

const real = realSandbox();
/** A yarn that installs one thing: what it was told. */
const yarnJs = `const fs = require("fs"); fs.mkdirSync("node_modules/told", { recursive: true });
fs.writeFileSync("node_modules/told/package.json", JSON.stringify({ name: "told", scripts: { postinstall: "touch done" } }));
fs.writeFileSync("node_modules/told/argv.json", JSON.stringify(process.argv.slice(2)));
fs.writeFileSync("node_modules/told/files.json", JSON.stringify(fs.readdirSync(".")));\n`;
let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry([{ name: "yarn", version: "1.22.22", files: { "bin/yarn.js": yarnJs } }]);
});
afterAll(() => registry[Symbol.asyncDispose]());

const outputBytes = { headBytes: 10_000, tailBytes: 10_000 };
const project = { "package.json": '{"name":"p","dependencies":{"a":"1.0.0"}}', "yarn.lock": "# yarn lockfile v1\n" };

function place(setup: Pick<Config["setup"], "scripts"> = Config.parse({}).setup) {
  const temporary = temporaryDirectory();
  chmodSync(temporary.path, 0o711);
  const said: string[] = [];
  const ground: Ground = {
    sandbox: real.sandbox,
    dir: temporary.path,
    registry: registry.url,
    limits: Config.parse({}).limits,
    setup,
    onProgress: (text) => void said.push(text),
    signal: new AbortController().signal,
  };
  const checkout = (name: string, files: Record<string, string>) => {
    writeFiles(join(temporary.path, name), { ...project, ...files });
    return join(temporary.path, name);
  };
  const told = (directory: string, what: "argv" | "files"): unknown =>
    JSON.parse(readFileSync(join(directory, `node_modules/told/${what}.json`), "utf8"));
  const installations = () => readdirSync(temporary.path).filter((name) => name.startsWith("dependencies-"));
  return { ...temporary, ground, said, checkout, told, installations };
}

test("a manager is fetched, installs, and comes along for the scripts that call it", async () => {
  using at = place();
  const installed = await installFor(at.ground, at.checkout("a", { ".yarnrc": "ignore-engines true\n" }));
  if (installed.kind !== "installed") throw new Error(JSON.stringify(installed));
  const manager = {
    name: "yarn-classic",
    version: "1.22.22",
    directory: join(at.path, "managers/yarn-classic-1.22.22-any"),
  };
  const where = { key: expect.any(String), directory: expect.any(String) };
  expect(installed).toEqual({ kind: "installed", ...where, from: "registry", manager });
  expect(Installed.parse(installed)).toEqual(installed);
  expect(at.said).toEqual([
    "fetching yarn-classic 1.22.22 in the sandbox",
    "installing dependencies (yarn.lock) in the sandbox, scripts off",
    expect.stringMatching(/^dependencies installed in/),
  ]);
  expect(at.told(installed.directory, "argv")).toContain("--ignore-engines");
  expect(at.told(installed.directory, "files")).toEqual(["node_modules", "package.json", "yarn.lock"]);
  const mounts = mountsOf(installed);
  expect(mounts.readOnly.at(-1)).toEqual({ host: manager.directory, inside: "/workspace/manager" });
  expect(mounts.env).toMatchObject({
    PATH: expect.stringMatching(/:\/workspace\/manager\/bin$/),
    YARN_IGNORE_PATH: "1",
  });
});

async function cacheAt(root: string): Promise<EnvironmentCache> {
  const opened = await openCache({ root, user: real.sandbox.user, now: () => Date.now(), limits: cacheLimits });
  if (opened.kind === "refused") throw new Error(opened.reason);
  return opened.cache;
}

test("on a machine that keeps installations the manager is kept as well, by version, hash and registry", async () => {
  using at = place();
  using later = place();
  const cache = await cacheAt(join(at.path, "cache"));
  const first = await installFor({ ...at.ground, cache }, at.checkout("a", {}));
  const asked = registry.requests.length;
  const second = await installFor({ ...later.ground, cache }, later.checkout("a", {}));
  if (first.kind !== "installed" || second.kind !== "installed") throw new Error(JSON.stringify([first, second]));
  expect(second).toEqual({ ...first, from: "cache" });
  expect(later.said).toEqual([expect.stringMatching(/^dependencies: from the cache/)]);
  expect(registry.requests.length).toBe(asked);
  const mounts = { readOnly: mountsOf(second).readOnly, limits: { timeoutMs: 30_000, output: outputBytes } };
  expect(await real.sandbox.run(mounts, ["/workspace/manager/bin/yarn", "--version"])).toMatchObject({ exitCode: 0 });
  // What a change may have had a hand in is used, and never kept.
  using own = place();
  const unused = await cacheAt(join(own.path, "cache"));
  const side = dependenciesBySide({ ...own.ground, cache: unused }, []);
  expect(await side("head", own.checkout("a", {}))).toMatchObject({ kind: "ready" });
  expect(readdirSync(join(own.path, "cache"))).toEqual([]);
});

test("a side is installed by the trusted settings, whatever its own say", async () => {
  using at = place();
  const side = dependenciesBySide(at.ground, []);
  const own = at.checkout("own", { ".yarnrc": "ignore-optional true\n" });
  const plain = at.checkout("plain", {});
  const directoryOf = async (checkout: string, settings: object) => {
    const ready = await side("head", checkout, "", settings);
    return ready.kind === "ready" ? join(ready.readOnly[0]?.host ?? "", "..") : ready.reason;
  };
  const untold = await directoryOf(own, {});
  expect(at.told(untold, "argv")).not.toContain("--ignore-optional");
  expect(await directoryOf(plain, {})).toBe(untold);
  const told = await directoryOf(plain, { ".yarnrc": "ignore-optional true\n" });
  expect(at.told(told, "argv")).toContain("--ignore-optional");
  expect(at.installations()).toHaveLength(2);
});

test("install scripts that the configuration names run, and make another installation", async () => {
  using plain = place();
  using named = place({ scripts: ["told", "absent"] });
  const [without, withScripts] = [
    await installFor(plain.ground, plain.checkout("a", {})),
    await installFor(named.ground, named.checkout("a", {})),
  ];
  if (without.kind !== "installed" || withScripts.kind !== "installed") throw new Error("not installed");
  const files = ({ directory }: { directory: string }) =>
    readdirSync(join(directory, "node_modules/told")).includes("done");
  expect([files(without), files(withScripts), without.key === withScripts.key]).toEqual([false, true, false]);
  expect(named.said).toContain("setup.scripts names absent, which is not installed");
});
