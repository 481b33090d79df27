import { once } from "node:events";
import { createServer, request } from "node:http";
import { duplexPair } from "node:stream";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { createEgressProxy } from "../../sandbox/egress.ts";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { DecideOptions } from "../../sandbox/egress-decide.ts";
import type { EgressProxy } from "../../sandbox/egress.ts";
import type { Egress } from "../../sandbox/sandbox.ts";

/** A server on loopback for all tests of a file: it answers with what it was asked, and its headers. It listens when the tests begin. */
export function openSite(): Server {
  const site = createServer((req, res) =>
    res.setHeader("x-seen", JSON.stringify(req.headers)).end(`${req.method} ${req.url}`),
  );
  beforeAll(async () => {
    site.listen(0, "127.0.0.1");
    await once(site, "listening");
  });
  afterAll(() => void site.close());
  return site;
}

/** A rule that opens one host, on every port. */
export const only =
  (host: string): Egress["rule"] =>
  (asked) =>
    asked === host ? { kind: "allow" } : { kind: "deny", reason: "not listed" };

/** A proxy that lives as long as the test, with what it decided and what it looked up. */
export function openProxy(options: Partial<DecideOptions> & { egress: Egress }) {
  const decisions: string[] = [];
  const resolved: string[] = [];
  const proxy = createEgressProxy({
    resolve: async (name) => {
      resolved.push(name);
      return options.resolve?.(name) ?? [];
    },
    ownAddresses: options.ownAddresses ?? [],
    egress: {
      ...options.egress,
      onDecision: ({ method, host, port: at, reason }) => void decisions.push(`${method} ${host}:${at} ${reason}`),
    },
  });
  onTestFinished(() => proxy[Symbol.dispose]());
  return { proxy, decisions, resolved };
}

/** The inside end of a new connection. */
export function dial(proxy: EgressProxy): Duplex {
  const [inside, outside] = duplexPair();
  proxy.accept(outside);
  return inside;
}

/** Sends raw bytes to the proxy and returns all that it answers. */
export async function say(proxy: EgressProxy, text: string | Buffer): Promise<string> {
  const socket = dial(proxy);
  socket.end(text);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

export async function get(proxy: EgressProxy, url: string, headers: Record<string, string> = {}, method = "GET") {
  const createConnection = () => dial(proxy);
  const asked = request({
    createConnection,
    method,
    path: url,
    headers: { host: new URL(url).host, ...headers },
  }).end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once("response", resolve);
    asked.once("error", reject);
  });
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return {
    status: response.statusCode,
    reason: response.headers["x-airlock-egress"],
    seen: response.headers["x-seen"],
    body,
  };
}

export function connectTo(host: string, at: number): Buffer {
  return Buffer.from(`CONNECT ${host}:${at} HTTP/1.1\r\nHost: x\r\n\r\n`);
}
