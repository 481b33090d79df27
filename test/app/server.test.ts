import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Hub, type HubApp, startHub } from "../emulators/github/hub.ts";
import { permissions } from "./scene.ts";

const entry = fileURLToPath(new URL("../../src/app/server.ts", import.meta.url));

let dir: string;
let hub: Hub;
let app: HubApp;
let child: ChildProcess | null = null;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "airlock-server-"));
  hub = await startHub({ dir: join(dir, "hub") });
  app = hub.createApp({ slug: "airlock", permissions, events: ["issue_comment"], webhookSecret: "a-long-secret" });
});

afterEach(async () => {
  child?.kill("SIGKILL");
  child = null;
  await hub[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

/** Starts the server as `npm start` does, with nothing in its environment but this. */
function start(more: Record<string, string | undefined> = {}) {
  const settings = {
    APP_ID: String(app.id),
    PRIVATE_KEY: app.privateKeyPem,
    WEBHOOK_SECRET: "a-long-secret",
    PORT: "0",
    GITHUB_API_URL: hub.url,
    ...more,
  };
  const environment = Object.fromEntries(
    Object.entries({ PATH: process.env["PATH"], ...settings }).filter(([, value]) => value !== undefined),
  );
  child = spawn(process.execPath, [entry], { cwd: dir, env: environment });
  const server = child;
  let output = "";
  server.stdout?.on("data", (bytes) => (output += String(bytes)));
  server.stderr?.on("data", (bytes) => (output += String(bytes)));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    server.once("close", (code) => resolve({ code, output }));
  });
  const port = (async () => {
    while (!output.includes("app.started")) await new Promise((resolve) => setTimeout(resolve, 20));
    return Number(/"port":(\d+)/.exec(output)?.[1]);
  })();
  return { server, ended, port };
}

test("the server starts, is healthy, and stops gracefully when told to", async () => {
  const { server, ended, port } = start();
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${await port}${path}`)).status;
  expect([await ask("/healthz"), await ask("/readyz")]).toEqual([200, 200]);
  server.kill("SIGTERM");
  const { code, output } = await ended;
  expect(code).toBe(0);
  expect(output).toContain('"event":"app.stopped"');
});

describe("the server does not start", () => {
  test.each([
    ["without a webhook secret", { WEBHOOK_SECRET: undefined }, /WEBHOOK_SECRET: missing/],
    ["with Probot's default secret", { WEBHOOK_SECRET: "development" }, /WEBHOOK_SECRET/],
    ["with another App's id", { APP_ID: "1" }, /does not accept the App's key/],
    ["when GitHub cannot be reached", { GITHUB_API_URL: "http://127.0.0.1:9" }, /got no answer/],
  ])("%s, and says what to change", async (_title, more, text) => {
    const { code, output } = await start(more).ended;
    expect(code).toBe(3);
    expect(output).toMatch(text);
    // Once, as the line that a log collector reads.
    expect(output.split("\n").filter((line) => text.test(line))).toEqual([
      expect.stringMatching(/^\{.*"event":"app\.failed".*\}$/),
    ]);
    expect(output).not.toContain("PRIVATE KEY-----");
    expect(output).not.toContain("a-long-secret");
  });
});
