import { once } from "node:events";
import { createServer } from "node:net";
import { duplexPair } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { joinTunnel } from "../../sandbox/egress-connect.ts";
import { extension, helloOf, recordsOf, serverName } from "./made-hello.ts";
import { connectTo, dial, only, openProxy, say } from "./proxy-room.ts";
import { portOf } from "./room.ts";

describe("what is said on the TLS port, and wherever a tunnel begins with TLS", () => {
  /** A server that only counts what reaches it. */
  async function sink() {
    const received: Buffer[] = [];
    const server = createServer((socket) => socket.on("data", (chunk) => received.push(chunk)).on("error", () => {}));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return { port: portOf(server), received: () => Buffer.concat(received) };
  }

  test.each<[string, Buffer, string | null]>([
    ["the allowed host", recordsOf(helloOf([serverName("localhost")])), null],
    ["the allowed host in capitals, in small records", recordsOf(helloOf([serverName("LocalHost")]), 30), null],
    ["no TLS at all, where another port was listed", Buffer.from("SSH-2.0-x\r\n"), null],
    ["another host", recordsOf(helloOf([serverName("evil.example")])), "its TLS names another host"],
    ["a host below the allowed one", recordsOf(helloOf([serverName("a.localhost")])), "its TLS names another host"],
    [
      "another outer host of Encrypted Client Hello",
      recordsOf(helloOf([extension(0xfe0d, Buffer.alloc(99)), serverName("front.example")])),
      "its TLS names another host",
    ],
    ["a hello that does not add up", recordsOf(Buffer.from([2, 0, 0, 0])), "its TLS cannot be read"],
  ])("a tunnel that begins with %s", async (_title, bytes, closed) => {
    const server = await sink();
    const { proxy, decisions } = openProxy({ egress: { rule: only("localhost") } });
    const answer = await say(proxy, Buffer.concat([connectTo("localhost", server.port), bytes]));
    expect(answer).toBe("HTTP/1.1 200 Connection Established\r\n\r\n");
    expect(server.received().toString("hex")).toBe(closed === null ? bytes.toString("hex") : "");
    const allowed = `CONNECT localhost:${server.port} allowed`;
    expect(decisions).toEqual(
      closed === null ? [allowed] : [allowed, `CONNECT localhost:${server.port} blocked-by-policy: ${closed}`],
    );
  });

  test.each<[string, Buffer, string | null]>([
    ["TLS to the host", recordsOf(helloOf([serverName("a.example")])), null],
    ["plain text", Buffer.from("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), "it does not speak TLS on the TLS port"],
    ["half a hello", recordsOf(helloOf([])).subarray(0, 20), "it does not speak TLS on the TLS port"],
    ["TLS without a name", recordsOf(helloOf([])), "its TLS names no host"],
    ["TLS to another host", recordsOf(helloOf([serverName("b.example")])), "its TLS names another host"],
  ])("on port 443 %s", async (_title, bytes, closed) => {
    const [client, outside] = duplexPair();
    const [upstream, server] = duplexPair();
    const received: Buffer[] = [];
    server.on("data", (chunk: Buffer) => received.push(chunk));
    const joining = joinTunnel({ host: "a.example", port: 443 }, { client: outside, head: Buffer.alloc(0), upstream });
    client.end(bytes);
    expect(await joining).toBe(closed);
    expect([outside.destroyed, upstream.destroyed]).toEqual([closed !== null, closed !== null]);
    if (closed === null) await once(server, "end");
    expect(Buffer.concat(received).toString("hex")).toBe(closed === null ? bytes.toString("hex") : "");
  });

  test("an address is no server name: TLS to one that is listed names none", async () => {
    const server = await sink();
    const { proxy, decisions } = openProxy({ egress: { rule: only("127.0.0.1") } });
    await say(proxy, Buffer.concat([connectTo("127.0.0.1", server.port), recordsOf(helloOf([]))]));
    await say(
      proxy,
      Buffer.concat([connectTo("127.0.0.1", server.port), recordsOf(helloOf([serverName("a.example")]))]),
    );
    expect(decisions.map((line) => line.replace(/^\S+ \S+ /, ""))).toEqual([
      "allowed",
      "allowed",
      "blocked-by-policy: its TLS names another host",
    ]);
  });

  test("a server that speaks first is heard before the client says anything", async () => {
    const greeting = createServer((socket) => void socket.end("220 hello\r\n")).listen(0, "127.0.0.1");
    await once(greeting, "listening");
    onTestFinished(() => void greeting.close());
    const { proxy } = openProxy({ egress: { rule: only("localhost") } });
    const socket = dial(proxy);
    socket.write(connectTo("localhost", portOf(greeting)));
    let heard = "";
    for await (const chunk of socket) heard += String(chunk);
    expect(heard).toMatch(/220 hello\r\n$/);
  });
});
