import { once } from "node:events";
import { createServer } from "node:http";
import { duplexPair } from "node:stream";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { dial, get, only, openProxy, openSite, say } from "./proxy-room.ts";
import { openRoom, portOf, printed } from "./room.ts";
import type { Socket } from "node:net";
import type { Egress } from "../../sandbox/sandbox.ts";

const site = openSite();
let port: number;
beforeAll(() => {
  port = portOf(site);
});

describe("CONNECT", () => {
  test("an allowed address is connected, and bytes go both ways", async () => {
    const { proxy, decisions } = openProxy({ egress: { rule: only("127.0.0.1") } });
    const answer = await say(
      proxy,
      `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 Connection Established\r\n\r\nHTTP\/1.1 200 OK[^]*GET \/a$/);
    expect(decisions).toEqual([`CONNECT 127.0.0.1:${port} allowed`]);
  });

  test.each([
    [
      "a host the rule does not know",
      "other.example:443",
      /^HTTP\/1.1 403 Refused\r\nX-Airlock-Egress: blocked-by-allowlist\r\n[^]*\r\n\r\nblocked-by-allowlist: not listed\n$/,
      [],
    ],
    ["another spelling of another host", "EXAMPLE.com.evil.example:443", /403/, []],
    [
      "a name that leads to a private address",
      "example.com:443",
      /403[^]*blocked-by-policy: the name leads to a private address/,
      ["example.com"],
    ],
    ["no authority", "/path", /400[^]*blocked-by-policy: no host and port/, []],
    ["user information", "a@example.com:443", /400/, []],
  ])("%s is refused, and a refused name never reaches a resolver", async (_title, authority, expected, asked) => {
    const { proxy, resolved } = openProxy({
      egress: { rule: only("example.com") },
      resolve: async () => ["10.0.0.5", "::ffff:127.0.0.1"],
    });
    expect(await say(proxy, `CONNECT ${authority} HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(expected);
    expect(resolved).toEqual(asked);
  });

  test.each<[string, () => Promise<string[]>, RegExp]>([
    ["fails", () => Promise.reject(new Error("no")), /403[^]*the name is not known/],
    ["answers nothing", async () => [], /403[^]*the name is not known/],
    ["answers this machine's own address", async () => ["9.9.9.9"], /403[^]*leads to a private address/],
  ])("a lookup that %s is a refusal", async (_title, resolve, expected) => {
    const { proxy } = openProxy({ egress: { rule: only("example.com") }, resolve, ownAddresses: ["9.9.9.9"] });
    expect(await say(proxy, "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")).toMatch(expected);
  });

  test("a rule that throws is a refusal", async () => {
    const { proxy } = openProxy({
      egress: {
        rule: () => {
          throw new Error("bug");
        },
      },
    });
    expect(await say(proxy, "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")).toMatch(/403[^]*the rule failed/);
  });

  test("disposing cuts open connections", async () => {
    const { proxy } = openProxy({ egress: { rule: only("127.0.0.1") } });
    const [inside, outside] = duplexPair();
    proxy.accept(outside);
    inside.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const reached = new Promise<Socket>((resolve) => site.once("connection", resolve));
    const [socket] = await Promise.all([reached, once(inside, "data")]);
    expect([outside.destroyed, socket.destroyed]).toEqual([false, false]);
    proxy[Symbol.dispose]();
    await once(socket, "close");
    expect(outside.destroyed).toBe(true);
  });
});

describe("plain HTTP", () => {
  test("an allowed request goes through without what belongs to the proxy", async () => {
    const { proxy } = openProxy({ egress: { rule: only("127.0.0.1") } });
    const answer = await get(proxy, `http://127.0.0.1:${port}/a?b`, {
      "proxy-authorization": "Basic x",
      connection: "x-hop",
      "x-hop": "1",
      accept: "a",
    });
    expect({ ...answer, seen: JSON.parse(String(answer.seen)) as unknown }).toEqual({
      status: 200,
      reason: undefined,
      body: "GET /a?b",
      seen: { accept: "a", host: `127.0.0.1:${port}`, connection: "close" },
    });
  });

  test.each([
    ["a host the rule does not know", () => ({ url: "http://other.example/", headers: {} }), 403],
    [
      "a Host header that names another",
      () => ({ url: `http://127.0.0.1:${port}/`, headers: { host: "other.example" } }),
      400,
    ],
    ["https in absolute form", () => ({ url: `https://127.0.0.1:${port}/`, headers: {} }), 400],
    ["user information", () => ({ url: `http://a:b@127.0.0.1:${port}/`, headers: {} }), 400],
  ])("%s is refused", async (_title, make, status) => {
    const { proxy } = openProxy({ egress: { rule: only("127.0.0.1") } });
    const { url, headers } = make();
    expect((await get(proxy, url, headers)).status).toBe(status);
  });

  test("origin form and upgrades are refused", async () => {
    const { proxy } = openProxy({ egress: { rule: only("127.0.0.1") } });
    expect(await say(proxy, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).toMatch(/ 400 /);
    expect(
      await say(
        proxy,
        `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n`,
      ),
    ).toMatch(/ 403 [^]*blocked-by-method-policy/);
  });
});

describe("inside the sandbox", () => {
  const fetchAll = `for (const url of process.argv.slice(1)) await fetch(url, { method: "POST", body: "x" }).then(async (r) => console.log(r.status, await r.text()), (e) => console.log("failed", typeof e.cause?.code === "string" ? e.cause.code : "by the proxy"))`;
  const words = (...urls: string[]) => ["node", "--input-type=module", "-e", fetchAll, ...urls];

  test("only what the rule lists is reached; without egress nothing is; past the proxy nothing is", async () => {
    await using room = await openRoom();
    const urls = [`http://127.0.0.1:${port}/a`, "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data"];
    const egress: Egress = { rule: only("127.0.0.1") };
    const asked = await room.run({ egress, env: { NO_PROXY: "", no_proxy: "" } }, words(...urls));
    expect(printed(asked)).toBe("200 POST /a\nfailed by the proxy\nfailed by the proxy\n");
    expect(printed(await room.run({}, words(...urls)))).toBe(
      "failed ECONNREFUSED\nfailed ENETUNREACH\nfailed ENETUNREACH\n",
    );
    const past = await room.run({ egress }, [
      "env",
      "-u",
      "NODE_USE_ENV_PROXY",
      "-u",
      "HTTP_PROXY",
      "-u",
      "http_proxy",
      ...words(...urls),
    ]);
    expect(printed(past)).toBe("failed ECONNREFUSED\nfailed ENETUNREACH\nfailed ENETUNREACH\n");
  });

  test("exit codes and signals of the command come through the forwarder", async () => {
    await using room = await openRoom();
    const egress: Egress = { rule: only("none") };
    expect(await room.run({ egress }, ["/bin/sh", "-c", "exit 7"])).toMatchObject({ kind: "exited", exitCode: 7 });
    expect(await room.run({ egress }, ["/bin/sh", "-c", "kill -9 $$"])).toMatchObject({ kind: "signalled", signal: 9 });
    expect(await room.run({ egress }, ["no-such-program"])).toMatchObject({ kind: "exited", exitCode: 127 });
  });

  test("egress without a node inside is refused, not run without a proxy", async () => {
    await using room = await openRoom({ toolchain: null });
    await expect(room.run({ egress: { rule: only("x") } }, ["true"])).rejects.toThrow(/needs a Node/);
  });
});

test("a rule that names a metadata service opens nothing, in no spelling; one that names loopback does", async () => {
  const { proxy, decisions } = openProxy({ egress: { rule: () => ({ kind: "allow" }) } });
  for (const host of ["169.254.169.254", "0xa9fea9fe", "[::ffff:169.254.169.254]"]) {
    expect(await say(proxy, `CONNECT ${host}:80 HTTP/1.1\r\nHost: ${host}:80\r\n\r\n`)).toMatch(/^HTTP\/1.1 403/);
  }
  expect(await say(proxy, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(/^HTTP\/1.1 200/);
  expect(decisions).toEqual([
    "CONNECT 169.254.169.254:80 blocked-by-policy: this address is opened by no rule",
    "CONNECT 169.254.169.254:80 blocked-by-policy: this address is opened by no rule",
    "CONNECT ::ffff:a9fe:a9fe:80 blocked-by-policy: this address is opened by no rule",
    `CONNECT 127.0.0.1:${port} allowed`,
  ]);
});

describe("plain HTTP in a tunnel to port 80", () => {
  const inTunnel = (request_: string) => `CONNECT localhost:80 HTTP/1.1\r\nHost: x\r\n\r\n${request_}`;

  test.each([
    [
      "another Host",
      "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
      "GET localhost:80 blocked-by-policy: another Host",
    ],
    [
      "two Hosts",
      "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
      "GET localhost:80 blocked-by-policy: another Host",
    ],
    [
      "an absolute address",
      "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET localhost:80 blocked-by-policy: another Host",
    ],
    ["TRACE", "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", "TRACE localhost:80 blocked-by-method-policy"],
  ])("%s is refused", async (_title, text, decision) => {
    const { proxy, decisions } = openProxy({ egress: { rule: only("localhost") } });
    expect(await say(proxy, inTunnel(text))).toMatch(/200 Connection Established\r\n\r\nHTTP\/1.1 40[03] /);
    expect(decisions).toEqual(["CONNECT localhost:80 allowed", decision]);
  });

  test("the twin: the right Host passes, to a port on which nobody listens here", async () => {
    const { proxy, decisions } = openProxy({ egress: { rule: only("localhost") } });
    const socket = dial(proxy);
    socket.write(inTunnel("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    let heard = "";
    for await (const chunk of socket) heard += String(chunk);
    expect(heard).toMatch(/200 Connection Established[^]* 502 /);
    expect(decisions).toEqual(["CONNECT localhost:80 allowed"]);
  });
});

test("a redirect from an allowed host to another is a second request, and that one is refused", async () => {
  const redirecting = createServer((_request, response) =>
    response.writeHead(302, { location: "http://denied.example/" }).end(),
  ).listen(0, "127.0.0.1");
  await once(redirecting, "listening");
  onTestFinished(() => void redirecting.close());
  const { proxy, decisions } = openProxy({ egress: { rule: only("127.0.0.1") } });
  const at = portOf(redirecting);
  expect((await get(proxy, `http://127.0.0.1:${at}/`)).status).toBe(302);
  expect((await get(proxy, "http://denied.example/")).status).toBe(403);
  expect(decisions).toEqual([`GET 127.0.0.1:${at} allowed`, "GET denied.example:80 blocked-by-allowlist: not listed"]);
});

test("SOCKS is not spoken", async () => {
  const { proxy, decisions } = openProxy({ egress: { rule: () => ({ kind: "allow" }) } });
  const [inside, outside] = duplexPair();
  proxy.accept(outside);
  const closed = once(outside, "close");
  inside.write(Buffer.from([5, 1, 0]));
  inside.write(Buffer.from([5, 1, 0, 3, 1, 97, 0, 80]));
  await closed;
  expect(decisions).toEqual([]);
});
