import { readFileSync, readdirSync, statSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import type { Limits } from "./sandbox.ts";

const MiB = 1024 * 1024;

/** Defaults of every profile. Threads count as processes; a large test runner uses some hundreds. */
export const defaultLimits = {
  processes: 2048,
  /** For all processes of a command together; never more than `memoryShare` of what the machine has. */
  memoryBytes: 8192 * MiB,
  memoryShare: 0.75,
  /** A command is ended when the machine has less memory to give, or a disk it writes to less space: that harms others. */
  memoryFloorBytes: 128 * MiB,
  diskFloorBytes: 256 * MiB,
  fileBytes: 4096 * MiB,
  openFiles: 4096,
  /** Sizes of the private tmpfs mounts, in bytes; they are memory. */
  tmpBytes: 2048 * MiB,
  shmBytes: 256 * MiB,
  scratchBytes: 1024 * MiB,
} as const;

/** What one command may hold before it is ended. Bytes, and processes with their threads. */
export interface Caps {
  processes: number;
  memoryBytes: number;
  memoryFloorBytes: number;
  fileBytes: number;
  diskFloorBytes: number;
}

/** The limits that are in force for a profile. In: the machine's memory in bytes. Pure. */
export function capsOf(limits: Limits, machineBytes: number): Caps {
  const { memoryBytes, memoryShare, memoryFloorBytes, diskFloorBytes, processes, fileBytes } = defaultLimits;
  return {
    processes: limits.processes ?? processes,
    memoryBytes: limits.memoryBytes ?? Math.min(memoryBytes, Math.floor(machineBytes * memoryShare)),
    memoryFloorBytes,
    fileBytes: limits.fileBytes ?? fileBytes,
    diskFloorBytes,
  };
}

/** Bytes of memory this process may have at most: the machine's, or less in a container. */
export function machineMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
}

/**
 * Processes above the limit that `prlimit` leaves: bwrap's own, and room to be seen in. A command that grows slowly is then ended
 * for the limit's name; one that grows faster than anybody looks is refused further ones by the kernel.
 */
const processesAbove = 64;

const resources = ["nproc", "nofile", "fsize"] as const;
type Resource = (typeof resources)[number];
export type HardLimits = Record<Resource, number>;

/**
 * Arguments for `prlimit` (util-linux), which lowers limits and then executes the rest. A wish above the present hard limit
 * is cut to it, because raising is refused. `running`: the user's threads now, since RLIMIT_NPROC counts per user.
 */
export function limitArguments(limits: Limits, hard: HardLimits, running: number): string[] {
  const wishes: Record<Resource, number> = {
    nproc: running + (limits.processes ?? defaultLimits.processes) + processesAbove,
    nofile: defaultLimits.openFiles,
    fsize: limits.fileBytes ?? defaultLimits.fileBytes,
    // None for address space: V8 and WebAssembly reserve tens of gigabytes that they never touch.
  };
  return ["--core=0", ...resources.map((resource) => `--${resource}=${Math.min(wishes[resource], hard[resource])}`)];
}

const rowOf: Record<Resource, string> = {
  nproc: "Max processes",
  nofile: "Max open files",
  fsize: "Max file size",
};

/** Reads the text of `/proc/self/limits`. A missing row counts as unlimited: `prlimit` then refuses what is too high. */
export function parseHardLimits(text: string): HardLimits {
  const hardOf = (resource: Resource) => {
    const row = text.split("\n").find((line) => line.startsWith(rowOf[resource]));
    const value = row?.slice(26).trim().split(/\s+/)[1];
    return value === undefined || value === "unlimited" ? Number.POSITIVE_INFINITY : Number(value);
  };
  return { nproc: hardOf("nproc"), nofile: hardOf("nofile"), fsize: hardOf("fsize") };
}

/** Threads that a user runs now. Processes that vanish while counting are left out. */
export function threadsOf(uid: number, proc = "/proc"): number {
  let threads = 0;
  for (const name of readdirSync(proc)) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (statSync(join(proc, name)).uid !== uid) continue;
      threads += Number(/^Threads:\s+(\d+)/m.exec(readFileSync(join(proc, name, "status"), "utf8"))?.[1] ?? 0);
    } catch {
      continue;
    }
  }
  return threads;
}
