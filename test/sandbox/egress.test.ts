import { once } from "node:events";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { rmSync } from "node:fs";
import { lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openEgressProxy } from "../../sandbox/egress.ts";
import { openDirectory, openRoom, portOf, printed } from "./room.ts";
import type { IncomingMessage, Server } from "node:http";
import type { EgressOptions } from "../../sandbox/egress.ts";
import type { Egress } from "../../sandbox/sandbox.ts";

let dir: string;
let site: Server;
let port: number;
beforeAll(async () => {
  dir = await openDirectory();
  site = createServer((req, res) =>
    res.setHeader("x-seen", JSON.stringify(req.headers)).end(`${req.method} ${req.url}`),
  ).listen(0, "127.0.0.1");
  await once(site, "listening");
  port = portOf(site);
});
afterAll(() => {
  site.close();
  rmSync(dir, { recursive: true, force: true });
});

const only =
  (host: string): Egress["rule"] =>
  (asked) =>
    asked === host ? { kind: "allow" } : { kind: "deny", reason: "not listed" };
let count = 0;

async function open(options: Partial<EgressOptions> & { egress: Egress }) {
  const decisions: string[] = [];
  const resolved: string[] = [];
  const proxy = await openEgressProxy({
    socketPath: join(dir, `s${(count += 1)}`),
    resolve: async (name) => {
      resolved.push(name);
      return options.resolve?.(name) ?? [];
    },
    ownAddresses: options.ownAddresses ?? [],
    egress: {
      ...options.egress,
      onDecision: ({ host, port, allowed, reason }) => void decisions.push(`${host}:${port} ${allowed} ${reason}`),
    },
  });
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  return { proxy, decisions, resolved };
}

/** Sends raw bytes to the proxy and returns the first answer. */
async function say(socketPath: string, text: string): Promise<string> {
  const socket = connect(socketPath);
  socket.end(text);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

async function get(socketPath: string, url: string, headers: Record<string, string> = {}) {
  const asked = request({ socketPath, path: url, headers: { host: new URL(url).host, ...headers } }).end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once("response", resolve);
    asked.once("error", reject);
  });
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return {
    status: response.statusCode,
    reason: response.headers["x-airlock-egress"],
    seen: response.headers["x-seen"],
    body,
  };
}

describe("CONNECT", () => {
  test("an allowed address is connected, and bytes go both ways", async () => {
    const { proxy, decisions } = await open({ egress: { rule: only("127.0.0.1") } });
    const answer = await say(
      proxy.socketPath,
      `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 Connection Established\r\n\r\nHTTP\/1.1 200 OK[^]*GET \/a$/);
    expect(decisions).toEqual([`127.0.0.1:${port} true allowed-by-rule`]);
  });

  test.each([
    [
      "a host the rule does not know",
      "other.example:443",
      /^HTTP\/1.1 403 Refused\r\nX-Airlock-Egress: blocked-by-rule: not listed/,
      [],
    ],
    ["another spelling of another host", "EXAMPLE.com.evil.example:443", /403/, []],
    ["a name that leads to a private address", "example.com:443", /403[^]*blocked-private-address/, ["example.com"]],
    ["no authority", "/path", /400[^]*bad-authority/, []],
    ["user information", "a@example.com:443", /400/, []],
  ])("%s is refused, and a refused name never reaches a resolver", async (_title, authority, expected, asked) => {
    const { proxy, resolved } = await open({
      egress: { rule: only("example.com") },
      resolve: async () => ["10.0.0.5", "::ffff:127.0.0.1"],
    });
    expect(await say(proxy.socketPath, `CONNECT ${authority} HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(expected);
    expect(resolved).toEqual(asked);
  });

  test.each<[string, () => Promise<string[]>, RegExp]>([
    ["fails", () => Promise.reject(new Error("no")), /lookup-failed/],
    ["answers nothing", async () => [], /lookup-failed/],
    ["answers this machine's own address", async () => ["9.9.9.9"], /blocked-private-address/],
  ])("a lookup that %s is a refusal", async (_title, resolve, expected) => {
    const { proxy } = await open({ egress: { rule: only("example.com") }, resolve, ownAddresses: ["9.9.9.9"] });
    expect(await say(proxy.socketPath, "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")).toMatch(expected);
  });

  test("a rule that throws is a refusal", async () => {
    const { proxy } = await open({
      egress: {
        rule: () => {
          throw new Error("bug");
        },
      },
    });
    expect(await say(proxy.socketPath, "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")).toMatch(
      /403[^]*the rule failed/,
    );
  });

  test("disposing cuts open connections", async () => {
    const { proxy } = await open({ egress: { rule: only("127.0.0.1") } });
    const socket = connect(proxy.socketPath);
    socket.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, "data");
    const closed = once(socket, "close");
    await proxy[Symbol.asyncDispose]();
    await closed;
  });
});

describe("plain HTTP", () => {
  test("an allowed request goes through without what belongs to the proxy", async () => {
    const { proxy } = await open({ egress: { rule: only("127.0.0.1") } });
    const answer = await get(proxy.socketPath, `http://127.0.0.1:${port}/a?b`, {
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
    const { proxy } = await open({ egress: { rule: only("127.0.0.1") } });
    const { url, headers } = make();
    expect((await get(proxy.socketPath, url, headers)).status).toBe(status);
  });

  test("origin form and upgrades are refused", async () => {
    const { proxy } = await open({ egress: { rule: only("127.0.0.1") } });
    expect(await say(proxy.socketPath, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).toMatch(/ 400 /);
    expect(
      await say(
        proxy.socketPath,
        `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n`,
      ),
    ).toMatch(/ 501 /);
  });
});

test("a directory deeper than a socket's path may be is no obstacle", async () => {
  const deep = join(dir, "d".repeat(90), "e".repeat(90));
  await mkdir(deep, { recursive: true });
  await using proxy = await openEgressProxy({
    socketPath: join(deep, "s"),
    egress: { rule: only("") },
    resolve: async () => [],
    ownAddresses: [],
  });
  expect((await lstat(proxy.socketPath)).isSocket()).toBe(true);
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
  const { proxy, decisions } = await open({ egress: { rule: () => ({ kind: "allow" }) } });
  for (const host of ["169.254.169.254", "0xa9fea9fe", "[::ffff:169.254.169.254]"]) {
    expect(await say(proxy.socketPath, `CONNECT ${host}:80 HTTP/1.1\r\nHost: ${host}:80\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 403/,
    );
  }
  expect(await say(proxy.socketPath, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(
    /^HTTP\/1.1 200/,
  );
  expect(decisions).toEqual([
    "169.254.169.254:80 false blocked-metadata-address",
    "169.254.169.254:80 false blocked-metadata-address",
    "::ffff:a9fe:a9fe:80 false blocked-metadata-address",
    `127.0.0.1:${port} true allowed-by-rule`,
  ]);
});
