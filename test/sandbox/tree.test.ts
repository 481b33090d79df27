import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { availableBytes, bytesTogether, memoryFileBytes, oomKills, sampleTree } from "../../sandbox/tree.ts";

test("a tree is counted with its threads, and the counting stops at the limit", async () => {
  const script =
    "const {Worker}=require('worker_threads'); new Worker('setInterval(()=>{},1e3)',{eval:true}).on('online',()=>console.log('up'))";
  const child = spawn("sh", ["-c", `sleep 30 & sleep 30 & "$0" -e "$1"; wait`, process.execPath, script], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  onTestFinished(() => void process.kill(-Number(child.pid), "SIGKILL"));
  await once(child.stdout, "data");
  const sample = sampleTree(Number(child.pid), 1000);
  expect(sample.pids.length).toBe(4);
  // Two sleeps, and Node with its worker and the threads of its pool; the first process is not counted.
  expect(sample.tasks).toBeGreaterThan(5);
  expect(sample.bytesAtMost).toBeGreaterThan(5 * 2 ** 20);
  const together = bytesTogether(sample.pids, 0);
  expect([together > 5 * 2 ** 20, together <= sample.bytesAtMost * 1.2]).toEqual([true, true]);
  expect(bytesTogether([], 7)).toBe(7);
  expect(sampleTree(Number(child.pid), 1).pids.length).toBeLessThan(5);
});

test("a process that is gone counts as nothing", () => {
  expect(sampleTree(2 ** 22 + 1, 10)).toEqual({ pids: [2 ** 22 + 1], tasks: 0, bytesAtMost: 0 });
  expect(memoryFileBytes(2 ** 22 + 1)).toBe(0);
});

test("a process that has no root of its own has no files in memory: its /tmp is everybody's", () => {
  expect(memoryFileBytes(process.pid)).toBe(0);
});

test("the machine says what it has left, and how often it ran out", () => {
  expect(availableBytes()).toBeGreaterThan(2 ** 24);
  expect(oomKills()).toBeGreaterThanOrEqual(0);
});
