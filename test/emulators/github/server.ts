import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal, refusalJson } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { faultAnswer } from "./faults.ts";
import type { Faults } from "./faults.ts";
import { answerGraphql } from "./graphql.ts";
import { credentialIn } from "./identity.ts";
import { answerPage } from "./pages.ts";
import type { Rest } from "./rest.ts";
import { isGitPath, serveGit } from "./smart-http.ts";
import type { State } from "./state.ts";

/** One request as stories ask about it: `path` without `/api/v3`, `token` the credential's text ("" for none). */
export interface RequestRecord {
  method: string;
  path: string;
  query: string;
  token: string;
  status: number;
  /** The body that was sent, as JSON; undefined when there was none. */
  body: unknown;
}

export interface ServerParts {
  state: State;
  rest: Rest;
  faults: Faults;
  requests: RequestRecord[];
  violation: (sentence: string) => void;
}

const apiRoots = new Set([
  "app",
  "app-manifests",
  "apps",
  "graphql",
  "installation",
  "rate_limit",
  "orgs",
  "repos",
  "user",
  "users",
]);
const rateLimit = 5000;
/** Milliseconds a connection may lie idle: longer than any test's pause. */
const idleMs = 300_000;

/** One server for everything: REST (bare and under `/api/v3`), GraphQL, git, artifact downloads, pages. */
export function newServer(parts: ServerParts): Server {
  const server = createServer((request, response) => {
    serve(parts, request, response).catch((thrown: unknown) => {
      parts.violation(`${request.method} ${request.url}: the embedded GitHub failed: ${String(thrown)}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  // Node closes an idle connection after 5 s. A process that a busy machine held up for so long would write into a closed one, and a create
  // is not sent twice.
  server.keepAliveTimeout = idleMs;
  return server;
}

/** The port of a server that listens on TCP. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
  return address.port;
}

async function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", parts.state.url);
  const path = url.pathname.replace(/^\/api\/v3(?=\/|$)/, "").replace(/^\/api\/graphql$/, "/graphql");
  const method = request.method ?? "GET";
  if (isGitPath(path)) {
    const status = await serveGit(parts.state, request, response);
    note(parts, { method, path, query: url.search, request, status, body: undefined });
    return;
  }
  const body = await readAll(request);
  const fault = parts.faults.take(method, path);
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
  const takesEffect = fault === null || fault.after === true;
  const real = takesEffect ? await answerOf(parts, { request, method, path, url, body }) : null;
  const answer = fault === null ? real : faultAnswer(fault, real);
  note(parts, {
    method,
    path,
    query: url.search,
    request,
    status: fault?.cut === true ? 0 : (answer?.status ?? 0),
    body: jsonOf(body),
  });
  if (fault?.cut === true || answer === null) {
    request.socket.destroy();
    return;
  }
  write(parts.state, request, response, answer);
}

interface Asked {
  request: IncomingMessage;
  method: string;
  path: string;
  url: URL;
  body: Buffer;
}

async function answerOf(parts: ServerParts, { request, method, path, url, body }: Asked): Promise<Answer> {
  const accept = request.headers.accept ?? "";
  const { authorization } = request.headers;
  const isBrowser = accept.includes("text/html");
  const root = path.split("/")[1] ?? "";
  if (path.startsWith("/_storage/")) return download(parts.state, path);
  if (!apiRoots.has(root) || (isBrowser && !url.pathname.startsWith("/api/"))) {
    return answerPage(parts.state, { method, path: url.pathname, query: url.searchParams, body });
  }
  if (path === "/graphql" && method === "POST") {
    try {
      return answerGraphql(parts.state, { authorization, body }, parts.violation);
    } catch (thrown) {
      if (thrown instanceof Refusal)
        return { status: thrown.status, json: refusalJson(thrown, "https://docs.github.com/graphql") };
      throw thrown;
    }
  }
  return parts.rest.answer({ method, path, url, authorization, accept, body });
}

function download(state: State, path: string): Answer {
  const key = path.replace("/_storage/artifacts/", "").replace(/\.zip$/, "");
  const found = state.downloads.get(key);
  if (found === undefined || found.until < state.now()) return { status: 403, text: "AuthenticationFailed" };
  return { status: 200, bytes: found.artifact.zip, headers: { "Content-Type": "application/zip" } };
}

function write(state: State, request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { status, json, text, bytes, headers = {} } = answer;
  const content = bytes ?? (text === undefined ? (json === undefined ? "" : JSON.stringify(json)) : text);
  const type =
    bytes !== undefined
      ? "application/octet-stream"
      : text === undefined
        ? "application/json; charset=utf-8"
        : "text/plain; charset=utf-8";
  const own = {
    ...(content.length === 0 ? {} : { "Content-Type": type }),
    "Content-Length": String(Buffer.byteLength(content)),
    "X-GitHub-Request-Id": requestId(),
    "X-GitHub-Api-Version-Selected": String(request.headers["x-github-api-version"] ?? "2022-11-28"),
    ...rateHeaders(state, request),
  };
  response.statusCode = status;
  for (const [name, value] of [...Object.entries(own), ...Object.entries(headers)]) response.setHeader(name, value);
  response.end(content);
}

function rateHeaders(state: State, request: IncomingMessage): Record<string, string> {
  const token = state.tokens.get(credentialIn(request.headers.authorization) ?? "");
  const used = token?.asked ?? 0;
  return {
    "X-RateLimit-Limit": String(rateLimit),
    "X-RateLimit-Remaining": String(rateLimit - used),
    "X-RateLimit-Used": String(used),
    "X-RateLimit-Reset": String(Math.floor(state.now() / 1000) + 3600),
    "X-RateLimit-Resource": "core",
  };
}

function requestId(): string {
  const hex = randomUUID().replaceAll("-", "").toUpperCase();
  return `${hex.slice(0, 4)}:${hex.slice(4, 10)}:${hex.slice(10, 16)}:${hex.slice(16, 22)}:${hex.slice(22, 30)}`;
}

function note(
  { requests }: ServerParts,
  { request, ...facts }: Omit<RequestRecord, "token"> & { request: IncomingMessage },
): void {
  requests.push({ ...facts, token: credentialIn(request.headers.authorization) ?? "" });
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function jsonOf(body: Buffer): unknown {
  if (body.byteLength === 0) return undefined;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return body.toString("utf8");
  }
}
