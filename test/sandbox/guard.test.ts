import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nextPause, watch } from "../../sandbox/guard.ts";
import { capsOf } from "../../sandbox/limits.ts";
import { runCommand } from "../../sandbox/run.ts";
import { ownMark } from "../../sandbox/owner.ts";
import { killGroup } from "../../sandbox/kill.ts";
import { commandLines } from "./processes.ts";
import { codeOf, limits, openRoom, printed } from "./room.ts";
import type { Limits, RunResult } from "../../sandbox/sandbox.ts";
import type { Room } from "./room.ts";

const MiB = 2 ** 20;
const sh = (script: string) => ["/bin/sh", "-c", script];
/** Takes 32 MiB after the other, up to 640, and waits with them. */
const hog = [
  "node",
  "-e",
  "const a=[]; for (let i=0;i<20;i++) a.push(Buffer.alloc(32<<20,1)); setTimeout(()=>console.log('had it all'),400)",
];
const bomb = sh("i=0; while [ $i -lt 400 ]; do sleep 5 & i=$((i+1)); done; echo all 400");

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room[Symbol.asyncDispose]());

const limitOf = (result: RunResult) => (result.kind === "limit" ? result.limit : result);

describe.each(["polling", "control group"])("with %s", (way) => {
  const run = (changes: Partial<Limits>, argv: string[]) => {
    const host = way === "polling" ? { ...room.host, cgroups: null } : room.host;
    return runCommand(host, { limits: { ...limits, ...changes } }, argv);
  };
  // Where this machine gives us no groups, only the first row exists; the self-test's certificate says so as well.
  const here = () => way === "polling" || room.host.cgroups !== null;

  test("memory that all processes hold together ends them, and the same program ends well with more", async ({
    skip,
  }) => {
    if (!here()) skip();
    expect(await run({ memoryBytes: 300 * MiB }, hog)).toMatchObject({
      kind: "limit",
      limit: "memory",
      detail: expect.stringMatching(/300 MiB/),
    });
    expect(printed(await run({ memoryBytes: 4096 * MiB }, hog))).toBe("had it all\n");
  });

  test("a worker that is out of memory is not its runner's failure", async ({ skip }) => {
    if (!here()) skip();
    const runner = sh(`node -e "${hog[2] ?? ""}" || { sleep 5; exit 1; }`);
    expect(limitOf(await run({ memoryBytes: 300 * MiB }, runner))).toBe("memory");
  });

  test("files in the private /tmp are memory", async ({ skip }) => {
    if (!here()) skip();
    const fill = sh("head -c 400M /dev/zero > /tmp/big; sleep 1; echo kept");
    expect(limitOf(await run({ memoryBytes: 300 * MiB }, fill))).toBe("memory");
    expect(printed(await run({ memoryBytes: 900 * MiB }, fill))).toBe("kept\n");
  });

  test("memory that processes share is counted once", async () => {
    // Sixteen children of a shell that holds 20 MiB and more: together over 300 MiB as each one's own, a third in truth.
    const share = sh(
      "s=$(head -c 20M /dev/zero | tr '\\0' x); for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do (sleep 1; :) & done; wait; echo shared",
    );
    expect(printed(await run({ memoryBytes: 300 * MiB }, share))).toBe("shared\n");
  });

  test("a fork bomb ends by name, and as many processes are fine with a higher limit", async ({ skip }) => {
    if (!here()) skip();
    expect(await run({ processes: 40 }, bomb)).toMatchObject({
      kind: "limit",
      limit: "processes",
      detail: expect.stringMatching(/40/),
    });
    expect(printed(await run({ processes: 1000 }, bomb))).toBe("all 400\n");
    expect(commandLines().filter((line) => line.startsWith("sleep\u00005"))).toEqual([]);
  });

  test("threads count", async ({ skip }) => {
    if (!here()) skip();
    const threads = [
      "node",
      "-e",
      "const {Worker}=require('worker_threads'); for(let i=0;i<20;i++) new Worker('setTimeout(()=>{},1500)',{eval:true})",
    ];
    expect(limitOf(await run({ processes: 16 }, threads))).toBe("processes");
    expect(codeOf(await run({ processes: 200 }, threads))).toBe(0);
  });

  test("processes that gave up their parents and their session are found", async ({ skip }) => {
    if (!here()) skip();
    const lost = sh(
      "i=0; while [ $i -lt 30 ]; do (setsid sleep 5 &); sleep 0.02; i=$((i+1)); done; sleep 1; echo lost",
    );
    expect(limitOf(await run({ processes: 20 }, lost))).toBe("processes");
    expect(printed(await run({ processes: 200 }, lost))).toBe("lost\n");
  });

  test("nothing of a group stays behind", async ({ skip }) => {
    if (!here()) skip();
    await run({}, ["sleep", "0.1"]);
    const { cgroups } = room.host;
    const left = cgroups === null ? [] : [cgroups.memory, cgroups.pids].flatMap((parent) => readdirSync(parent));
    expect(left.filter((name) => name.startsWith(ownMark()))).toEqual([]);
  });
});

describe("files", () => {
  test("one endless file ends by name, whoever writes it; a smaller one does not", async () => {
    await room.put("ws-file", null);
    const profile = { ...room.writable("ws-file"), limits: { ...limits, fileBytes: 4 * MiB } };
    expect(await room.run(profile, sh("cat /dev/zero > endless"))).toMatchObject({
      kind: "limit",
      limit: "file-size",
      detail: "It wrote past 4 MiB in one file, which is the limit.",
    });
    expect(codeOf(await room.run(profile, sh("head -c 4M /dev/zero > endless")))).toBe(0);
  });

  test("a hundred thousand open files end at the limit, and a few thousand more are open without it", async ({
    skip,
  }) => {
    const open = (most: number) => [
      "node",
      "-e",
      `const fs=require('fs'); let n=0; try { while (n<${most}) { fs.openSync('/dev/null'); n++ } } catch (e) { console.log(e.code) } console.log(n > 4096)`,
    ];
    expect(printed(await room.run({}, open(100_000)))).toBe("EMFILE\nfalse\n");
    if (room.host.hardLimits.nofile < 6000) skip();
    const unlimited = { ...room.host, prlimit: null };
    expect(printed(await runCommand(unlimited, { limits }, open(5000)))).toBe("true\n");
  });

  test("ulimit says so: no core, 4096 files, a bounded number of processes", async () => {
    const said = String(printed(await room.run({}, ["/bin/bash", "-c", "ulimit -c; ulimit -n; ulimit -u"]))).split(
      "\n",
    );
    expect(said.slice(0, 2)).toEqual(["0", "4096"]);
    expect(Number(said[2])).toBeLessThan(40_000);
  });
});

test("endless output is cut and the command goes on; with room for it, all of it is kept", async () => {
  const flood = sh("yes | head -c 50M; echo end >&2");
  const cut = await room.run({ limits: { ...limits, output: { headBytes: 1000, tailBytes: 1000 } } }, flood);
  expect([cut.kind, cut.stdout.bytes, cut.stdout.truncated, cut.stderr.text]).toEqual([
    "exited",
    50 * MiB,
    true,
    "end\n",
  ]);
  expect(cut.stdout.text.length).toBeLessThan(2200);
  const whole = await room.run({}, sh("yes | head -c 100000"));
  expect([whole.stdout.bytes, whole.stdout.truncated, whole.stdout.text.length]).toEqual([100_000, false, 100_000]);
});

describe("the disk", () => {
  const guarded = async (diskFloorBytes: number) => {
    const child = spawn("sleep", ["0.2"], { detached: true, stdio: "ignore" });
    const bounds = { caps: { ...capsOf(limits, 2 ** 34), diskFloorBytes }, writable: [room.dir], cgroups: null };
    await using guard = watch({ outer: child.pid, init: () => null, bounds, kill: () => killGroup(child.pid) });
    const [code, signal] = await once(child, "exit");
    guard.stop();
    return {
      code,
      signal,
      limit: guard.verdict({ record: signal === null ? 0 : null, ended: false, output: "" })?.limit,
    };
  };

  test("too little space where a command may write ends it, enough does not", async () => {
    expect(await guarded(Number.MAX_SAFE_INTEGER)).toEqual({ code: null, signal: "SIGKILL", limit: "disk" });
    expect(await guarded(0)).toEqual({ code: 0, signal: null, limit: undefined });
  });
});

test("a group that cannot be made ends the command and is told", async () => {
  const broken = { ...room.host, cgroups: { version: "cgroup v2" as const, memory: "/nowhere", pids: "/nowhere" } };
  await expect(runCommand(broken, { limits }, ["sleep", "5"])).rejects.toThrow(/control group/);
});

test("pauses grow to a quarter of a second, stay short near a limit, and follow looks that take long", () => {
  expect([20, 40, 80, 160, 250].map((pause) => nextPause(pause, 0.1, 1))).toEqual([40, 80, 160, 250, 250]);
  expect(nextPause(250, 0.5, 1)).toBe(50);
  expect([nextPause(250, 0.1, 60), nextPause(250, 0.9, 60)]).toEqual([600, 600]);
});
