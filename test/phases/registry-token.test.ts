import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { makeEnvironment } from "../../src/phases/environment.ts";
import { machineCache } from "../../src/phases/machine-cache.ts";
import { setupSecrets } from "../../src/phases/setup-secrets.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { startRegistry } from "../emulators/registry/registry.ts";
import { portOf } from "../sandbox/room.ts";
import { temporaryDirectory } from "../workspace/repository.ts";
import { type LocalScene, localScene } from "./local-scene.ts";

const real = realSandbox();
const value = "plum-4711-cake-0815";

/** The environment of a scene under these settings; every secret that they name has the one value. */
async function made(on: LocalScene, setup: Partial<Config["setup"]>) {
  const config = Config.parse({ setup });
  const secrets = setupSecrets(
    config.setup,
    () => value,
    () => undefined,
  );
  const task = { ...(await on.task()), config };
  const { root } = on.repository;
  return makeEnvironment(on.ground, { checkout: root, source: root, task, secrets });
}

describe("the registry's token", () => {
  const lock = {
    name: "p",
    version: "1.0.0",
    lockfileVersion: 3,
    packages: { "": { dependencies: { private: "1.0.0" } }, "node_modules/private": { version: "1.0.0" } },
  };
  const files = {
    "package.json": JSON.stringify({ name: "p", version: "1.0.0", dependencies: { private: "1.0.0" } }),
    "package-lock.json": JSON.stringify(lock),
  };

  async function installed(setup: Partial<Config["setup"]>) {
    const asked: string[] = [];
    const registry = createServer((request, response) => {
      asked.push(request.headers.authorization ?? "nothing");
      const known = request.headers.authorization === `Bearer ${value}`;
      response.writeHead(known ? 404 : 401, { "content-type": "application/json" }).end("{}");
    });
    registry.listen(0, "127.0.0.1");
    await once(registry, "listening");
    try {
      await using on = await localScene(real.sandbox, files);
      on.ground.registry = new URL(`http://127.0.0.1:${portOf(registry)}/npm`);
      const result = await made(on, setup);
      return { asked: [...new Set(asked)], result, said: on.said.join("\n") };
    } finally {
      registry.close();
    }
  }

  test("reaches the registry while npm installs, and stays nowhere", async () => {
    const { asked, result, said } = await installed({ registry_token: "NPM_TOKEN" });
    expect(asked).toEqual([`Bearer ${value}`]);
    // This registry has no package: what counts is what it was asked with.
    expect(result).toMatchObject({ kind: "failed", reason: expect.stringContaining("E404") });
    expect(`${JSON.stringify(result)}${said}`).not.toContain(value);
    expect(said).toContain("no known form of a secret is left behind");
  });

  test("the twin: without it the registry is asked without credentials, and the reason names the setting", async () => {
    const { asked, result } = await installed({});
    expect(asked).toEqual(["nothing"]);
    expect(result).toMatchObject({ kind: "failed", reason: expect.stringContaining("[setup] registry_token") });
  });

  /** A machine that keeps installations, and a registry that serves a package with this text in it. */
  async function onMachineThatKeeps(setup: Partial<Config["setup"]>, text: string) {
    const published = [{ name: "private", version: "1.0.0", files: { "about.txt": text } }];
    await using registry = await startRegistry(published);
    await using on = await localScene(real.sandbox, files);
    using machine = temporaryDirectory();
    const root = join(machine.path, "cache");
    on.ground.registry = registry.url;
    Object.assign(on.ground, await machineCache({ root, now: Date.now }, real.sandbox, on.ground.onProgress));
    const result = await made(on, setup).catch((thrown: unknown) => thrown);
    return { result, kept: readdirSync(root).length, removed: !existsSync(on.ground.dir) };
  }

  test.each([
    ["in a package ends the run", value, { code: "secret-residue" }, true],
    ["in no package lets the run go on", "plain", { kind: "installed", from: "registry" }, false],
  ])("%s, and the machine keeps nothing of an installation that it paid for", async (_title, text, result, removed) => {
    expect(await onMachineThatKeeps({ registry_token: "NPM_TOKEN" }, text)).toEqual({
      result: expect.objectContaining(result),
      kept: 0,
      removed,
    });
  });

  test("the twin: the same package without a secret is kept for the next job", async () => {
    expect(await onMachineThatKeeps({}, value)).toEqual({
      result: expect.objectContaining({ kind: "installed", from: "registry" }),
      kept: 1,
      removed: false,
    });
  });
});
