import { readFileSync, readdirSync, statSync, statfsSync } from "node:fs";

/** What a sandbox's processes hold at one moment. */
export interface Sample {
  /** Host numbers of the processes, the sandbox's PID 1 first. */
  pids: number[];
  /** Processes and threads, PID 1 (bwrap's own) not counted. */
  tasks: number;
  /** Bytes of anonymous and shared memory. What several processes share is counted for each: never too little. */
  bytesAtMost: number;
}

/**
 * Walks the processes of a sandbox from its PID 1 down. Whoever loses its parent inside becomes a child of that PID 1, so the walk
 * meets every member of the PID namespace without reading the host's other processes. In: `most`, after which it stops counting.
 * A process that ends while it is looked at is left out. File pages are not counted: the kernel takes them back when it needs them.
 */
export function sampleTree(init: number, most: number): Sample {
  const sample: Sample = { pids: [init], tasks: 0, bytesAtMost: 0 };
  for (const pid of sample.pids) {
    const threads = threadsOf(pid);
    if (pid !== init) sample.tasks += threads.length;
    sample.bytesAtMost += kibIn(read(`/proc/${pid}/status`), ["RssAnon", "RssShmem", "VmSwap"]) * 1024;
    if (sample.tasks > most) return sample;
    for (const thread of threads) {
      const children = read(`/proc/${pid}/task/${thread}/children`).trim();
      if (children !== "") sample.pids.push(...children.split(" ").map(Number));
    }
  }
  return sample;
}

/**
 * Bytes that processes hold together, with what they share counted once. It costs the kernel a walk over every page table, so it
 * is asked only when `bytesAtMost` is too much. In: the bytes of files in memory, some of which the processes may have mapped.
 * A process whose answer cannot be read counts as nothing.
 */
export function bytesTogether(pids: readonly number[], fileBytes: number): number {
  const rollups = pids.map((pid) => read(`/proc/${pid}/smaps_rollup`));
  const bytes = (...fields: string[]) => rollups.reduce((sum, text) => sum + kibIn(text, fields), 0) * 1024;
  return bytes("Pss_Anon", "SwapPss") + Math.max(bytes("Pss_Shmem"), fileBytes);
}

/**
 * Bytes of the files in the sandbox's `/tmp` and `/dev/shm`, which are memory. Both are mount points that nothing inside can move.
 * 0 as long as bwrap is still building: then its root is the host's.
 */
export function memoryFileBytes(init: number): number {
  const root = `/proc/${init}/root`;
  try {
    if (statSync(`${root}/`).dev === statSync("/").dev) return 0;
    return usedBytes(`${root}/tmp`) + usedBytes(`${root}/dev/shm`);
  } catch {
    return 0;
  }
}

/** The file system's number of tmpfs (statfs(2)). */
const tmpfs = 0x01021994;

/** 0 where no private tmpfs is mounted: what a disk holds is no memory. */
function usedBytes(path: string): number {
  const { type, blocks, bfree, bsize } = statfsSync(path);
  return type === tmpfs ? (blocks - bfree) * bsize : 0;
}

/** Bytes of memory the machine could still give (proc(5), `MemAvailable`); infinite where the kernel does not say. */
export function availableBytes(): number {
  const text = read("/proc/meminfo");
  return text.includes("MemAvailable:") ? kibIn(text, ["MemAvailable"]) * 1024 : Number.POSITIVE_INFINITY;
}

/** How often the kernel of this machine has ended a process for lack of memory since it started; 0 where it does not count. */
export function oomKills(): number {
  return Number(/^oom_kill (\d+)$/m.exec(read("/proc/vmstat"))?.[1] ?? 0);
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function kibIn(text: string, fields: readonly string[]): number {
  return fields.reduce(
    (sum, field) => sum + Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0),
    0,
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
