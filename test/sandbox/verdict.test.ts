import { describe, expect, test } from "vitest";
import { capsOf } from "../../sandbox/limits.ts";
import { limitAtEnd, limitOver } from "../../sandbox/verdict.ts";
import { limits } from "./room.ts";
import type { EndFacts, Seen } from "../../sandbox/verdict.ts";

const MiB = 2 ** 20;
const caps = capsOf({ ...limits, processes: 40, memoryBytes: 300 * MiB, fileBytes: 4 * MiB }, 2 ** 34);

describe("what is seen while a command runs", () => {
  const fine: Seen = {
    tasks: 40,
    memoryBytes: 300 * MiB,
    availableBytes: caps.memoryFloorBytes,
    freeBytes: caps.diskFloorBytes,
    cgroup: { oomKills: 0, refused: 0 },
  };
  test.each<[string, Partial<Seen>, unknown]>([
    ["exactly at every limit", {}, null],
    ["a command that may write nowhere has no disk to fill", { freeBytes: null, cgroup: null }, null],
    [
      "one process more",
      { tasks: 41 },
      { limit: "processes", detail: "It ran 41 processes and threads or more; the limit is 40." },
    ],
    [
      "more memory",
      { memoryBytes: 301 * MiB },
      { limit: "memory", detail: "It held 301 MiB of memory, its files in /tmp included; the limit is 300 MiB." },
    ],
    [
      "a machine without memory",
      { availableBytes: 100 * MiB },
      { limit: "memory", detail: "The machine had 100 MiB of memory left; 128 MiB are kept free." },
    ],
    [
      "a full disk",
      { freeBytes: 7 * MiB },
      { limit: "disk", detail: "The disk it writes to had 7 MiB left; 256 MiB are kept free." },
    ],
    [
      "a refused fork that only the kernel saw",
      { cgroup: { oomKills: 0, refused: 3 } },
      { limit: "processes", detail: "It asked for more than 40 processes and threads, which is the limit." },
    ],
    [
      "one of several processes that the kernel ended",
      { cgroup: { oomKills: 1, refused: 3 } },
      {
        limit: "memory",
        detail:
          "The kernel ended one of its processes for lack of memory; the limit is 300 MiB for all of them together.",
      },
    ],
  ])("%s", (_title, change, expected) => {
    expect(limitOver({ ...fine, ...change }, caps)).toEqual(expected);
  });
});

describe("how a command ended", () => {
  const failed: EndFacts = { record: 1, ended: false, output: "AssertionError", cgroup: null, oomKills: 0 };
  test.each<[string, Partial<EndFacts>, string | null]>([
    ["an ordinary failure is none", {}, null],
    ["a signal of its own is none", { record: 137 }, null],
    ["SIGXFSZ is the file size", { record: 153 }, "file-size"],
    ["EFBIG as Node says it", { output: "Error: EFBIG: file too large, write" }, "file-size"],
    ["EFBIG as Python says it", { output: "OSError: [Errno 27] File too large" }, "file-size"],
    ["an upload that a program calls too large is none", { output: "expected 413: File too large" }, null],
    ["an end while the kernel ran out of memory", { record: 137, oomKills: 1 }, "memory"],
    ["a worker's end that its runner calls a failure", { record: 1, oomKills: 1 }, "memory"],
    ["another's end while its own group lost nobody", { oomKills: 1, cgroup: { oomKills: 0, refused: 0 } }, null],
    ["another's end while ours went well", { record: 0, oomKills: 1 }, null],
    ["our own kill says nothing", { record: 137, ended: true, oomKills: 1 }, null],
    ["bwrap itself killed while memory ran out", { record: null, oomKills: 1 }, "memory"],
    ["bwrap that did not start is none", { record: null }, null],
    ["the kernel's count holds for a success too", { record: 0, cgroup: { oomKills: 1, refused: 0 } }, "memory"],
    ["and for a time-out", { record: null, ended: true, cgroup: { oomKills: 1, refused: 0 } }, "memory"],
    ["a dash that cannot fork", { record: 2, output: "/bin/sh: 1: Cannot fork" }, "processes"],
    ["a bash that cannot fork", { output: "bash: fork: retry: Resource temporarily unavailable" }, "processes"],
    ["a Node that cannot spawn", { output: "Error: spawn /usr/bin/node EAGAIN" }, "processes"],
    ["a Python without threads", { output: "RuntimeError: can't start new thread" }, "processes"],
    [
      "a Go without threads",
      { output: "runtime: failed to create new OS thread (have 9 already; errno=11)" },
      "processes",
    ],
    ["a socket that would block is none", { output: "read: Resource temporarily unavailable" }, null],
    ["what a successful command printed is none", { record: 0, output: "Cannot fork" }, null],
  ])("%s", (_title, change, limit) => {
    expect(limitAtEnd({ ...failed, ...change }, caps)?.limit ?? null).toBe(limit);
  });

  test("a guess says that it is one", () => {
    expect(limitAtEnd({ ...failed, oomKills: 1 }, caps)?.detail).toBe(
      "Probably it ran out of memory: the kernel ended a process of this machine for lack of it meanwhile; the limit is 300 MiB.",
    );
  });
});
