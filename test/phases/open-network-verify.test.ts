import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verify } from "../../src/phases/verify.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { portOf } from "../sandbox/room.ts";
import { requestFor } from "./change-request.ts";
import { cartFiles, localScene } from "./local-scene.ts";

const real = realSandbox();
const site = createServer((_request, response) => void response.end("x"));
beforeAll(async () => {
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
});
afterAll(() => void site.close());

/** Verifies a change to a repository whose tests ask a server, under its configuration and one that the change brings. */
async function verified(trusted: string, changed: string) {
  const scripts = { test: `curl --noproxy '' -sSf http://127.0.0.1:${portOf(site)}/secret-path` };
  await using on = await localScene(real.sandbox, {
    ...cartFiles(),
    "package.json": JSON.stringify({ scripts }),
    ".github/airlock.toml": trusted,
  });
  const request = await requestFor(on, { ".github/airlock.toml": changed });
  const { ground, audit } = on;
  const { sandbox, onProgress, signal } = ground;
  const report = await verify(request, { sandbox, ground, audit, onProgress, signal });
  return { tests: report.checks.find(({ name }) => name === "tests")?.class, network: report.network };
}

const opens = () => `[network.verify]\nallow = ["127.0.0.1:${portOf(site)}"]\n`;

test("a host that the trusted configuration opens for the checks is reached on both sides, and the Report says so", async () => {
  expect(await verified(opens(), "# closed\n")).toEqual({
    tests: "pass",
    network: [{ host: "127.0.0.1", port: portOf(site), method: "GET", allowed: true, reason: "allowed", count: 2 }],
  });
});

test("the twin: a change that opens a host for the checks that judge it opens nothing", async () => {
  expect(await verified("# closed\n", opens())).toEqual({ tests: "pre-existing", network: [] });
});
