import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { isAbandoned, ownMark } from "../../sandbox/owner.ts";
import { commandDirectory, ownerWords, sweepDirectories, sweepProcesses } from "../../sandbox/sweep.ts";
import { openDirectory, openRoom, printed } from "./room.ts";
import type { Room } from "./room.ts";

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room[Symbol.asyncDispose]());

/** As ours, of a process that cannot be: numbers end below. */
const gone = ownMark().replace(/-\d+-\d+$/, "-4194304-1");

describe("whose it is", () => {
  test("our own mark names a living process; one that is gone, or has another start, is abandoned", () => {
    expect(isAbandoned(ownMark())).toBe(false);
    expect(isAbandoned(gone)).toBe(true);
    expect(isAbandoned(ownMark().replace(/\d+$/, "1"))).toBe(true);
    expect(["", "airlock", "airlock-1", "x", `${gone}-1`].map(isAbandoned)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test("a process of another PID namespace is never called gone", () => {
    expect(isAbandoned("airlock-1-4194304-1")).toBe(false);
  });

  test("the mark changes nothing inside", async () => {
    expect(ownerWords()).toEqual(["--unsetenv", ownMark()]);
    expect(String(printed(await room.run({}, ["env"])))).not.toContain("airlock-");
  });
});

/** A sandbox that waits for ever: bwrap with this mark on its command line, started by us and kept by nobody. */
async function waiting(mark: string): Promise<number> {
  const { uid, gid } = room.host.user;
  const words = ["--unsetenv", mark, "--unshare-user", "--unshare-pid", "--uid", String(uid), "--gid", String(gid)];
  const rest = ["--ro-bind", "/", "/", "--proc", "/proc", "--", "/bin/sh", "-c", "echo up; exec sleep 600"];
  const child = spawn(room.host.bwrap.path, [...words, ...rest], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
  });
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-Number(child.pid), "SIGKILL");
  });
  await once(child.stdout, "data");
  return Number(child.pid);
}

describe("processes", () => {
  test("a sandbox whose Airlock is gone is ended, with everything inside; one of a living Airlock is left alone", async () => {
    const [abandoned, kept] = [await waiting(gone), await waiting(ownMark())];
    expect(sweepProcesses(room.host.user.uid)).not.toContain(kept);
    while (state(abandoned) !== "gone") await sleep(5);
    expect(state(kept)).toBe("S");
  });

  test("a process that only carries the words is left alone", async () => {
    const child = spawn("sh", ["-c", "sleep 600; :", "--unsetenv", gone], { detached: true, stdio: "ignore" });
    onTestFinished(() => void process.kill(-Number(child.pid), "SIGKILL"));
    await sleep(20);
    expect(sweepProcesses(process.getuid?.() ?? 0)).not.toContain(child.pid);
    expect(child.exitCode).toBeNull();
  });

  test("a command of a living sandbox that pretends to be abandoned harms nobody", async () => {
    const pretend = `exec -a bwrap sleep 1.5 2>/dev/null & exec bash -c 'exec -a bwrap bash -c "sleep 1; echo alive" --unsetenv ${gone}'`;
    const running = room.run({}, ["bash", "-c", pretend]);
    await sleep(400);
    sweepProcesses(room.host.user.uid);
    expect(printed(await running)).toBe("alive\n");
  });
});

describe("directories", () => {
  test("those of commands whose Airlock is gone are removed, all others stay", async () => {
    const dir = await openDirectory();
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const copy = join(dir, `backup-of-${gone}-important`);
    const kept = [commandDirectory(dir, "1"), join(dir, "run-1"), copy];
    const abandoned = join(dir, `run-${gone}-x`);
    for (const path of [...kept, join(abandoned, "deep")]) mkdirSync(path, { recursive: true });
    await sweepDirectories(dir, [12_345]);
    expect(existsSync(abandoned)).toBe(true);
    await sweepDirectories(dir, [process.getuid?.() ?? 0]);
    expect([...kept, abandoned].map((path) => existsSync(path))).toEqual([true, true, true, false]);
  });
});

function state(pid: number): string {
  try {
    const letter = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "gone";
    return letter === "Z" || letter === "X" ? "gone" : letter;
  } catch {
    return "gone";
  }
}
