import { once } from "node:events";
import { createServer } from "node:http";
import { connect, constants } from "node:http2";
import { connect as connectTcp, createServer as createTcpServer } from "node:net";
import { PassThrough, duplexPair } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { openEgress } from "../../sandbox/egress-link.ts";
import { limits, openRoom, portOf, printed } from "./room.ts";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Egress } from "../../sandbox/sandbox.ts";

const nothing: Egress = { rule: () => ({ kind: "deny", reason: "nothing is listed" }) };
const loopback: Egress = {
  rule: (host) => (host === "127.0.0.1" ? { kind: "allow" } : { kind: "deny", reason: "not listed" }),
};
const noExceptions = { NO_PROXY: "", no_proxy: "" };

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return portOf(server);
}

describe("what a command sees of the way out", () => {
  test("descriptors 0, 1 and 2 and no other, as without it", async () => {
    await using room = await openRoom();
    // The listing's own descriptor is the 3.
    const list = ["/bin/sh", "-c", "ls /proc/self/fd | tr '\\n' ' '"];
    expect(printed(await room.run({ egress: nothing }, list))).toBe("0 1 2 3 ");
    expect(printed(await room.run({}, list))).toBe("0 1 2 3 ");
  });

  test("no socket of the host in any path", async () => {
    await using room = await openRoom();
    const find = ["/bin/sh", "-c", "find / -xdev -type s 2>/dev/null; ls /run"];
    expect(printed(await room.run({ egress: nothing }, find))).toBe("");
  });

  test("proxy variables in both cases, with loopback as the only exception", async () => {
    await using room = await openRoom();
    const shown = printed(await room.run({ egress: nothing }, ["/bin/sh", "-c", "env | grep -i prox | sort"]));
    expect(String(shown).replaceAll(/127\.0\.0\.1:\d+$/gm, "127.0.0.1:PORT")).toMatchInlineSnapshot(`
      "ALL_PROXY=http://127.0.0.1:PORT
      HTTPS_PROXY=http://127.0.0.1:PORT
      HTTP_PROXY=http://127.0.0.1:PORT
      NODE_USE_ENV_PROXY=1
      NO_PROXY=localhost,127.0.0.1,::1
      YARN_HTTPS_PROXY=http://127.0.0.1:PORT
      YARN_HTTP_PROXY=http://127.0.0.1:PORT
      all_proxy=http://127.0.0.1:PORT
      http_proxy=http://127.0.0.1:PORT
      https_proxy=http://127.0.0.1:PORT
      no_proxy=localhost,127.0.0.1,::1
      npm_config_https_proxy=http://127.0.0.1:PORT
      npm_config_proxy=http://127.0.0.1:PORT
      "
    `);
  });
});

describe("the forwarder's end of the pair", () => {
  /** Finds the forwarder, which is the parent, and its sockets; tries all ways to get at one. */
  const take = `
    const fs = require("fs"), at = "/proc/" + process.ppid;
    const name = fs.readFileSync(at + "/cmdline", "utf8").split("\\0")[2];
    const sockets = fs.readdirSync(at + "/fd").filter((fd) => fs.readlinkSync(at + "/fd/" + fd).startsWith("socket:"));
    const codes = new Set(sockets.map((fd) => { try { fs.openSync(at + "/fd/" + fd, "r+"); return "opened" } catch (e) { return e.code } }));
    const mem = (() => { try { fs.openSync(at + "/mem", "r+"); return "opened" } catch (e) { return e.code } })();
    console.log(name, sockets.includes("6"), ...codes, mem)`;

  test("cannot be opened again by the command, nor can its memory be written", async () => {
    await using room = await openRoom();
    expect(printed(await room.run({ egress: nothing }, ["node", "-e", take]))).toBe(
      "/opt/airlock/forward.mjs true ENXIO EROFS\n",
    );
  });

  test("the twin: without the sandbox's read-only /proc the memory of a parent opens", async () => {
    await using room = await openRoom({
      weaken: (options) => options.filter(([name, at]) => !(name === "--remount-ro" && at === "/proc")),
    });
    expect(printed(await room.run({ egress: nothing }, ["node", "-e", take]))).toBe(
      "/opt/airlock/forward.mjs true ENXIO opened\n",
    );
  });

  /** ptrace(PTRACE_SEIZE), which stops nobody, then pidfd_open and pidfd_getfd. */
  const grab = `
import ctypes, os, errno, platform
call = ctypes.CDLL(None, use_errno=True).syscall
arm = platform.machine() == "aarch64"
parent = os.getppid()
def said(name, *words):
    result = call(*words)
    print(name, "worked" if result >= 0 else errno.errorcode[ctypes.get_errno()])
    return result
said("ptrace", 117 if arm else 101, 0x4206, parent, 0, 0)
pid = call(434, parent, 0)
said("pidfd_getfd", 438, pid, 6, 0)
`;

  test("cannot be taken by a system call", async () => {
    await using room = await openRoom();
    expect(printed(await room.run({ egress: nothing }, ["python3", "-c", grab]))).toBe(
      "ptrace EPERM\npidfd_getfd EPERM\n",
    );
  });

  test("the twin: without the filter they are refused by nobody", async () => {
    await using room = await openRoom({ weaken: (options) => options.filter(([name]) => name !== "--seccomp") });
    expect(printed(await room.run({ egress: nothing }, ["python3", "-c", grab]))).toBe(
      "ptrace worked\npidfd_getfd worked\n",
    );
  });
});

describe("a command through the forwarder is the same command", () => {
  test.each<[string, string[], object]>([
    ["exit code", ["/bin/sh", "-c", "exit 7"], { kind: "exited", exitCode: 7 }],
    ["signal", ["/bin/sh", "-c", "kill -9 $$"], { kind: "signalled", signal: 9 }],
    ["a signal that can be caught", ["/bin/sh", "-c", "kill -TERM $$"], { kind: "signalled", signal: 15 }],
    ["missing program", ["no-such-program"], { kind: "exited", exitCode: 127 }],
    ["a program that is no program", ["/etc/passwd"], { kind: "exited", exitCode: 126 }],
    ["directory that is not there", ["pwd"], { kind: "exited", exitCode: 125 }],
    ["words as they are", ["printf", "%s|", "a b", "$(x)", ""], { stdout: { text: "a b|$(x)||" } }],
    [
      "both outputs",
      ["/bin/sh", "-c", "echo out; echo err >&2"],
      { stdout: { text: "out\n" }, stderr: { text: "err\n" } },
    ],
    ["standard input", ["cat", "/dev/stdin"], { stdout: { text: "words" } }],
    ["the default of SIGPIPE", ["/bin/sh", "-c", "yes | head -1; trap"], { stdout: { text: "y\n" } }],
  ])("%s", async (title, argv, expected) => {
    await using room = await openRoom();
    const options = { stdin: "words", ...(title.startsWith("directory") ? { cwd: "/missing" } : {}) };
    for (const egress of [{}, { egress: nothing }])
      expect(await room.run(egress, argv, options)).toMatchObject(expected);
  });

  test("a streamed input, and the time-out", async () => {
    await using room = await openRoom();
    const source = new PassThrough();
    source.end("streamed");
    expect(printed(await room.run({ egress: nothing }, ["cat"], { stdin: source }))).toBe("streamed");
    const short = { ...limits, timeoutMs: 1_000 };
    expect(await room.run({ egress: nothing, limits: short }, ["sleep", "60"])).toMatchObject({ kind: "timed-out" });
  });
});

describe("without the pair there is no way out", () => {
  test("a forwarder that cannot start starts no command, and the sandbox says so", async () => {
    await using room = await openRoom();
    const profile = { egress: nothing, env: { NODE_OPTIONS: "--require /missing.cjs" }, ...room.writable("work") };
    await room.put("work", null);
    await expect(room.run(profile, ["/bin/sh", "-c", "echo ran > ran"])).rejects.toThrow(
      /way out of the sandbox could not be opened .*so the command was not started/,
    );
    expect(printed(await room.run(room.writable("work"), ["ls"]))).toBe("");
  });

  test("a command that ends its forwarder ends itself", async () => {
    await using room = await openRoom();
    const result = await room.run({ egress: nothing }, ["/bin/sh", "-c", "kill -9 $PPID; sleep 60; echo lived"]);
    expect(result).toMatchObject({ kind: "signalled", signal: 9, stdout: { text: "" } });
  });

  test("what is asked past a CONNECT is refused, and what is no HTTP/2 ends the pair", async () => {
    const [inside, outside] = duplexPair();
    using egress = openEgress({ egress: nothing, resolve: async () => [], ownAddresses: [] });
    egress.carry(outside);
    const session = connect("http://egress", { createConnection: () => inside });
    onTestFinished(() => session.destroy());
    session.on("error", () => undefined);
    const stream = session.request({ ":path": "/other" });
    stream.on("error", () => undefined);
    await new Promise((resolve) => stream.once("close", resolve));
    expect(stream.rstCode).toBe(constants.NGHTTP2_REFUSED_STREAM);
    expect(egress.started()).toBe(false);

    const listener = createTcpServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    onTestFinished(() => void listener.close());
    const arrived = new Promise<Socket>((resolve) => listener.once("connection", resolve));
    const noise = connectTcp(portOf(listener), "127.0.0.1");
    const end = await arrived;
    using other = openEgress({ egress: nothing, resolve: async () => [], ownAddresses: [] });
    other.carry(end);
    const closed = new Promise((resolve) => end.once("close", resolve));
    noise.write("GET / HTTP/1.1\r\n\r\n".repeat(10));
    await closed;
  });
});

test("many connections at once and large bodies go both ways unchanged", async () => {
  const at = await listening(createServer((request, response) => void request.pipe(response)));
  await using room = await openRoom();
  const many = `
    const { createHash } = require("crypto"), hash = (b) => createHash("sha256").update(b).digest("hex");
    const one = async (n) => {
      const body = Buffer.alloc(2_000_000, "line " + n + "\\n");
      const back = Buffer.from(await (await fetch("http://127.0.0.1:${at}/" + n, { method: "POST", body })).arrayBuffer());
      return hash(back) === hash(body);
    };
    Promise.all(Array.from({ length: 20 }, (_, n) => one(n))).then((all) => console.log(all.every(Boolean), all.length))`;
  expect(printed(await room.run({ egress: loopback, env: noExceptions }, ["node", "-e", many]))).toBe("true 20\n");
});

test("answers of plain HTTP arrive whole, head and body, each time", async () => {
  const at = await listening(createServer((request, response) => void response.end(request.url)));
  await using room = await openRoom();
  const loop = `for i in $(seq 30); do curl -sS -w ' %{http_code},' http://127.0.0.1:${at}/$i || exit 1; done`;
  expect(printed(await room.run({ egress: loopback, env: noExceptions }, ["/bin/sh", "-c", loop]))).toBe(
    Array.from({ length: 30 }, (_, index) => `/${index + 1} 200,`).join(""),
  );
});
