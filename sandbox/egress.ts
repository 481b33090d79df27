import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { basename, dirname } from "node:path";
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isNeverOpened, isPublicAddress } from "./address.ts";
import { isLiteral, parseAuthority } from "./authority.ts";
import { SandboxError } from "./sandbox.ts";
import type { Target } from "./authority.ts";
import type { Egress } from "./sandbox.ts";

/** Milliseconds for one name lookup, and for one connection attempt. */
const lookupMs = 10_000;
const connectMs = 10_000;

export interface EgressOptions {
  /** Where to listen, on the host; only the sandbox's user must be able to reach it. */
  socketPath: string;
  egress: Egress;
  /** Name to addresses. Asked only for names that the rule allows, so that a refused name never reaches a resolver. */
  resolve: (name: string) => Promise<string[]>;
  /** Addresses of this machine. */
  ownAddresses: readonly string[];
}

/** The only way out of a sandbox that has egress. Disposing it cuts every connection. */
export interface EgressProxy extends AsyncDisposable {
  socketPath: string;
}

type Decision = { kind: "allow"; addresses: string[] } | { kind: "deny"; reason: string };

/**
 * Starts an HTTP proxy (CONNECT, and absolute-form for plain http) on a unix socket. Each name is resolved once, and the
 * connection goes to an address of that answer. Policy lives here, on the host, never inside.
 * @throws SandboxError when it cannot listen.
 */
export async function openEgressProxy(options: EgressOptions): Promise<EgressProxy> {
  const { socketPath } = options;
  const open = new Set<Duplex>();
  const server = createServer({ maxHeaderSize: 65_536 });
  server.maxConnections = 256;
  server.on("connection", (socket) => track(open, socket));
  server.on("request", (request, response) => void forward(request, response, options));
  server.on(
    "connect",
    (request: IncomingMessage, socket: Duplex, head: Buffer) => void tunnel({ request, socket, head }, options, open),
  );
  server.on("upgrade", (_request, socket: Duplex) => refuse(socket, 501, "blocked-by-policy"));
  server.on("clientError", (_error, socket) => socket.destroy());
  await listen(server, socketPath);
  return {
    socketPath,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The kernel takes 107 bytes of a socket's path. Through a descriptor of its directory, any path is short enough. */
async function listen(server: Server, socketPath: string): Promise<void> {
  const directory = openSync(dirname(socketPath), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    server.listen(`/proc/self/fd/${directory}/${basename(socketPath)}`);
    await once(server, "listening");
  } catch (cause) {
    throw new SandboxError("The egress proxy cannot listen.", `Check that ${socketPath} can be created.`, cause);
  } finally {
    closeSync(directory);
  }
}

/** Rule first, then the lookup, then the addresses; anything unreadable is a refusal. */
async function decide(target: Target, { egress, resolve, ownAddresses }: EgressOptions): Promise<Decision> {
  const told = (decision: Decision): Decision => {
    const reason = decision.kind === "deny" ? decision.reason : "allowed-by-rule";
    egress.onDecision?.({ ...target, allowed: decision.kind === "allow", reason });
    return decision;
  };
  const ruled = askRule(egress, target);
  if (ruled.kind === "deny") return told({ kind: "deny", reason: `blocked-by-rule: ${ruled.reason}` });
  if (isNeverOpened(target.host)) return told({ kind: "deny", reason: "blocked-metadata-address" });
  // An address is allowed only because the rule named it; a name may never lead to a private one.
  if (isLiteral(target.host)) {
    return told({ kind: "allow", addresses: target.host === "localhost" ? ["127.0.0.1", "::1"] : [target.host] });
  }
  const found = await withTimeout(resolve(target.host), lookupMs).catch(() => null);
  if (found === null || found.length === 0) return told({ kind: "deny", reason: "lookup-failed" });
  const addresses = found.filter((address) => isPublicAddress(address, ownAddresses));
  return told(
    addresses.length > 0 ? { kind: "allow", addresses } : { kind: "deny", reason: "blocked-private-address" },
  );
}

function askRule(egress: Egress, { host, port }: Target): ReturnType<Egress["rule"]> {
  try {
    return egress.rule(host, port);
  } catch {
    return { kind: "deny", reason: "the rule failed" };
  }
}

async function tunnel(
  { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
  options: EgressOptions,
  open: Set<Duplex>,
): Promise<void> {
  socket.on("error", () => socket.destroy());
  const target = parseAuthority(request.url ?? "");
  if (target === null) return refuse(socket, 400, "bad-authority");
  const decision = await decide(target, options);
  if (decision.kind === "deny") return refuse(socket, 403, decision.reason);
  const upstream = await connectFirst(decision.addresses, target.port);
  if (upstream === null) return refuse(socket, 502, "connect-failed");
  track(open, upstream);
  if (socket.destroyed) return void upstream.destroy();
  socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
  upstream.write(head);
  join(socket, upstream);
}

async function forward(request: IncomingMessage, response: ServerResponse, options: EgressOptions): Promise<void> {
  const url = URL.canParse(request.url ?? "") ? new URL(request.url ?? "") : null;
  const target =
    url?.protocol === "http:" && url.username === "" && url.password === "" ? parseAuthority(url.host, 80) : null;
  const named = parseAuthority(request.headers.host ?? "", 80);
  if (url === null || target === null || named === null || named.host !== target.host || named.port !== target.port) {
    return answer(response, 400, "bad-request");
  }
  const decision = await decide(target, options);
  if (decision.kind === "deny") return answer(response, 403, decision.reason);
  const socket = await connectFirst(decision.addresses, target.port);
  if (socket === null) return answer(response, 502, "connect-failed");
  const upstream = httpRequest({
    createConnection: () => socket,
    method: request.method ?? "GET",
    path: `${url.pathname}${url.search}`,
    headers: { ...endToEnd(request.headers), host: url.host, connection: "close" },
    setHost: false,
  });
  upstream.on("response", (from) => {
    response.writeHead(from.statusCode ?? 502, endToEnd(from.headers));
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
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.has(name)));
}

async function connectFirst(addresses: readonly string[], port: number): Promise<Socket | null> {
  for (const host of addresses) {
    const socket = connect({ host, port });
    const reached = await withTimeout(once(socket, "connect"), connectMs).then(
      () => true,
      () => false,
    );
    if (reached) return socket;
    socket.destroy();
  }
  return null;
}

function join(a: Duplex, b: Duplex): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }
}

function refuse(socket: Duplex, status: number, reason: string): void {
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nX-Airlock-Egress: ${plain(reason)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  );
}

function answer(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { "x-airlock-egress": plain(reason), connection: "close" }).end(`${plain(reason)}\n`);
}

function plain(reason: string): string {
  return reason.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
}

function track(open: Set<Duplex>, socket: Duplex): void {
  open.add(socket);
  socket.once("close", () => open.delete(socket));
  socket.on("error", () => socket.destroy());
}

async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("timed out")), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
