import { afterAll, beforeAll, describe } from "vitest";
import { openBed, testCases } from "./bed.ts";
import { lines } from "./case.ts";
import type { Bed } from "./bed.ts";
import type { Case } from "./case.ts";

const script = (title: string, body: string[], expect: Case["expect"], more: Partial<Case> = {}): Case => ({
  title,
  run: ["node", "main.mjs"],
  expect,
  ...more,
  files: { "main.mjs": lines(...body), ...more.files },
});

const cases: Case[] = [
  script(
    "worker threads share memory and wait for each other",
    [
      'import { Worker } from "node:worker_threads";',
      "const shared = new Int32Array(new SharedArrayBuffer(4));",
      "const body = 'const { workerData } = require(\"node:worker_threads\"); Atomics.store(workerData, 0, 7); Atomics.notify(workerData, 0);';",
      "const workers = Array.from({ length: 4 }, () => new Worker(body, { eval: true, workerData: shared }));",
      "Atomics.wait(shared, 0, 0);",
      'await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve))));',
      "console.log(shared[0], workers.length);",
    ],
    "7 4",
  ),
  script(
    "child_process.fork talks to its child",
    [
      'import { fork } from "node:child_process";',
      'const child = fork("child.mjs");',
      'child.once("message", (said) => { console.log(said.twice); child.disconnect(); });',
      "child.send({ number: 21 });",
    ],
    "42",
    {
      files: {
        "child.mjs": 'process.once("message", ({ number }) => process.send({ twice: number * 2 }));\n',
      },
    },
  ),
  script(
    "exec, execFile and spawnSync start shells and programs",
    [
      'import { exec, execFileSync, spawnSync } from "node:child_process";',
      'const out = await new Promise((resolve) => exec("echo $((6*7)) | cat", (_error, stdout) => resolve(stdout.trim())));',
      'console.log(out, execFileSync("uname", { encoding: "utf8" }).trim(), spawnSync("sh", ["-c", "exit 3"]).status);',
    ],
    "42 Linux 3",
  ),
  script(
    "a cluster of two answers on one port",
    [
      'import cluster from "node:cluster";',
      'import { createServer } from "node:http";',
      "if (cluster.isPrimary) {",
      "  const workers = [cluster.fork(), cluster.fork()];",
      '  const ports = await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("listening", ({ port }) => resolve(port)))));',
      "  console.log(ports[0] === ports[1], await (await fetch(`http://127.0.0.1:${ports[0]}`)).text());",
      "  for (const worker of workers) worker.kill();",
      '} else createServer((_request, response) => response.end("answered")).listen(0, "127.0.0.1");',
    ],
    "true answered",
  ),
  ...["127.0.0.1", "::1", "localhost"].map((host) =>
    script(
      `an HTTP server listens on ${host} and is fetched by that name`,
      [
        'import { createServer } from "node:http";',
        'const server = createServer((_request, response) => response.end("hello"));',
        `server.listen(0, ${JSON.stringify(host)}, async () => {`,
        `  const at = new URL("http://${host.includes(":") ? `[${host}]` : host}"); at.port = server.address().port;`,
        '  console.log(await (await fetch(at, { headers: { connection: "close" } })).text());',
        "  server.close();",
        "});",
      ],
      "hello",
    ),
  ),
  script(
    "a server on a UNIX socket and one on an abstract name answer",
    [
      'import { createServer, connect } from "node:net";',
      'for (const path of ["/tmp/compat.sock", "\\0compat"]) {',
      '  const server = createServer((socket) => socket.end("hi"));',
      "  await new Promise((resolve) => server.listen(path, resolve));",
      '  await new Promise((resolve) => connect(path).on("data", (data) => console.log(String(data))).on("close", resolve));',
      "  server.close();",
      "}",
    ],
    "hi\nhi",
  ),
  script(
    "UDP between two sockets of the same sandbox",
    [
      'import { createSocket } from "node:dgram";',
      'const [one, two] = [createSocket("udp4"), createSocket("udp4")];',
      'one.on("message", (data) => { console.log(String(data)); one.close(); two.close(); });',
      'one.bind(0, "127.0.0.1", () => two.send("ping", one.address().port, "127.0.0.1"));',
    ],
    "ping",
  ),
  script(
    "os tells the loopback interface, the user and the machine",
    [
      'import os from "node:os";',
      'import { lookup } from "node:dns/promises";',
      "const { username, homedir } = os.userInfo();",
      "console.log(os.networkInterfaces().lo[0].address, username, homedir, os.hostname());",
      "console.log(os.cpus().length > 0, os.availableParallelism() > 0, os.totalmem() > 0, os.loadavg().length, os.tmpdir());",
      'console.log((await lookup("localhost", { family: 4 })).address);',
    ],
    "127.0.0.1 agent /tmp/home airlock\ntrue true true 3 /tmp\n127.0.0.1",
  ),
  script(
    "fs.watch tells of changes in /tmp",
    [
      'import { mkdtempSync, watch, writeFileSync } from "node:fs";',
      'const directory = mkdtempSync("/tmp/watch-");',
      "const watcher = watch(directory, (_event, name) => { console.log(name); watcher.close(); });",
      "writeFileSync(`${directory}/new`, '');",
    ],
    "new",
  ),
  script(
    "fs.watch tells of changes deep in the workspace",
    [
      'import { mkdirSync, watch, writeFileSync } from "node:fs";',
      'mkdirSync("a/b", { recursive: true });',
      'const watcher = watch(".", { recursive: true }, (_event, name) => { console.log(name); watcher.close(); });',
      'writeFileSync("a/b/new", "");',
    ],
    "a/b/new",
    { mode: "workspace-write" },
  ),
  script(
    "files: links, renamed directories, permissions, times, copies",
    [
      'import fs from "node:fs";',
      'fs.mkdirSync("one/two", { recursive: true }); fs.writeFileSync("one/two/file", "x", { mode: 0o640 });',
      'fs.symlinkSync("one/two/file", "link"); fs.linkSync("one/two/file", "hard"); fs.renameSync("one", "three");',
      'fs.cpSync("three", "copy", { recursive: true }); fs.chmodSync("hard", 0o755); fs.utimesSync("hard", 1, 1); fs.truncateSync("copy/two/file", 0);',
      'const { mode, mtimeMs, nlink } = fs.statSync("hard");',
      'console.log(fs.existsSync("link"), (mode & 0o777).toString(8), mtimeMs, nlink, fs.statSync("copy/two/file").size, fs.realpathSync("three/two"));',
      'fs.rmSync("three", { recursive: true });',
    ],
    "false 755 1000 2 0 /workspace/repo/three/two",
    { mode: "workspace-write" },
  ),
  script(
    "a tree of 300 levels is made, walked and removed",
    [
      'import fs from "node:fs";',
      'const deep = Array.from({ length: 300 }, () => "d").join("/");',
      'fs.mkdirSync(deep, { recursive: true }); fs.writeFileSync(`${deep}/file`, "");',
      'console.log(fs.readdirSync(".", { recursive: true }).filter((name) => name.startsWith("d")).length);',
      'fs.rmSync("d", { recursive: true });',
    ],
    "301",
    { mode: "workspace-write" },
  ),
  script(
    "WebAssembly is compiled and called, with memory that grows",
    [
      "const bytes = new Uint8Array([0,97,115,109,1,0,0,0,1,7,1,96,2,127,127,1,127,3,2,1,0,7,7,1,3,97,100,100,0,0,10,9,1,7,0,32,0,32,1,106,11]);",
      "const { instance } = await WebAssembly.instantiate(bytes);",
      "const memory = new WebAssembly.Memory({ initial: 1, maximum: 100 });",
      "memory.grow(50);",
      "console.log(instance.exports.add(40, 2), memory.buffer.byteLength / 65536);",
    ],
    "42 51",
  ),
  script(
    "ICU, time zones and crypto are whole",
    [
      'import { createHash, generateKeyPairSync, randomUUID } from "node:crypto";',
      'const at = new Date("2026-01-01T00:00:00Z");',
      'console.log(new Intl.NumberFormat("de-DE").format(1234.5), at.toLocaleString("sv-SE", { timeZone: "America/New_York" }));',
      'console.log(createHash("sha256").update("").digest("hex").slice(0, 8), generateKeyPairSync("ed25519").privateKey.type, randomUUID().length);',
      "console.log(Intl.DateTimeFormat().resolvedOptions().timeZone, at.getTimezoneOffset());",
    ],
    "1.234,5 2025-12-31 19:00:00\ne3b0c442 private 36\nUTC 0",
  ),
  script(
    "the in-process inspector answers and takes a coverage",
    [
      'import { Session } from "node:inspector/promises";',
      "const session = new Session();",
      "session.connect();",
      'await session.post("Profiler.enable");',
      'await session.post("Profiler.startPreciseCoverage", { callCount: true });',
      'const { result } = await session.post("Runtime.evaluate", { expression: "6*7" });',
      'console.log(result.value, (await session.post("Profiler.takePreciseCoverage")).result.length > 0);',
    ],
    "42 true",
  ),
  script(
    "a debugger of Node's own kind listens on loopback",
    [
      'import inspector from "node:inspector";',
      'inspector.open(0, "127.0.0.1");',
      "const at = new URL(inspector.url());",
      "console.log((await (await fetch(`http://${at.host}/json/version`)).json())['Protocol-Version']);",
      "process.exit();",
    ],
    "1.1",
  ),
  script(
    "signals come and are handled; a child's death by one is told",
    [
      'import { spawn } from "node:child_process";',
      'process.once("SIGUSR2", () => console.log("usr2"));',
      'process.kill(process.pid, "SIGUSR2");',
      'const child = spawn("sleep", ["60"]);',
      'child.once("exit", (_code, signal) => console.log(signal));',
      'child.once("spawn", () => child.kill("SIGTERM"));',
    ],
    /^(usr2\nSIGTERM|SIGTERM\nusr2)$/,
  ),
  script(
    "eight megabytes of output arrive and are counted, cut in the middle",
    ['process.stdout.write(`begin${"x".repeat(8 * 1024 * 1024)}end`);'],
    /^beginx+[^]*x+end$/,
  ),
  script(
    "a request to the outside fails at once and says so",
    [
      'for (const at of ["http://192.0.2.1/", "https://example.com/"])',
      "  await fetch(at).catch((error) => console.log(error.cause.code));",
    ],
    /^ENETUNREACH\nEAI_AGAIN$/,
  ),
  {
    title: "types are stripped from TypeScript, and a source map is followed",
    files: { "main.ts": "const sum = (a: number, b: number): number => a + b;\nconsole.log(sum(40, 2));\n" },
    run: ["node", "--enable-source-maps", "main.ts"],
    expect: "42",
  },
  {
    title: "node --test runs files in processes of their own and counts",
    files: {
      "test/a.test.mjs": 'import { test } from "node:test"; test("a", () => {});\n',
      "test/b.test.mjs": 'import { test } from "node:test"; test("b", () => {});\n',
    },
    run: ["node", "--test", "--test-reporter=tap"],
    expect: /^# pass 2$/m,
  },
  {
    title: "node --watch starts and the compile cache goes to /tmp",
    files: {
      "main.mjs":
        'import { enableCompileCache } from "node:module"; console.log(enableCompileCache("/tmp/cache").status); process.kill(process.ppid);\n',
    },
    run: "node --watch main.mjs || true",
    expect: "1",
  },
];

describe("node", () => {
  let bed: Bed;
  beforeAll(async () => void (bed = await openBed(cases)));
  afterAll(() => bed[Symbol.dispose]());
  testCases(cases, () => bed);
});
