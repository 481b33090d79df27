import { once } from "node:events";
import { connect } from "node:net";
import { withTimeout } from "./egress-decide.ts";
import { readClientHello } from "./client-hello.ts";
import { isLiteral } from "./authority.ts";
import { duplexPair } from "node:stream";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Target } from "./authority.ts";
import type { ClientHello } from "./client-hello.ts";

/** Milliseconds for one connection attempt, and for the first words of a client on a TLS port. */
const connectMs = 10_000;
const helloMs = 10_000;
const tlsPort = 443;

/** The first address that answers, or null. Only these addresses are tried: nothing is looked up here. */
export async function connectFirst(addresses: readonly string[], port: number): Promise<Socket | null> {
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

/**
 * Joins the two ends of a tunnel, in which the client must speak TLS to the very host that was allowed: always on port 443, elsewhere
 * when it begins with TLS. `head` is what the client sent already. What is said inside TLS is not seen.
 * Out: null, or why the tunnel was closed instead.
 */
export async function joinTunnel(
  { host, port }: Target,
  { client, head, upstream }: { client: Duplex; head: Buffer; upstream: Duplex },
): Promise<string | null> {
  // A server of another protocol may speak first.
  if (port !== tlsPort) flow(upstream, client);
  const { bytes, hello } = await firstWords(client, head, port === tlsPort ? helloMs : null);
  const bad = unfit(hello, host, port);
  if (bad !== null) {
    client.destroy();
    upstream.destroy();
    return bad;
  }
  if (port === tlsPort) flow(upstream, client);
  upstream.write(bytes);
  flow(client, upstream);
  return null;
}

function unfit(hello: ClientHello, host: string, port: number): string | null {
  switch (hello.kind) {
    case "broken":
      return "its TLS cannot be read";
    case "not-tls":
    case "incomplete":
      return port === tlsPort ? "it does not speak TLS on the TLS port" : null;
    case "hello":
      // An address is no server name (RFC 6066 §3), so a client that asks for one sends none.
      if (hello.serverName === null) return isLiteral(host) ? null : "its TLS names no host";
      return hello.serverName === host ? null : "its TLS names another host";
  }
}

/** What the client says first, until it can be told what that is, it ends, or the time (milliseconds; null: any) is over. */
function firstWords(client: Duplex, head: Buffer, ms: number | null): Promise<{ bytes: Buffer; hello: ClientHello }> {
  return new Promise((resolve) => {
    let bytes = head;
    const settle = () => {
      clearTimeout(timer);
      client.off("data", onData).off("end", settle).off("close", settle);
      client.pause();
      resolve({ bytes, hello: readClientHello(bytes) });
    };
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (readClientHello(bytes).kind !== "incomplete") settle();
    };
    const timer = ms === null ? undefined : setTimeout(settle, ms);
    if (readClientHello(bytes).kind !== "incomplete" || client.readableEnded || client.destroyed) return settle();
    client.on("data", onData).on("end", settle).on("close", settle).resume();
  });
}

/** Everything from one side to the other. A side that breaks breaks both; one that ends lets the other finish what it was given. */
export function flow(from: Duplex, to: Duplex): void {
  from.pipe(to);
  from.on("error", () => to.destroy());
  from.on("close", () => {
    if (!from.readableEnded) to.destroy();
  });
}

/**
 * The same connection with a buffer of our own in between, for a reader that writes texts. A stream of Node's http2 (24.21) sends
 * freed memory in the place of a text that is written to it, so it is only ever given bytes.
 * `head` is what was read from the connection already.
 */
export function bytesOnly(connection: Duplex, head: Buffer = Buffer.alloc(0)): Duplex {
  const [near, far] = duplexPair();
  near.write(head);
  far.once("close", () => {
    if (!near.readableEnded) near.destroy();
  });
  flow(connection, near);
  flow(near, connection);
  return far;
}
