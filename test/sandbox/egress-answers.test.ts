import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { dial, get, only, openProxy } from "./proxy-room.ts";
import { openRoom, portOf, printed } from "./room.ts";

/** A server that answers every connection with these bytes. Out: its port, and what it was sent. */
async function rawServer(bytes: Buffer): Promise<{ port: number; heard: () => string }> {
  let heard = "";
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
      socket.end(bytes);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { port: portOf(server), heard: () => heard };
}

describe("a server that answers what Node does not write", () => {
  test.each<[string, string, number]>([
    ["a status that is none", "HTTP/1.1 000 X\r\nConnection: close\r\n\r\n", 502],
    ["a header in another alphabet", 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX: "\u00e9"\r\n\r\nabc', 200],
    [
      "a file name in another alphabet",
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Disposition: attachment; filename="\u00e9.tgz"\r\n\r\nabc',
      502,
    ],
  ])("%s costs that answer, and nothing else", async (_title, bytes, status) => {
    const upstream = await rawServer(Buffer.from(bytes, "latin1"));
    const { proxy } = openProxy({ egress: { rule: only("127.0.0.1") } });
    const seen = await get(proxy, `http://127.0.0.1:${upstream.port}/`).catch(() => ({ status: 502 }));
    expect(seen.status).toBe(status);
    const after = await rawServer(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    expect(await get(proxy, `http://127.0.0.1:${after.port}/`)).toMatchObject({ status: 200, body: "ok" });
  });
});

test.each([
  [
    "Transfer-Encoding",
    (body: string) => `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  ],
  [
    "a length that Connection names",
    (body: string) => `Connection: content-length\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ],
])("a body stays framed by %s, so that it is no second request for another host", async (_title, framed) => {
  const upstream = await rawServer(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  const { proxy } = openProxy({ egress: { rule: only("127.0.0.1") } });
  const host = `127.0.0.1:${upstream.port}`;
  const second = "GET /evil HTTP/1.1\r\nHost: other.example\r\n\r\n";
  const client = dial(proxy);
  client.write(`GET http://${host}/ok HTTP/1.1\r\nHost: ${host}\r\n${framed(second)}`);
  const [answered]: unknown[] = await once(client, "data");
  client.destroy();
  expect(String(answered)).toMatch(/^HTTP\/1.1 200 OK/);
  const [head = ""] = upstream.heard().split("\r\n\r\n", 1);
  expect(head).toMatch(/^GET \/ok HTTP\/1\.1\r\n/);
  expect(head).toMatch(/^(?:transfer-encoding: chunked|content-length: \d+)\r?$/im);
});

test("the command cannot open an inspector in the forwarder", async () => {
  await using room = await openRoom();
  const script = `for (const pid of require("fs").readdirSync("/proc")) if (/^\\d+$/.test(pid) && Number(pid) > 1 && Number(pid) !== process.pid) try { process.kill(Number(pid), "SIGUSR1") } catch {}
    const ask = (left) => setTimeout(() => require("net").connect(9229, "127.0.0.1").on("connect", () => { console.log("open"); process.exit() }).on("error", (e) => { if (left > 1) return ask(left - 1); console.log(e.code); process.exit() }), 300);
    ask(5)`;
  const egress = { rule: only("a.example") };
  expect(printed(await room.run({ egress }, ["node", "-e", script]))).toBe("ECONNREFUSED\n");
  // The twin: a Node that does not mind is opened by the same program.
  const victim = `node -e 'require("fs").writeFileSync("/tmp/up", ""); setTimeout(() => {}, 20000)'`;
  const mindless = `${victim} & while [ ! -e /tmp/up ]; do sleep 0.05; done; exec node -e '${script.replaceAll("'", "")}'`;
  expect(printed(await room.run({}, ["sh", "-c", mindless]))).toMatch(/open\n$/);
});
