import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { chmodSync, closeSync, openSync } from "node:fs";
import { createServer } from "node:net";
import type { ListenOptions, Server } from "node:net";
import { internetAddress, unixAddress } from "./attempts.ts";
import type { Connection } from "./attempts.ts";

/** What the host listens on while the self-test runs: each a way out that must not exist. */
export interface Listeners extends AsyncDisposable {
  /** What to try inside; `dns` and `ipv6` are addresses that no machine has. */
  connections: readonly Connection[];
  /** Names of the listeners that were reached so far. */
  reached(): string[];
}

/** The name of the socket file in the workspace. */
export const socketFile = "host.sock";

/** Listens on TCP, UDP, IPv6 (where the host has it), an abstract name and a socket file in the workspace. */
export async function openListeners(workspace: string): Promise<Listeners> {
  const reached = new Set<string>();
  const servers: Server[] = [];
  const listen = async (name: string, options: ListenOptions): Promise<number> => {
    const server = createServer((socket) => {
      reached.add(name);
      socket.destroy();
    });
    server.listen(options);
    await once(server, "listening");
    servers.push(server);
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  };
  // Through the descriptor, because the path of a socket may have 107 bytes at most.
  const directory = openSync(workspace, "r");
  const udp = createSocket("udp4", () => reached.add("udp"));
  const abstract = `\0airlock-${randomUUID()}`;
  const tcpPort = await listen("tcp", { port: 0, host: "127.0.0.1" });
  const tcp6Port = await listen("tcp6", { port: 0, host: "::1" }).catch(() => tcpPort);
  await listen("abstract", { path: abstract });
  await listen("file", { path: `/proc/self/fd/${directory}/${socketFile}` });
  chmodSync(`/proc/self/fd/${directory}/${socketFile}`, 0o777);
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  const local = [127, 0, 0, 1];
  const local6 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  return {
    connections: [
      { label: "tcp", family: 2, type: "stream", address: internetAddress(2, tcpPort, local) },
      { label: "udp", family: 2, type: "datagram", address: internetAddress(2, udp.address().port, local) },
      // 192.0.2.0/24 and 2001:db8::/32 are kept for documentation.
      { label: "dns", family: 2, type: "datagram", address: internetAddress(2, 53, [192, 0, 2, 53]) },
      { label: "tcp6", family: 10, type: "stream", address: internetAddress(10, tcp6Port, local6) },
      {
        label: "ipv6",
        family: 10,
        type: "stream",
        address: internetAddress(10, 443, [0x20, 0x01, 0x0d, 0xb8, ...local6.slice(4)]),
      },
      { label: "abstract", family: 1, type: "stream", address: unixAddress(abstract) },
      { label: "file", family: 1, type: "stream", address: unixAddress(socketFile) },
    ],
    reached: () => [...reached].sort(),
    async [Symbol.asyncDispose]() {
      udp.close();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      closeSync(directory);
    },
  };
}
