import type { Counters } from "./cgroup.ts";
import type { Caps } from "./limits.ts";
import type { LimitHit } from "./sandbox.ts";

const MiB = 1024 * 1024;

/** What was seen while a command ran. Bytes. */
export interface Seen {
  tasks: number;
  memoryBytes: number;
  /** Memory the machine could still give. */
  availableBytes: number;
  /** Free space where the command may write, the smallest of all; null: it may write nowhere. */
  freeBytes: number | null;
  cgroup: Counters | null;
}

/** The limit that a running command is over, or null. Pure. */
export function limitOver(seen: Seen, caps: Caps): LimitHit | null {
  const counted = seen.cgroup === null ? null : limitCounted(seen.cgroup, caps);
  if (counted !== null) return counted;
  if (seen.tasks > caps.processes)
    return hit("processes", `It ran ${seen.tasks} processes and threads or more; the limit is ${caps.processes}.`);
  if (seen.memoryBytes > caps.memoryBytes)
    return hit(
      "memory",
      `It held ${mib(seen.memoryBytes)} of memory, its files in /tmp included; the limit is ${mib(caps.memoryBytes)}.`,
    );
  if (seen.availableBytes < caps.memoryFloorBytes)
    return hit(
      "memory",
      `The machine had ${mib(seen.availableBytes)} of memory left; ${mib(caps.memoryFloorBytes)} are kept free.`,
    );
  if (seen.freeBytes !== null && seen.freeBytes < caps.diskFloorBytes)
    return hit(
      "disk",
      `The disk it writes to had ${mib(seen.freeBytes)} left; ${mib(caps.diskFloorBytes)} are kept free.`,
    );
  return null;
}

/** How a command ended. */
export interface EndFacts {
  /** Its exit code as bwrap wrote it down, 128 and the signal's number for a death by signal; null: there is none. */
  record: number | null;
  /** The time-out or the caller ended it: then its end says nothing. */
  ended: boolean;
  /** What it printed, as far as it is kept. */
  output: string;
  cgroup: Counters | null;
  /** How often the kernel of the machine ended a process for lack of memory meanwhile. */
  oomKills: number;
}

/** 128 and SIGXFSZ. */
const fileSizeRecord = 153;

/**
 * The limit that ended a command, or null. What the kernel counted is certain; the words of a failed program are believed only
 * where the kernel keeps no count and only about limits: a program that lies gains a run that proves nothing. Pure.
 */
export function limitAtEnd({ record, ended, output, cgroup, oomKills }: EndFacts, caps: Caps): LimitHit | null {
  const counted = cgroup === null ? null : limitCounted(cgroup, caps);
  if (counted !== null) return counted;
  if (ended || record === 0) return null;
  if (record === fileSizeRecord || efbig.test(output))
    return hit("file-size", `It wrote past ${mib(caps.fileBytes)} in one file, which is the limit.`);
  // A group of its own has counted its own: then the machine's count is about others.
  if (oomKills > 0 && cgroup === null)
    return hit(
      "memory",
      `Probably it ran out of memory: the kernel ended a process of this machine for lack of it meanwhile; the limit is ${mib(caps.memoryBytes)}.`,
    );
  if (refusedFork.test(output))
    return hit("processes", `It was refused another process or thread; the limit is ${caps.processes}.`);
  return null;
}

/** EFBIG as Node and Python print it. The bare words "File too large" are also what programs say about uploads. */
const efbig = /\bEFBIG\b|\[Errno 27\]/;

/** EAGAIN from fork and its kin, as shells, Node, Python, Rust, Go and Java print it. */
const refusedFork =
  /\b(?:fork|clone|spawn|pthread_create)\b[^\n]{0,120}(?:Resource temporarily unavailable|EAGAIN)|\bCannot fork\b|can't start new thread|failed to create new OS thread|unable to create native thread/;

function limitCounted({ oomKills, refused }: Counters, caps: Caps): LimitHit | null {
  if (oomKills > 0)
    return hit(
      "memory",
      `The kernel ended one of its processes for lack of memory; the limit is ${mib(caps.memoryBytes)} for all of them together.`,
    );
  if (refused > 0)
    return hit("processes", `It asked for more than ${caps.processes} processes and threads, which is the limit.`);
  return null;
}

function hit(limit: LimitHit["limit"], detail: string): LimitHit {
  return { limit, detail };
}

function mib(bytes: number): string {
  return `${Math.floor(bytes / MiB)} MiB`;
}
