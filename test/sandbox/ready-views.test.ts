import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { probeOverlay } from "../../sandbox/overlay-probe.ts";
import { openReady } from "../../sandbox/ready.ts";
import { runCommand } from "../../sandbox/run.ts";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import type { Ready } from "../../sandbox/ready.ts";
import type { Overlay, Profile, RunOptions } from "../../sandbox/sandbox.ts";
import { readers } from "./processes.ts";
import { limits, openRoom, printed } from "./room.ts";
import type { Room } from "./room.ts";

let room: Room;
let ready: Ready;
beforeAll(async () => {
  room = await openRoom();
  room.host.overlay = await probeOverlay(room.host);
  ready = openReady(room.host);
  await room.put("deps/node_modules/tool.js", "original\n");
});
afterAll(async () => {
  await ready[Symbol.asyncDispose]();
  await room[Symbol.asyncDispose]();
});

async function viewed(name: string): Promise<Profile & { overlays: Overlay[] }> {
  await room.put(`${name}/ws/node_modules`, null);
  const [upper, work] = [await room.put(`${name}/upper`, null), await room.put(`${name}/work`, null)];
  const view = { lower: join(room.dir, "deps"), upper, work, path: "node_modules" };
  const overlays = [{ inside: `${workspaceInside}/node_modules`, ...view }];
  return { limits, ...room.writable(`${name}/ws`), overlays };
}
const sh = (script: string) => ["/bin/sh", "-c", script];
const which = "grep -q map[f]ile /proc/1/cmdline && echo ready || echo fresh";
const run = (profile: Profile, script: string, options: RunOptions = {}) =>
  runCommand(room.host, profile, sh(script), { ...options, ready });

async function prepared(profile: Profile): Promise<void> {
  ready.prepare(profile);
  await setImmediate();
}

test("commands in ready sandboxes share one view, one after the other", async () => {
  const profile = await viewed("shared");
  for (const [script, said] of [
    ["echo a > node_modules/a; ls node_modules", "a\ntool.js\n"],
    ["rm node_modules/tool.js; echo b >> node_modules/a; ls node_modules", "a\n"],
    ["cat node_modules/a", "a\nb\n"],
  ] as const) {
    await prepared(profile);
    expect(printed(await run(profile, `${script}; ${which}`))).toBe(`${said}ready\n`);
  }
  expect(readFileSync(join(room.dir, "deps/node_modules/tool.js"), "utf8")).toBe("original\n");
  expect(readdirSync(room.host.stateDir).filter((name) => name.startsWith("run-"))).toEqual([]);
});

test("a command that is built afresh never meets one that waits with the same view", async () => {
  const profile = await viewed("alone");
  await prepared(profile);
  const waiting: number[] = [];
  const onOutput = () => void waiting.push(readers(join(room.dir, "alone")));
  expect(printed(await run(profile, `cat; ${which}`, { stdin: "in\n", onOutput }))).toBe("in\nfresh\n");
  expect(waiting.every((count) => count === 0)).toBe(true);
  // The next one sees what that one wrote.
  await run(profile, "echo x > node_modules/x", { stdin: "" });
  await prepared(profile);
  expect(printed(await run(profile, `cat node_modules/x; ${which}`))).toBe("x\nready\n");
});

test("another view is another sandbox", async () => {
  const [one, two] = [await viewed("one"), await viewed("two")];
  await prepared(one);
  expect(printed(await run({ ...one, overlays: two.overlays }, which))).toBe("fresh\n");
});
