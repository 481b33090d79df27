import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Limits } from "./sandbox.ts";

const MiB = 1024 * 1024;

/** Defaults of every profile. Threads count as processes; a large test runner uses some hundreds. */
export const defaultLimits = {
  processes: 2048,
  fileBytes: 4096 * MiB,
  openFiles: 4096,
  /** Sizes of the private tmpfs mounts, in bytes; they are memory. */
  tmpBytes: 2048 * MiB,
  shmBytes: 256 * MiB,
  scratchBytes: 1024 * MiB,
} as const;

const resources = ["nproc", "nofile", "fsize", "as"] as const;
type Resource = (typeof resources)[number];
export type HardLimits = Record<Resource, number>;

/**
 * Arguments for `prlimit` (util-linux), which lowers limits and then executes the rest. A wish above the present hard limit
 * is cut to it, because raising is refused. `running`: the user's threads now, since RLIMIT_NPROC counts per user.
 */
export function limitArguments(limits: Limits, hard: HardLimits, running: number): string[] {
  const wishes: Partial<Record<Resource, number>> = {
    nproc: running + (limits.processes ?? defaultLimits.processes),
    nofile: defaultLimits.openFiles,
    fsize: limits.fileBytes ?? defaultLimits.fileBytes,
    // No default: V8 and WebAssembly reserve tens of gigabytes of address space that they never touch.
    ...(limits.memoryBytes === undefined ? {} : { as: limits.memoryBytes }),
  };
  const set = resources.flatMap((resource) => {
    const wish = wishes[resource];
    return wish === undefined ? [] : [`--${resource}=${Math.min(wish, hard[resource])}`];
  });
  return ["--core=0", ...set];
}

const rowOf: Record<Resource, string> = {
  nproc: "Max processes",
  nofile: "Max open files",
  fsize: "Max file size",
  as: "Max address space",
};

/** Reads the text of `/proc/self/limits`. A missing row counts as unlimited: `prlimit` then refuses what is too high. */
export function parseHardLimits(text: string): HardLimits {
  const hardOf = (resource: Resource) => {
    const row = text.split("\n").find((line) => line.startsWith(rowOf[resource]));
    const value = row?.slice(26).trim().split(/\s+/)[1];
    return value === undefined || value === "unlimited" ? Number.POSITIVE_INFINITY : Number(value);
  };
  return { nproc: hardOf("nproc"), nofile: hardOf("nofile"), fsize: hardOf("fsize"), as: hardOf("as") };
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
