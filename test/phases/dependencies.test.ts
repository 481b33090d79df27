import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { dependenciesBySide, type Ground, Installed, installFor } from "../../src/phases/dependencies.ts";
import { machineCache } from "../../src/phases/machine-cache.ts";
import { cacheLimits } from "../../src/environment/cache.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { portOf } from "../sandbox/room.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

const real = realSandbox();

/** A registry that has nothing, and counts who asks. */
const asked: string[] = [];
const registry = createServer((request, response) => {
  asked.push(request.url ?? "");
  response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found"}');
});
beforeAll(async () => {
  registry.listen(0, "127.0.0.1");
  await once(registry, "listening");
});
afterAll(() => void registry.close());

const manifest = (dependencies: Record<string, string>) =>
  JSON.stringify({ name: "p", version: "1.0.0", dependencies });
const lock = (packages: object, dependencies = {}) =>
  JSON.stringify({
    name: "p",
    version: "1.0.0",
    lockfileVersion: 3,
    packages: { "": { name: "p", version: "1.0.0", dependencies }, ...packages },
  });
const nothingToInstall = { "package.json": manifest({}), "package-lock.json": lock({}) };
const missing = { absent: "1.0.0" };
const notInRegistry = {
  "package.json": manifest(missing),
  "package-lock.json": lock({ "node_modules/absent": { version: "1.0.0" } }, missing),
};

function place() {
  const temporary = temporaryDirectory();
  const said: string[] = [];
  const ground: Ground = {
    sandbox: real.sandbox,
    dir: temporary.path,
    registry: new URL(`http://127.0.0.1:${portOf(registry)}/`),
    limits: Config.parse({}).limits,
    onProgress: (text) => void said.push(text),
    signal: new AbortController().signal,
  };
  const checkout = (name: string, files: Record<string, string>) => {
    writeFiles(join(temporary.path, name), { ".gitignore": "", ...files });
    return join(temporary.path, name);
  };
  const installations = () => readdirSync(temporary.path).filter((name) => name.startsWith("dependencies-"));
  return { ...temporary, ground, said, checkout, installations };
}

describe("what a checkout's lockfile names is installed", () => {
  test("nothing, where there is no package.json or it depends on nothing", async () => {
    using at = place();
    expect(await installFor(at.ground, at.checkout("a", {}))).toEqual({ kind: "none", key: "none" });
    expect(await installFor(at.ground, at.checkout("b", { "package.json": "{}" }))).toEqual({
      kind: "none",
      key: "none",
    });
    expect({ said: at.said, made: at.installations() }).toEqual({ said: [], made: [] });
  });

  test("into a directory of its own, whose name carries the key", async () => {
    using at = place();
    const installed = await installFor(at.ground, at.checkout("a", nothingToInstall));
    expect(installed).toEqual({
      kind: "installed",
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
      directory: join(at.path, `dependencies-${installed.key.slice(0, 16)}`),
      from: "registry",
    });
    expect(Installed.safeParse(installed).success).toBe(true);
    expect(at.said).toEqual([
      "installing dependencies (package-lock.json) in the sandbox, scripts off",
      expect.stringMatching(/^dependencies installed in \d+\.\d s$/),
    ]);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    [
      "a lockfile of nobody",
      { "package.json": manifest(missing), "yarn.lock": "" },
      /^yarn\.lock is neither.*Run `yarn/,
    ],
    [
      "a hook that is a program",
      { "package.json": manifest(missing), "pnpm-lock.yaml": "lockfileVersion: '9.0'\npnpmfileChecksum: abc\n" },
      /^pnpm-lock\.yaml was made with a \.pnpmfile\.cjs, which is a program.*`overrides`/,
    ],
    ["no lockfile", { "package.json": manifest(missing) }, /^there is no lockfile.*Commit a package-lock\.json/],
    ["a package.json that is none", { "package.json": "[]" }, /^package\.json is not a JSON object\. Correct/],
    [
      "a lockfile that is none",
      { "package.json": manifest(missing), "package-lock.json": "x" },
      /package-lock\.json cannot be read/,
    ],
  ])("%s is a failure with what to change, before anything runs", async (_title, files, reason) => {
    using at = place();
    expect(await installFor(at.ground, at.checkout("a", files))).toEqual({
      kind: "failed",
      key: "none",
      reason: expect.stringMatching(reason),
    });
    expect({ said: at.said, made: at.installations() }).toEqual({ said: [], made: [] });
  });

  test("a package that the registry does not have is a failure with npm's own words; no half of it stays", async () => {
    using at = place();
    expect(await installFor(at.ground, at.checkout("a", notInRegistry))).toEqual({
      kind: "failed",
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
      reason: expect.stringMatching(/does not have a package \(npm E404\).*\n.*npm error/s),
    });
    expect(at.installations()).toEqual([]);
  });
});

describe("each side gets the dependencies of its own lockfile", () => {
  test("one installation serves both sides with the same lockfile", async () => {
    using at = place();
    const side = dependenciesBySide(at.ground, []);
    const base = await side("base", at.checkout("base", nothingToInstall));
    const head = await side("head", at.checkout("head", { ...nothingToInstall, "src/new.js": "" }));
    expect(base).toMatchObject({ kind: "ready", readOnly: [{ inside: "/workspace/repo/node_modules" }] });
    expect(head).toEqual(base);
    expect(at.installations()).toHaveLength(1);
  });

  test("what is ready already is taken by its key, and nothing is installed", async () => {
    using at = place();
    const ready = await installFor(at.ground, at.checkout("base", nothingToInstall));
    const said = at.said.length;
    const side = dependenciesBySide(at.ground, [ready]);
    expect(await side("head", at.checkout("head", nothingToInstall))).toMatchObject({ kind: "ready" });
    expect(at.said.length).toBe(said);
    expect(at.installations()).toHaveLength(1);
  });

  test("a side with another lockfile gets its own, and its failure is not the other side's", async () => {
    using at = place();
    const ready = await installFor(at.ground, at.checkout("start", nothingToInstall));
    const side = dependenciesBySide(at.ground, [ready]);
    expect(await side("base", at.checkout("base", nothingToInstall))).toMatchObject({ kind: "ready" });
    expect(await side("head", at.checkout("head", notInRegistry))).toEqual({
      kind: "failed",
      cause: "install",
      reason: expect.stringMatching(/^the dependencies are not installed: the registry does not have a package/),
    });
  });

  test("a failure is shared too: the registry is not asked again for the same lockfile", async () => {
    using at = place();
    const ready = await installFor(at.ground, at.checkout("start", notInRegistry));
    const before = asked.length;
    const side = dependenciesBySide(at.ground, [ready]);
    expect(await side("base", at.checkout("base", notInRegistry))).toMatchObject({ kind: "failed" });
    expect(await side("head", at.checkout("head", notInRegistry))).toMatchObject({ kind: "failed" });
    expect(asked.length).toBe(before);
  });

  test("a side that needs none gets none, whatever the other side has", async () => {
    using at = place();
    const ready = await installFor(at.ground, at.checkout("start", nothingToInstall));
    const side = dependenciesBySide(at.ground, [ready]);
    expect(await side("head", at.checkout("head", {}))).toEqual({ kind: "ready", readOnly: [], scratch: [] });
  });
});

describe("a machine that lasts keeps what was installed before any agent ran", () => {
  const clock = { time: Date.now() };
  const withCache = async (ground: Ground): Promise<Ground> => {
    const wanted = { root: join(ground.dir, "cache"), now: () => clock.time };
    return { ...ground, ...(await machineCache(wanted, ground.sandbox, ground.onProgress)) };
  };

  test("the second run installs nothing, and says whence its dependencies are and how old", async () => {
    using at = place();
    const first = await installFor(await withCache(at.ground), at.checkout("a", nothingToInstall));
    const told = at.said.length;
    clock.time += 185_000;
    const second = await installFor(await withCache(at.ground), at.checkout("b", nothingToInstall));
    expect(second).toEqual({ ...first, from: "cache" });
    expect(at.said.slice(told)).toEqual([`dependencies: from the cache (key ${first.key.slice(0, 12)}…, 3 min old)`]);
    // The twin: without a cache the same is installed again.
    expect(await installFor(at.ground, at.checkout("c", nothingToInstall))).toMatchObject({ from: "registry" });
  });

  test("what is too old is installed again", async () => {
    using at = place();
    await installFor(await withCache(at.ground), at.checkout("a", nothingToInstall));
    clock.time += cacheLimits.ageMs + 1;
    expect(await installFor(await withCache(at.ground), at.checkout("b", nothingToInstall))).toMatchObject({
      from: "registry",
    });
  });

  test("a side that is installed after the agent ran reads the cache and leaves nothing in it", async () => {
    using at = place();
    const ground = await withCache(at.ground);
    const side = dependenciesBySide(ground, []);
    expect(await side("head", at.checkout("head", nothingToInstall))).toMatchObject({ kind: "ready" });
    expect(readdirSync(join(at.path, "cache"))).toEqual([]);
    // The twin: before the agent the same would have been kept.
    await installFor(ground, at.checkout("start", nothingToInstall));
    expect(readdirSync(join(at.path, "cache"))).toHaveLength(1);
    const told = at.said.length;
    await dependenciesBySide(ground, [])("head", at.checkout("again", nothingToInstall));
    expect(at.said.slice(told)).toEqual([expect.stringMatching(/^dependencies: from the cache/)]);
  });

  test("a failure leaves nothing behind", async () => {
    using at = place();
    expect(await installFor(await withCache(at.ground), at.checkout("a", notInRegistry))).toMatchObject({
      kind: "failed",
    });
    expect(readdirSync(join(at.path, "cache"))).toEqual([]);
  });

  test("a directory that cannot be trusted is said, and installing goes on without it", async () => {
    using at = place();
    mkdirSync(join(at.path, "cache"));
    chmodSync(join(at.path, "cache"), 0o777);
    expect(await installFor(await withCache(at.ground), at.checkout("a", nothingToInstall))).toMatchObject({
      from: "registry",
    });
    expect(at.said[0]).toMatch(/^the environment cache is not used: .*can be written by others/);
  });

  test("where there are no overlays it is said that the dependencies are read-only, and why", async () => {
    using at = place();
    const overlay = { kind: "none" as const, reason: "AppArmor refuses" };
    await installFor({ ...at.ground, sandbox: { ...real.sandbox, overlay } }, at.checkout("a", nothingToInstall));
    expect(at.said.at(-1)).toBe(
      "dependencies are read-only inside, with private cache directories: no overlay (AppArmor refuses)",
    );
  });
});

describe("a checkout's package.json that is no plain file is read by nobody", () => {
  test.each<[string, (path: string) => void]>([
    ["a link to a file of this machine", (path) => symlinkSync("/etc/hostname", path)],
    ["a link to a pipe, which would never end", (path) => symlinkSync(pipeBeside(path), path)],
    ["a directory", (path) => mkdirSync(path)],
  ])("%s", async (_, make) => {
    using at = place();
    const checkout = at.checkout("a", {});
    make(join(checkout, "package.json"));
    expect(await installFor(at.ground, checkout)).toMatchObject({
      kind: "failed",
      reason: expect.stringMatching(/^package\.json (cannot be read|is not a plain file)/),
    });
    expect(await dependenciesBySide(at.ground, [])("head", checkout)).toMatchObject({
      kind: "failed",
      cause: "install",
      reason: expect.stringMatching(/^the dependencies are not installed: package\.json /),
    });
  });
});

function pipeBeside(path: string): string {
  const pipe = `${path}.pipe`;
  execFileSync("mkfifo", [pipe]);
  return pipe;
}
