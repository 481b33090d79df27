import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  capsOf,
  defaultLimits,
  limitArguments,
  machineMemory,
  parseHardLimits,
  threadsOf,
} from "../../sandbox/limits.ts";
import { limits } from "./room.ts";

const open = { nproc: Infinity, nofile: Infinity, fsize: Infinity };

test("defaults, and what the profile asks for", () => {
  expect(limitArguments(limits, open, 7)).toEqual(["--core=0", "--nproc=2119", "--nofile=4096", "--fsize=4294967296"]);
  expect(limitArguments({ ...limits, processes: 10, fileBytes: 5 }, open, 7)).toEqual([
    "--core=0",
    "--nproc=81",
    "--nofile=4096",
    "--fsize=5",
  ]);
});

test("what a command may hold: the profile's own numbers, else the defaults, never most of a small machine", () => {
  const { processes, memoryBytes, memoryFloorBytes, fileBytes, diskFloorBytes } = defaultLimits;
  const large = 64 * 2 ** 30;
  expect(capsOf(limits, large)).toEqual({ processes, memoryBytes, memoryFloorBytes, fileBytes, diskFloorBytes });
  expect(capsOf(limits, 4 * 2 ** 30).memoryBytes).toBe(3 * 2 ** 30);
  expect(capsOf({ ...limits, processes: 1, memoryBytes: large, fileBytes: 3 }, 2 ** 30)).toEqual({
    processes: 1,
    memoryBytes: large,
    memoryFloorBytes,
    fileBytes: 3,
    diskFloorBytes,
  });
  expect(machineMemory()).toBeGreaterThan(2 ** 28);
});

test("a wish above the hard limit is cut to it", () => {
  expect(limitArguments(limits, { ...open, nproc: 100, nofile: 1024 }, 7)).toEqual([
    "--core=0",
    "--nproc=100",
    "--nofile=1024",
    "--fsize=4294967296",
  ]);
});

test("the kernel's table is read", () => {
  const text =
    "Limit                     Soft Limit           Hard Limit           Units     \nMax file size             unlimited            unlimited            bytes     \nMax processes             10                   96365                processes \nMax open files            1024                 4096                 files     \n";
  expect(parseHardLimits(text)).toEqual({ nproc: 96_365, nofile: 4096, fsize: Infinity });
  expect(parseHardLimits(readFileSync("/proc/self/limits", "utf8")).nofile).toBeGreaterThan(0);
});

test("our own threads are counted", () => {
  expect(threadsOf(process.getuid?.() ?? 0)).toBeGreaterThan(3);
  expect(threadsOf(59_999)).toBe(0);
});
