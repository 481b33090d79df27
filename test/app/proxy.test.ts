import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { createLog } from "../../src/app/log.ts";
import { startApp } from "../../src/app/start.ts";
import { type Scene, scene } from "./scene.ts";

/** A channel as smee.io offers it: an event stream that carries each delivery as one message. */
async function channel(): Promise<
  AsyncDisposable & { url: string; pass: (headers: object, body: object) => void; connected: Promise<unknown> }
> {
  const streams: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("event: ready\ndata: {}\n\n");
    streams.push(response);
    server.emit("stream");
  });
  const connected = once(server, "stream");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/channel`,
    connected,
    pass: (headers, body) =>
      streams.forEach((stream) => stream.write(`data: ${JSON.stringify({ ...headers, body, query: {} })}\n\n`)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answered(here: Scene, signature: (body: string) => string): Promise<string[]> {
  await using through = await channel();
  const events: string[] = [];
  const log = createLog((line) => events.push(JSON.parse(line).event), Date.now);
  await using app = await startApp(
    {
      appId: here.app.id,
      privateKey: here.app.privateKeyPem,
      webhookSecret: "a-long-secret",
      port: 0,
      apiUrl: here.hub.url,
      webhookProxyUrl: through.url,
    },
    log,
  );
  await through.connected;
  const delivery = here.hub.deliveries.find(({ event }) => event === "issue_comment");
  const payload = JSON.parse(delivery?.body ?? "{}");
  const headers = {
    "x-github-event": "issue_comment",
    "x-github-delivery": "00000000-0000-4000-8000-000000000002",
    "x-hub-signature-256": signature(JSON.stringify(payload)),
  };
  through.pass(headers, payload);
  await expect.poll(() => events.some((event) => /^request\.|^delivery\./.test(event)), { timeout: 10_000 }).toBe(true);
  await app.idle();
  return events;
}

test("a delivery that comes through a channel is taken when it is signed, and refused when it is not", async () => {
  await using here = await scene();
  await here.repository.comment("stranger", here.issue, "/agent fix");
  await here.quiet();
  const sign = (secret: string) => (body: string) =>
    `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  expect(await answered(here, sign("a-long-secret"))).toContain("request.refused");
  expect(await answered(here, sign("guessed"))).not.toContain("request.refused");
});
