import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import { explain } from "../errors.ts";
import type { Delivery } from "../github/app.ts";
import type { Log } from "./log.ts";

export const webhookPath = "/api/github/webhooks";

export interface HttpOptions {
  verify(body: string, signature: string): Promise<boolean>;
  receive(delivery: Delivery): Promise<void>;
  /** Whether new deliveries are welcome. */
  ready(): boolean;
  log: Log;
  /** Milliseconds after which the answer is 503. GitHub stops waiting after 10 s. */
  deadlineMs: number;
  /** Bytes of a body. */
  bodyBytesMax: number;
}

/** Milliseconds for a request's headers to arrive. */
const headersTimeoutMs = 5_000;

/** What is said to GitHub: a status and one fixed word. An error's own text or status never leaves. */
interface Reply {
  status: number;
  word: string;
}

/**
 * The server: signed deliveries in, and an honest answer. 200 only when the handlers are done; 401 for a missing or wrong
 * signature, 400 for a body that is no JSON object, 413 above the size limit, 503 at the deadline, 500 for the rest.
 * GitHub counts everything but 2xx as failed and can deliver it again. A handler that is late may still finish: repeating is harmless.
 */
export function createWebhookServer(options: HttpOptions): Server {
  const server = createServer(
    { requestTimeout: options.deadlineMs + headersTimeoutMs, headersTimeout: headersTimeoutMs },
    (request, response) => {
      void answer(request, options)
        .catch((thrown: unknown): Reply => {
          options.log.error("http.failed", { why: explain(thrown).message });
          return { status: 500, word: "error" };
        })
        .then((reply) => send(response, reply));
    },
  );
  server.maxHeadersCount = 100;
  return server;
}

async function answer(request: IncomingMessage, options: HttpOptions): Promise<Reply> {
  const path = (request.url ?? "").split("?")[0];
  if (path === webhookPath && request.method === "POST")
    return await beforeDeadline(receive(request, options), options);
  if (path === "/healthz") return { status: 200, word: "ok" };
  if (path === "/readyz") return options.ready() ? { status: 200, word: "ready" } : { status: 503, word: "stopping" };
  return { status: path === webhookPath ? 405 : 404, word: "no" };
}

/** Verify the bytes, then parse, then hand over: in this order, here and nowhere else. */
async function receive(request: IncomingMessage, options: HttpOptions): Promise<Reply> {
  if (!options.ready()) return { status: 503, word: "stopping" };
  const { "x-hub-signature-256": signature, "x-github-delivery": id, "x-github-event": name } = request.headers;
  const body = await readBody(request, options.bodyBytesMax);
  if (body === null) return { status: 413, word: "large" };
  if (typeof signature !== "string" || !(await options.verify(body.toString("utf8"), signature))) {
    options.log.warn("delivery.unsigned", { bytes: body.byteLength });
    return { status: 401, word: "signature" };
  }
  const payload = parse(body);
  if (payload === null || typeof id !== "string" || typeof name !== "string") return { status: 400, word: "malformed" };
  try {
    await options.receive({ id, name, payload });
    return { status: 200, word: "ok" };
  } catch (thrown) {
    for (const cause of thrown instanceof AggregateError ? thrown.errors : [thrown]) {
      const { code, message } = explain(cause);
      options.log.error("delivery.failed", { delivery: clean(id), name: clean(name), code, why: message });
    }
    return { status: 500, word: "error" };
  }
}

async function beforeDeadline(reply: Promise<Reply>, { deadlineMs, log }: HttpOptions): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const timer = setTimeout(() => {
    log.warn("delivery.late", { ms: deadlineMs });
    resolve({ status: 503, word: "late" });
  }, deadlineMs);
  try {
    return await Promise.race([reply, promise]);
  } finally {
    clearTimeout(timer);
    reply.catch(() => {});
  }
}

/** Out: null above the limit; the rest is then not read. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > bytesMax) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function parse(body: Buffer): Record<string, unknown> | null {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(body.toString("utf8")));
  } catch {
    return null;
  }
}

/** A header is not signed: what it says goes into a log line only as a plain word. */
function clean(header: string): string {
  return header.replaceAll(/[^\w-]/g, "").slice(0, 64);
}

function send(response: ServerResponse, { status, word }: Reply): void {
  if (response.writableEnded || response.destroyed) return;
  response.writeHead(status, { "content-type": "text/plain", ...(status === 413 ? { connection: "close" } : {}) });
  response.end(`${word}\n`);
}
