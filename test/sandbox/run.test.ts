import { existsSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SandboxError } from "../../sandbox/sandbox.ts";
import { commandLines } from "./processes.ts";
import { codeOf, limits, openRoom, printed } from "./room.ts";
import type { Room } from "./room.ts";

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room[Symbol.asyncDispose]());

const sh = (script: string, ...words: string[]) => ["/bin/sh", "-c", script, "sh", ...words];

describe("how a command ends", () => {
  test.each([
    ["its own exit code", sh("exit 3"), { kind: "exited", exitCode: 3 }],
    ["127 for a program that does not exist", ["no-such-program"], { kind: "exited", exitCode: 127 }],
    ["126 for a file that is no program", ["/etc/passwd"], { kind: "exited", exitCode: 126 }],
    ["126 for words longer than the kernel takes", ["echo", "x".repeat(200_000)], { kind: "exited", exitCode: 126 }],
    ["the signal that killed it", sh("kill -9 $$"), { kind: "signalled", signal: 9 }],
    ["a high exit code is no signal", sh("exit 255"), { kind: "exited", exitCode: 255 }],
  ])("%s", async (_title, argv, expected) => {
    expect(await room.run({}, argv)).toMatchObject(expected);
  });

  test("125 when the directory does not exist, with the shell's own words", async () => {
    const result = await room.run({}, ["pwd"], { cwd: "/nowhere" });
    expect(result).toMatchObject({ kind: "exited", exitCode: 125 });
    expect(result.stderr.text).toContain("/nowhere");
  });

  test("a time-out kills everything, grandchildren in a session of their own included", async () => {
    const marker = `/tmp/${"z".repeat(20)}`;
    const result = await room.run(
      { limits: { ...limits, timeoutMs: 300 } },
      sh(`setsid sh -c 'exec sleep 987651' & echo started > ${marker}; cat ${marker}; sleep 987652`),
    );
    expect(result).toMatchObject({ kind: "timed-out", stdout: { text: "started\n" } });
    expect(commandLines().join("\n")).not.toMatch(/98765[12]/);
  });

  test("a kill at any moment of the start leaves nothing behind", async () => {
    const early = Array.from({ length: 60 }, (_, index) => index % 12);
    for (const timeoutMs of early) {
      expect(await room.run({ limits: { ...limits, timeoutMs } }, ["sleep", "987655"])).toMatchObject({
        kind: "timed-out",
      });
    }
    expect(commandLines().join("\n")).not.toContain("987655");
  });

  test("an abort ends it as cancelled, also when it was aborted before the start", async () => {
    const abort = new AbortController();
    const running = room.run({}, ["sleep", "987653"], { signal: abort.signal, onOutput: () => undefined });
    setTimeout(() => abort.abort(), 100);
    expect(await running).toMatchObject({ kind: "cancelled" });
    expect(await room.run({}, ["true"], { signal: AbortSignal.abort() })).toMatchObject({ kind: "cancelled" });
    expect(commandLines().join("\n")).not.toContain("987653");
  });

  test("a background process is gone when the command returns", async () => {
    expect(printed(await room.run({}, sh("(setsid sleep 987654 &) ; sleep 0.1; echo done")))).toBe("done\n");
    expect(commandLines().join("\n")).not.toContain("987654");
  });

  test("nothing stays in the state directory", async () => {
    await room.run({}, ["true"], { stdin: "x" });
    await room.run({ limits: { ...limits, timeoutMs: 30 } }, ["sleep", "5"], { stdin: "x" });
    await room.run({}, ["sleep", "5"], { stdin: "x", signal: AbortSignal.timeout(30) });
    await room.run({ limits: { ...limits, processes: 1 } }, sh("sleep 5 & sleep 5 & sleep 5"), { stdin: "x" });
    expect(readdirSync(room.host.stateDir).filter((name) => name.startsWith("run-"))).toEqual([]);
  });

  test("a sandbox that could not start is an error with bwrap's words, not a result", async () => {
    const broken = { ...room.host, weaken: () => [["--no-such-option"]] };
    const { runCommand } = await import("../../sandbox/run.ts");
    await expect(runCommand(broken, { limits }, ["true"])).rejects.toThrow(/no-such-option/);
  });
});

describe("input and output", () => {
  test("stdin arrives, and /dev/stdin and /dev/stdout can be opened", async () => {
    const script = "cat /dev/stdin | tee /dev/stderr > /dev/stdout";
    expect(await room.run({}, sh(script), { stdin: "hello" })).toMatchObject({
      exitCode: 0,
      stdout: { text: "hello", bytes: 5, truncated: false },
      stderr: { text: "hello" },
    });
  });

  test("more output than the limit keeps head and tail, and the command is not stopped by it", async () => {
    const small = { ...limits, output: { headBytes: 10, tailBytes: 10 } };
    const result = await room.run({ limits: small }, sh("seq 1 100000; echo last"));
    expect(result).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(result.stdout).toEqual({
      text: "1\n2\n3\n4\n5\n\n[... 588880 bytes left out ...]\n0000\nlast\n",
      bytes: 588_900,
      truncated: true,
    });
  });

  test("output is told as it comes", async () => {
    const chunks: string[] = [];
    await room.run({}, sh("echo one; echo two >&2"), { onOutput: (chunk) => void chunks.push(chunk.toString()) });
    expect(chunks.join("").split("\n").sort()).toEqual(["", "one", "two"]);
  });

  test("two sandboxes at once do not meet, not even on one port", async () => {
    const server = `require("net").createServer(s=>s.end(process.argv[1])).listen(3000,"127.0.0.1",function(){
      require("net").connect(3000,"127.0.0.1").on("data",d=>{console.log(String(d));this.close()})})`;
    const both = await Promise.all(["a", "b"].map((name) => room.run({}, ["node", "-e", server, name])));
    expect(both.map(printed)).toEqual(["a\n", "b\n"]);
  });
});

describe("what is inside", () => {
  test("the environment is the allow-list and what the profile adds", async () => {
    const result = await room.run({ env: { EXTRA: "1 '2'\n3" } }, ["env", "-0"]);
    expect(String(printed(result)).split("\0").sort()).toMatchInlineSnapshot(`
      [
        "",
        "CI=true",
        "EXTRA=1 '2'
      3",
        "HOME=/tmp/home",
        "LANG=C.UTF-8",
        "PATH=/opt/airlock/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "PWD=/tmp",
        "TMPDIR=/tmp",
        "TZ=UTC",
        "USER=agent",
      ]
    `);
    await expect(room.run({ env: { "A=B": "1" } }, ["true"])).rejects.toThrow(SandboxError);
  });

  test("the user has a name, localhost resolves, node and npm are there and node is the given one", async () => {
    const script = `console.log(os.userInfo().username, process.version);
      require("dns").lookup("localhost", (e, a) => console.log(e ?? a, Object.keys(os.networkInterfaces())))`;
    expect(printed(await room.run({}, ["node", "-e", `const os = require("os"); ${script}`]))).toBe(
      `agent ${process.version}\n127.0.0.1 [ 'lo' ]\n`,
    );
    expect(
      printed(
        await room.run(
          {},
          sh("whoami; npm --version >/dev/null && echo npm; readlink /proc/self/exe >/dev/null; command -v node"),
        ),
      ),
    ).toBe("agent\nnpm\n/opt/airlock/bin/node\n");
  });

  test("/tmp and /dev/shm are private and sized", async () => {
    const result = await room.run(
      {},
      sh(
        "echo x > /tmp/airlock-run-test; echo x > /dev/shm/airlock-run-test; df --output=size -B1M /tmp /dev/shm | tail -n 2",
      ),
    );
    expect(String(printed(result)).replace(/ /g, "")).toBe("2048\n256\n");
    expect([existsSync("/tmp/airlock-run-test"), existsSync("/dev/shm/airlock-run-test")]).toEqual([false, false]);
  });

  test("resources are limited, core files are off", async () => {
    const result = await room.run(
      { limits: { ...limits, fileBytes: 1024 * 1024, processes: 50 } },
      sh(
        "cat /proc/self/oom_score_adj; ulimit -c; ulimit -n; ulimit -f; head -c 2M /dev/zero > /tmp/big || echo too big",
      ),
    );
    expect(printed(result)).toBe("1000\n0\n4096\n2048\ntoo big\n");
  });

  test("a runaway number of processes ends inside", async () => {
    const result = await room.run(
      { limits: { ...limits, processes: 40 } },
      sh("i=0; while [ $i -lt 400 ]; do sleep 5 & i=$((i+1)); done; echo all 400"),
    );
    expect(result).toMatchObject({ kind: "limit", limit: "processes", stdout: { text: "" } });
  });
});

describe("the workspace", () => {
  test("workspace-write writes on the host, read-only does not, and nothing else of the host is there", async () => {
    await room.put("ws1/file", "old");
    expect(codeOf(await room.run(room.writable("ws1"), sh("pwd; echo new > file")))).toBe(0);
    expect(readFileSync(join(room.dir, "ws1/file"), "utf8")).toBe("new\n");
    const readOnly = { workspace: { host: join(room.dir, "ws1"), mode: "read-only" as const } };
    const denied = await room.run(readOnly, sh("cat file; echo newer > file"));
    expect([codeOf(denied), denied.stdout.text, denied.stderr.text]).toEqual([
      2,
      "new\n",
      expect.stringContaining("Read-only file system"),
    ]);
    expect(printed(await room.run(readOnly, sh(`ls -d ${room.dir} /home /root /run/* /var/* 2>/dev/null; true`)))).toBe(
      "/var/tmp\n",
    );
  });

  test("protected names are read-only at any depth and in any spelling; the same write works beside them", async () => {
    const hidden = [".git/config", "deep/a/b/c/d/e/.git/hooks/x", "x/.GIT/config", "y/.Codex/z", ".agents/a"];
    for (const path of [...hidden, "deep/a/b/c/d/e/git/x"]) await room.put(`ws2/${path}`, "old\n");
    const attack =
      'for f in "$@"; do echo new > "$f" && echo "wrote $f"; done; mv .git moved && echo moved; ln .git/config hard && echo linked; true';
    const result = await room.run(room.writable("ws2"), sh(attack, ...hidden, "deep/a/b/c/d/e/git/x"));
    expect(result.stdout.text).toBe("wrote deep/a/b/c/d/e/git/x\n");
    expect(readFileSync(join(room.dir, "ws2/.git/config"), "utf8")).toBe("old\n");
    // The twin: without the binds the very same attack succeeds.
    const { runCommand } = await import("../../sandbox/run.ts");
    const open = {
      ...room.host,
      weaken: (options: string[][]) =>
        options.filter(([name, , inside]) => !(name === "--ro-bind" && inside?.startsWith("/workspace/repo/"))),
    };
    const naked = await runCommand(open, { limits, ...room.writable("ws2") }, sh(attack, ...hidden));
    expect(naked.stdout.text.split("\n").length).toBeGreaterThan(hidden.length);
  });

  test("the git directory a .git file points to is protected too", async () => {
    await room.put("ws3/.git", "gitdir: elsewhere/data\n");
    await room.put("ws3/elsewhere/data/config", "old\n");
    const result = await room.run(
      room.writable("ws3"),
      sh("echo new > elsewhere/data/config; echo fine > elsewhere/other"),
    );
    expect([codeOf(result), result.stderr.text]).toEqual([0, expect.stringContaining("Read-only")]);
  });

  test("a protected name that is a symlink is refused, naming the path", async () => {
    await room.put("ws4/decoy", null);
    symlinkSync("./decoy", join(room.dir, "ws4/.codex"));
    await expect(room.run(room.writable("ws4"), ["true"])).rejects.toThrow(/\.codex is a symlink/);
  });

  test("a listening socket of the host in the workspace cannot be reached", async () => {
    await room.put("ws5", null);
    const listener = createServer((socket) => socket.end("host"));
    listener.listen({ path: join(room.dir, "ws5/s"), readableAll: true, writableAll: true });
    await once(listener, "listening");
    const connect = [
      "node",
      "-e",
      `require("net").connect("s").on("data", d => console.log(String(d))).on("error", e => console.log(e.code))`,
    ];
    try {
      for (const mode of ["workspace-write", "read-only"] as const) {
        const result = await room.run({ workspace: { host: join(room.dir, "ws5"), mode } }, connect);
        expect(result.stdout.text).toMatch(/ECONNREFUSED|EACCES|ENOTSOCK/);
      }
      const { runCommand } = await import("../../sandbox/run.ts");
      const open = {
        ...room.host,
        weaken: (options: string[][]) => options.filter((option) => option[2] !== "/workspace/repo/s"),
      };
      expect(printed(await runCommand(open, { limits, ...room.writable("ws5") }, connect))).toBe("host\n");
    } finally {
      listener.close();
    }
  });
});
