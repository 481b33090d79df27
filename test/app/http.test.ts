import { createHmac, generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import type { Server } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createWebhookServer, webhookPath } from "../../src/app/http.ts";
import { createLog } from "../../src/app/log.ts";
import { connectApp, type AppConnection, type Delivery } from "../../src/github/app.ts";
import { tcpPortOf } from "../github/ports.ts";

const secret = "a-long-secret";
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const app: AppConnection = await connectApp({
  appId: 1,
  privateKey,
  webhookSecret: secret,
  apiUrl: "http://127.0.0.1:1",
  timeoutMs: 100,
});

let server: Server;
let base: string;
let got: Delivery[];
let handler: (delivery: Delivery) => Promise<void>;
let isReady: boolean;
let lines: string[];

beforeEach(async () => {
  got = [];
  lines = [];
  isReady = true;
  handler = async () => {};
  server = createWebhookServer({
    verify: (text, signature) => app.verify(text, signature),
    receive: (delivery) => {
      got.push(delivery);
      return handler(delivery);
    },
    ready: () => isReady,
    log: createLog(
      (line) => lines.push(line),
      () => 0,
    ),
    deadlineMs: 200,
    bodyBytesMax: 1000,
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${tcpPortOf(server)}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const sign = (body: string, key = secret) => `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;
const body = JSON.stringify({ action: "created", n: 1 });

async function post(text: string, headers: Record<string, string | undefined> = {}): Promise<[number, string]> {
  const all = {
    "x-hub-signature-256": sign(text),
    "x-github-delivery": "guid",
    "x-github-event": "issue_comment",
    ...headers,
  };
  const given = Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const response = await fetch(`${base}${webhookPath}`, { method: "POST", body: text, headers: given });
  return [response.status, await response.text()];
}

test("a signed delivery is handed over as it came, and answered when it is done", async () => {
  expect(await post(body)).toEqual([200, "ok\n"]);
  expect(got).toEqual([{ id: "guid", name: "issue_comment", payload: { action: "created", n: 1 } }]);
});

describe("nothing is handed over", () => {
  const cases: [string, string, Record<string, string | undefined>, number][] = [
    ["without a signature", body, { "x-hub-signature-256": undefined }, 401],
    ["with an empty signature", body, { "x-hub-signature-256": "" }, 401],
    ["with a short signature", body, { "x-hub-signature-256": "sha256=00" }, 401],
    ["with another key's signature", body, { "x-hub-signature-256": sign(body, "development") }, 401],
    [
      "with a SHA-1 signature",
      body,
      { "x-hub-signature-256": `sha1=${createHmac("sha1", secret).update(body).digest("hex")}` },
      401,
    ],
    ["with the signature of another body", `${body} `, { "x-hub-signature-256": sign(body) }, 401],
    ["with an empty body", "", {}, 401],
    ["when the body is no JSON", "{", {}, 400],
    ["when the body is a list", "[]", {}, 400],
    ["when the body is null", "null", {}, 400],
    ["without a delivery id", body, { "x-github-delivery": undefined }, 400],
    ["without an event name", body, { "x-github-event": undefined }, 400],
    ["above the size limit", JSON.stringify({ long: "x".repeat(2000) }), {}, 413],
  ];
  test.each(cases)("%s", async (_title, text, headers, status) => {
    expect((await post(text, headers))[0]).toBe(status);
    expect(got).toEqual([]);
  });
});

describe("a failed handler is never a delivered event", () => {
  const failures: [string, unknown][] = [
    ["an error", new Error("secret detail")],
    ["an error with status 200", Object.assign(new Error("secret detail"), { status: 200 })],
    ["an error with status 304", Object.assign(new Error("secret detail"), { status: 304 })],
    ["several errors", new AggregateError([new Error("secret detail"), "a text"])],
    ["no error at all", undefined],
  ];
  test.each(failures)("%s is answered 500 with one word", async (_title, thrown) => {
    handler = async () => {
      throw thrown;
    };
    expect(await post(body)).toEqual([500, "error\n"]);
  });

  test("one that takes too long is answered 503, whether or not it finishes", async () => {
    const gate = Promise.withResolvers<void>();
    handler = () => gate.promise;
    expect(await post(body)).toEqual([503, "late\n"]);
    gate.reject(new Error("later"));
    expect(await post(body, {})).toEqual([500, "error\n"]);
  });
});

test("a body that never ends is given up at the deadline", async () => {
  const outgoing = httpRequest({
    port: tcpPortOf(server),
    path: webhookPath,
    method: "POST",
    headers: { "content-length": "500" },
  });
  outgoing.write("{");
  const answered = Promise.withResolvers<number | undefined>();
  outgoing.once("response", ({ statusCode }) => answered.resolve(statusCode));
  expect(await answered.promise).toBe(503);
  outgoing.destroy();
});

test("health and readiness tell apart a running and a stopping server", async () => {
  const ask = async (path: string) => (await fetch(`${base}${path}`)).status;
  expect([await ask("/healthz"), await ask("/readyz")]).toEqual([200, 200]);
  isReady = false;
  expect([await ask("/healthz"), await ask("/readyz"), (await post(body))[0]]).toEqual([200, 503, 503]);
  expect([await ask("/other"), await ask(webhookPath)]).toEqual([404, 405]);
});

test("no bytes end the process, and none but signed ones are handed over", async () => {
  const port = tcpPortOf(server);
  for (let round = 0; round < 200; round += 1) {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const noise = randomBytes(round);
    const head = `POST ${webhookPath} HTTP/1.1\r\nhost: x\r\nx-hub-signature-256: ${noise.toString("hex")}\r\ncontent-length: ${noise.byteLength}\r\n\r\n`;
    socket.on("error", () => {});
    socket.end(round % 2 === 0 ? Buffer.concat([Buffer.from(head), noise]) : noise);
    socket.resume();
    await once(socket, "close");
  }
  expect(got).toEqual([]);
  expect((await post(body))[0]).toBe(200);
});

test("a log line carries no payload", async () => {
  handler = () => Promise.reject(new Error("why"));
  await post(JSON.stringify({ text: "what people wrote" }), { "x-github-delivery": 'x" {}' });
  expect(lines.join("\n")).not.toContain("what people wrote");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      at: "1970-01-01T00:00:00.000Z",
      level: "error",
      event: "delivery.failed",
      delivery: "x",
      name: "issue_comment",
      code: "internal",
      why: "why",
    },
  ]);
});
