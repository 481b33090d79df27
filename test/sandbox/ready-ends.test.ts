import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openReady } from "../../sandbox/ready.ts";
import { readers } from "./processes.ts";
import { hostPath, limits, openDirectory, openRoom } from "./room.ts";
import type { Room } from "./room.ts";

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room[Symbol.asyncDispose]());

test("nothing is left when it is disposed, whether it is up or still being built", async () => {
  await room.put("disposed", null);
  const profile = { limits, ...room.writable("disposed") };
  const nothing = { mounts: { binds: [], protectedBinds: [], masked: [], scratch: [] }, overlays: [] };
  const up = async () => {
    while (readers(join(room.dir, "disposed")) === 0) await sleep(5);
  };
  for (const wait of [() => setImmediate(), up]) {
    const own = openReady(room.host);
    own.prepare(profile);
    await wait();
    await own[Symbol.asyncDispose]();
    expect(readers(join(room.dir, "disposed"))).toBe(0);
    own.prepare(profile);
    await setImmediate();
    expect(await own.take({ profile, shown: nothing, words: ["id"] })).toBeNull();
  }
});

test.each([
  ["it dies with us when we are killed", "setInterval(() => {}, 1000);", true],
  ["it does not keep us alive when we are done", "", false],
  ["its disposal is waited for, even as the last thing we do", "await ready[Symbol.asyncDispose]();", false],
])("%s", async (_title, then, kill) => {
  const dir = await openDirectory();
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const script = `
    import { establish } from ${url("../../sandbox/open.ts")};
    import { openReady } from ${url("../../sandbox/ready.ts")};
    import { readers } from ${url("processes.ts")};
    const host = await establish({ path: process.argv[1], stateDir: process.argv[2] });
    const ready = openReady(host);
    ready.prepare({ limits: ${JSON.stringify(limits)} });
    while (readers(process.argv[2]) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    console.log("up");
    ${then}`;
  const airlock = spawn(process.execPath, ["--input-type=module", "-e", script, hostPath, dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(airlock.stdout, "data");
  if (kill) airlock.kill("SIGKILL");
  const [code] = await once(airlock, "exit");
  expect(code).toBe(kill ? null : 0);
  while (readers(dir) > 0) await sleep(10);
  expect(readers(dir)).toBe(0);
});
