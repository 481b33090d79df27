import { createServer, request as httpRequest } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { parseAuthority } from "./authority.ts";
import { bytesOnly, connectFirst, joinTunnel } from "./egress-connect.ts";
import { blocked, createDecider } from "./egress-decide.ts";
import type { Target } from "./authority.ts";
import type { Decider, DecideOptions } from "./egress-decide.ts";

/** Bytes of one request's head. */
const headBytesMax = 65_536;
const plainPort = 80;
/** Methods of plain HTTP that pass: those of RFC 9110 and PATCH, without TRACE, which sends a request's headers back. */
const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);

/** The only way out of a sandbox that has egress. Disposing it cuts every connection. */
export interface EgressProxy extends Disposable {
  /** Takes one connection of a client that speaks HTTP/1.1 to a proxy. */
  accept(connection: Duplex): void;
}

/** What a connection inside a tunnel was allowed for. */
interface Allowed {
  target: Target;
  addresses: readonly string[];
}

/**
 * An HTTP proxy (CONNECT, and absolute-form for plain http) over connections that it is given; it listens nowhere. Each name is
 * resolved once, and the connection goes to an address of that answer. Policy lives here, on the host, never inside.
 */
export function createEgressProxy(options: DecideOptions): EgressProxy {
  const open = new Set<Duplex>();
  const decider = createDecider(options);
  const tunnels = new WeakMap<Duplex, Allowed>();
  const server = createServer({ maxHeaderSize: headBytesMax });
  const accept = (connection: Duplex) => {
    track(open, connection);
    server.emit("connection", connection);
  };
  server.on("request", (request, response) => {
    const within = tunnels.get(request.socket);
    const done =
      within === undefined
        ? forward(request, response, decider)
        : forwardWithin(request, response, { decider, within });
    // Whatever one request does, it ends nothing but itself.
    done.catch(() => response.destroy());
  });
  server.on("connect", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const isNested = tunnels.has(request.socket);
    const retake = (allowed: Allowed) => {
      // Plain HTTP in a tunnel is read like plain HTTP without one, or its Host header could name anybody.
      const within = bytesOnly(socket, head);
      tunnels.set(within, allowed);
      accept(within);
    };
    if (isNested) refuse(socket, 403, `${blocked.method}: a tunnel in a tunnel`);
    else tunnel({ request, socket, head }, { decider, open, retake }).catch(() => socket.destroy());
  });
  server.on("upgrade", (_request, socket: Duplex) => refuse(socket, 403, `${blocked.method}: upgrade`));
  server.on("clientError", (_error, socket) => socket.destroy());
  return {
    accept,
    [Symbol.dispose]() {
      for (const socket of open) socket.destroy();
    },
  };
}

async function tunnel(
  { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
  { decider, open, retake }: { decider: Decider; open: Set<Duplex>; retake: (allowed: Allowed) => void },
): Promise<void> {
  socket.on("error", () => socket.destroy());
  const target = parseAuthority(request.url ?? "");
  if (target === null) return refuse(socket, 400, `${blocked.policy}: no host and port`);
  const decision = await decider.decide(target, "CONNECT");
  if (decision.kind === "deny") return refuse(socket, 403, decision.reason);
  if (target.port === plainPort) {
    socket.write(established);
    return retake({ target, addresses: decision.addresses });
  }
  const upstream = await connectFirst(decision.addresses, target.port);
  if (upstream === null) return refuse(socket, 502, "connect-failed");
  track(open, upstream);
  if (socket.destroyed) return void upstream.destroy();
  socket.write(established);
  const closed = await joinTunnel(target, { client: socket, head, upstream });
  if (closed !== null) decider.refuse(target, "CONNECT", `${blocked.policy}: ${closed}`);
}

const established = "HTTP/1.1 200 Connection Established\r\n\r\n";

/** Plain HTTP to a proxy: the address is in the request line, and the Host header must be the same. */
async function forward(request: IncomingMessage, response: ServerResponse, decider: Decider): Promise<void> {
  const url = URL.canParse(request.url ?? "") ? new URL(request.url ?? "") : null;
  const target =
    url?.protocol === "http:" && url.username === "" && url.password === ""
      ? parseAuthority(url.host, plainPort)
      : null;
  if (url === null || target === null || !namesTarget(request, target))
    return answer(response, 400, `${blocked.policy}: no plain http address, or another Host`);
  const method = request.method ?? "";
  if (!methods.has(method)) {
    decider.refuse(target, method, blocked.method);
    return answer(response, 403, blocked.method);
  }
  const decision = await decider.decide(target, method);
  if (decision.kind === "deny") return answer(response, 403, decision.reason);
  const path = `${url.pathname}${url.search}`;
  return pass(request, response, { target, addresses: decision.addresses, path });
}

/** Plain HTTP in a tunnel to port 80, which is already allowed: each request must be for that very host. */
async function forwardWithin(
  request: IncomingMessage,
  response: ServerResponse,
  { decider, within }: { decider: Decider; within: Allowed },
): Promise<void> {
  const { target, addresses } = within;
  const method = request.method ?? "";
  const path = request.url ?? "";
  if (!methods.has(method) || !path.startsWith("/") || !namesTarget(request, target)) {
    const reason = methods.has(method) ? `${blocked.policy}: another Host` : blocked.method;
    decider.refuse(target, method, reason);
    return answer(response, 403, reason);
  }
  return pass(request, response, { target, addresses, path });
}

function namesTarget({ headers, headersDistinct }: IncomingMessage, { host, port }: Target): boolean {
  const named = parseAuthority(headers.host ?? "", plainPort);
  return headersDistinct["host"]?.length === 1 && named?.host === host && named.port === port;
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { target, addresses, path }: Allowed & { path: string },
): Promise<void> {
  const socket = await connectFirst(addresses, target.port);
  if (socket === null) return answer(response, 502, "connect-failed");
  const upstream = httpRequest({
    createConnection: () => socket,
    method: request.method ?? "GET",
    path,
    headers: { ...endToEnd(request.headers), ...framing(request), host: authorityOf(target), connection: "close" },
    setHost: false,
  });
  upstream.on("response", (from) => {
    try {
      response.writeHead(from.statusCode ?? 502, endToEnd(from.headers));
      // Now and not with the first bytes: Node judges some headers only when it writes them.
      response.flushHeaders();
    } catch {
      // What a server may send is more than what Node writes: that server's answer is lost, and nothing else.
      from.destroy();
      return response.headersSent ? void response.destroy() : answer(response, 502, "bad-answer");
    }
    from.pipe(response);
    from.on("error", () => response.destroy());
  });
  upstream.on("error", () => (response.headersSent ? response.destroy() : answer(response, 502, "connect-failed")));
  response.on("close", () => socket.destroy());
  request.pipe(upstream);
}

/** Headers that belong to one hop (RFC 9110 §7.6.1) do not cross the proxy. */
function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const hop = new Set([
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "proxy-authenticate",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
  ]);
  for (const name of (headers.connection ?? "").split(",")) hop.add(name.trim().toLowerCase());
  // Whatever Connection names: without its length a body would be read as the next request.
  hop.delete("content-length");
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.has(name)));
}

/** A body stays framed on the next hop, or its bytes could be a second request there, for another host. */
function framing({ headers }: IncomingMessage): OutgoingHttpHeaders {
  return headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" };
}

function authorityOf({ host, port }: Target): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === plainPort ? name : `${name}:${port}`;
}

function refuse(socket: Duplex, status: number, reason: string): void {
  const body = `${plain(reason)}\n`;
  const head = [`HTTP/1.1 ${status} Refused`, `X-Airlock-Egress: ${word(reason)}`, "Content-Type: text/plain"];
  socket.end(`${[...head, `Content-Length: ${body.length}`, "Connection: close"].join("\r\n")}\r\n\r\n${body}`);
}

function answer(response: ServerResponse, status: number, reason: string): void {
  const headers = { "x-airlock-egress": word(reason), "content-type": "text/plain", connection: "close" };
  response.writeHead(status, headers).end(`${plain(reason)}\n`);
}

/** The machine-readable word that a reason begins with. */
function word(reason: string): string {
  return /^[a-z-]{1,60}/.exec(reason)?.[0] ?? blocked.policy;
}

function plain(reason: string): string {
  return reason.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
}

function track(open: Set<Duplex>, socket: Duplex): void {
  open.add(socket);
  socket.once("close", () => open.delete(socket));
  socket.on("error", () => socket.destroy());
}
