import { constants, performServerHandshake } from "node:http2";
import type { Duplex } from "node:stream";
import { bytesOnly } from "./egress-connect.ts";
import { createEgressProxy } from "./egress.ts";
import type { DecideOptions } from "./egress-decide.ts";

/** Connections that one command may have open at a time; more are refused, not queued without end. */
const streamsMax = 256;
/** Bytes that may be on their way into one connection before the reader has taken them. */
const windowBytes = 1_048_576;
/** Megabytes of one command's connections that are held in our memory. */
const memoryMegabytes = 64;

/** What the forwarder asks for once, before it starts the command: without an answer it starts nothing. */
const startPath = "/start";

/** The way out of one command. Disposing it cuts every connection and the pair. */
export interface OpenEgress extends Disposable {
  /** Takes our end of the socket pair that the command's forwarder holds the other end of. */
  carry: (pair: Duplex) => void;
  /** Whether the forwarder reported that it is ready, without which the command was not started. */
  started(): boolean;
}

/**
 * Speaks HTTP/2 over the socket pair with the forwarder inside: each connection that it accepted is one CONNECT stream of raw bytes, which
 * the proxy gets as it is. Whatever else is asked is refused. What breaks the protocol breaks the pair, and with it every connection.
 */
export function openEgress(options: DecideOptions): OpenEgress {
  const proxy = createEgressProxy(options);
  let isStarted = false;
  const cut: (() => void)[] = [() => proxy[Symbol.dispose]()];
  return {
    carry(pair) {
      const session = performServerHandshake(pair, {
        maxSessionMemory: memoryMegabytes,
        settings: { maxConcurrentStreams: streamsMax, initialWindowSize: windowBytes, enablePush: false },
      });
      cut.push(
        () => session.destroy(),
        () => pair.destroy(),
      );
      session.on("error", () => pair.destroy());
      session.on("close", () => pair.destroy());
      pair.on("error", () => session.destroy());
      session.on("stream", (stream, headers) => {
        stream.on("error", () => stream.destroy());
        if (headers[":method"] === "CONNECT") {
          stream.respond({ ":status": 200 });
          proxy.accept(bytesOnly(stream));
        } else if (headers[":path"] === startPath) {
          isStarted = true;
          stream.respond({ ":status": 200 }, { endStream: true });
        } else stream.close(constants.NGHTTP2_REFUSED_STREAM);
      });
    },
    started: () => isStarted,
    [Symbol.dispose]() {
      for (const end of cut) end();
    },
  };
}
