import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createApp, type AppCreation, type AppCreationEffects } from "../../src/cli/app-create.ts";
import { readAppFile } from "../../src/cli/manifest.ts";
import { readSettings } from "../../src/app/settings.ts";
import { connectApp } from "../../src/github/app.ts";
import { startHub } from "../emulators/github/hub.ts";
import { tcpPortOf } from "../github/ports.ts";

const state = "s".repeat(43);
const pem = "-----BEGIN RSA PRIVATE KEY-----\nQUJD\n-----END RSA PRIVATE KEY-----\n";
const appFile = readAppFile(await readFile(new URL("../../app.yml", import.meta.url), "utf8"));

let directory: string;
let github: Server;
let asked: string[];
let conversion: { status: number; body: unknown };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "airlock-create-"));
  asked = [];
  conversion = {
    status: 201,
    body: {
      id: 99,
      slug: "airlock-demo",
      html_url: "https://github.test/apps/airlock-demo",
      pem,
      webhook_secret: "wh00k",
    },
  };
  github = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const isBot = request.url?.startsWith("/users/");
    response.writeHead(isBot ? 200 : conversion.status, { "content-type": "application/json" });
    response.end(JSON.stringify(isBot ? { id: 4242, login: "airlock-demo[bot]", type: "Bot" } : conversion.body));
  });
  await new Promise<void>((resolve) => github.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  github.close();
  await rm(directory, { recursive: true, force: true });
});

/** Starts the flow. Out: its end, and the address it tells the person. */
async function begin(more: Partial<AppCreation> = {}) {
  const told = Promise.withResolvers<string>();
  const abort = new AbortController();
  const creation: AppCreation = {
    serverUrl: "https://github.test",
    apiUrl: `http://127.0.0.1:${tcpPortOf(github)}`,
    organization: null,
    appFile,
    name: "airlock-demo",
    webhookUrl: "https://smee.test/abc",
    viaProxy: true,
    envPath: join(directory, ".env"),
    ...more,
  };
  const effects: AppCreationEffects = { fetch, state, tell: told.resolve, signal: abort.signal };
  const end = createApp(creation, effects);
  end.catch(() => told.resolve(""));
  const url = /http:\/\/\S+\//.exec(await told.promise)?.[0] ?? "";
  return { end, url, abort };
}

test("the code becomes an App, whose secrets only the owner of the file can read and the server understands", async () => {
  const { end, url } = await begin();
  const form = await (await fetch(url)).text();
  expect(form).toContain(`action="https://github.test/settings/apps/new?state=${state}"`);
  expect(form).toContain("&quot;redirect_url&quot;");
  expect((await fetch(`${url}created?code=c0de&state=${state}`)).status).toBe(200);
  expect(await end).toEqual({
    id: 99,
    slug: "airlock-demo",
    botId: 4242,
    installUrl: "https://github.test/apps/airlock-demo/installations/new",
  });
  expect(asked).toEqual(["POST /app-manifests/c0de/conversions", "GET /users/airlock-demo%5Bbot%5D"]);
  const path = join(directory, ".env");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const settings = readSettings(parseEnv(await readFile(path, "utf8")), () => "");
  expect(settings).toMatchObject({
    appId: 99,
    privateKey: pem.trim(),
    webhookSecret: "wh00k",
    webhookProxyUrl: "https://smee.test/abc",
  });
});

describe("a redirect is refused", () => {
  test.each([
    ["with another state", `created?code=c0de&state=${"x".repeat(43)}`],
    ["without a state", "created?code=c0de"],
    ["with a code that is a path", `created?code=..%2Fuser&state=${state}`],
    ["without a code", `created?state=${state}`],
    ["at another path", `other?code=c0de&state=${state}`],
  ])("%s, and the flow goes on waiting", async (_title, path) => {
    const { end, url, abort } = await begin();
    expect((await fetch(`${url}${path}`)).status).toBe(400);
    expect(asked).toEqual([]);
    abort.abort();
    await expect(end).rejects.toThrow("Stopped before an App was made.");
    await expect(stat(join(directory, ".env"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

test("an existing file is left alone, before anything is asked", async () => {
  const path = join(directory, ".env");
  await writeFile(path, "APP_ID=1\n");
  const { end } = await begin();
  await expect(end).rejects.toMatchObject({ code: "bad-input" });
  expect(await readFile(path, "utf8")).toBe("APP_ID=1\n");
});

test("an answer that is no App leaves no file, and its text in no message", async () => {
  conversion = { status: 201, body: { pem, id: "x" } };
  const { end, url } = await begin();
  await fetch(`${url}created?code=c0de&state=${state}`);
  const thrown = await end.catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: "github-failed" });
  expect(String(thrown)).not.toContain("QUJD");
  await expect(stat(join(directory, ".env"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("an organisation's App is registered there", async () => {
  const { end, url, abort } = await begin({ organization: "octo-org" });
  expect(await (await fetch(url)).text()).toContain("https://github.test/organizations/octo-org/settings/apps/new");
  abort.abort();
  await expect(end).rejects.toBeDefined();
});

test("against a GitHub with the manifest flow, the new App's key opens the App and its bot is the one that was told", async () => {
  await using hub = await startHub({ dir: join(directory, "hub") });
  const { end, url } = await begin({ serverUrl: hub.url, apiUrl: hub.url });
  const page = await (await fetch(url)).text();
  const field = (pattern: RegExp) => (pattern.exec(page)?.[1] ?? "").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
  const body = new URLSearchParams({ manifest: field(/name="manifest" value="([^"]*)"/) });
  const posted = await fetch(field(/action="([^"]*)"/), { method: "POST", body, redirect: "manual" });
  await fetch(posted.headers.get("location") ?? "");
  const made = await end;
  const [app] = hub.state.apps.filter(({ slug }) => slug === made.slug);
  expect(made).toMatchObject({ id: app?.id, botId: app?.botId });
  const settings = readSettings(parseEnv(await readFile(join(directory, ".env"), "utf8")), () => "");
  expect(await (await connectApp({ ...settings, timeoutMs: 2000 })).identity()).toEqual({
    id: made.id,
    slug: made.slug,
  });
});
