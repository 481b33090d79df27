import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { dependenciesBySide, type Ground, Installed, installFor } from "../../src/phases/dependencies.ts";
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
      reason: expect.stringMatching(/^the dependencies are not installed: package\.json /),
    });
  });
});

function pipeBeside(path: string): string {
  const pipe = `${path}.pipe`;
  execFileSync("mkfifo", [pipe]);
  return pipe;
}
