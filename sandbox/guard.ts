import { statfsSync } from "node:fs";
import { openCgroup } from "./cgroup.ts";
import { monotonicMs } from "./clock.ts";
import { SandboxError } from "./sandbox.ts";
import { availableBytes, bytesTogether, memoryFileBytes, oomKills, sampleTree } from "./tree.ts";
import { limitAtEnd, limitOver } from "./verdict.ts";
import type { Cgroup, Cgroups } from "./cgroup.ts";
import type { Caps } from "./limits.ts";
import type { LimitHit } from "./sandbox.ts";
import type { Sample } from "./tree.ts";
import type { EndFacts } from "./verdict.ts";

/** Milliseconds until the first look, and between two at most. Near a limit the pause stays short. */
const firstLookMs = 20;
const longestPauseMs = 250;
const nearPauseMs = 50;
/** The share of a limit from which on it is near. */
const near = 0.5;
/** A pause is at least this many times as long as the look before it: hundreds of processes take some 10 ms to look at. */
const pausePerLook = 10;
/** Rounds of one look in which processes are moved that were born outside meanwhile. */
const roundsMax = 10;

/** What holds one command. */
export interface Bounds {
  caps: Caps;
  /** Host directories the command may write to: their file systems must keep some space free. */
  writable: readonly string[];
  /** null: only looking is left. Asked at the first look: finding out takes longer than a short command. */
  readonly cgroups: Cgroups | null;
}

/** One running sandbox. */
export interface Watched {
  /** The host's number of bwrap's outer process; undefined: it did not start. */
  outer: number | undefined;
  /** The sandbox's PID 1 as the host numbers it; null: not reported yet. */
  init: () => number | null;
  bounds: Bounds;
  /** Ends everything inside, at once. */
  kill: () => void;
}

/** Watches one command. Disposing removes its control group. */
export interface Guard extends AsyncDisposable {
  /** No more looks; call it as soon as the command has ended. */
  stop(): void;
  /**
   * The limit that ended the command, by what was seen and by how it ended; null: none.
   * @throws SandboxError when its processes could not be put into their control group.
   */
  verdict(end: Pick<EndFacts, "record" | "ended" | "output">): LimitHit | null;
}

/**
 * Looks at the processes of one sandbox from now on, and ends them all when they are together over a limit. Call it when the command
 * begins. Its control group is made at the first look and not before: moving a process into one costs the kernel some 10 ms, and most
 * commands have ended by then. Until then, and for what is born faster than it can be moved, `prlimit` and the looks hold.
 */
export function watch({ outer, init, bounds, kill }: Watched): Guard {
  const { caps } = bounds;
  const killsBefore = oomKills();
  let group: Cgroup | null = null;
  let moving: Promise<void> | null = null;
  let failure: unknown;
  let hit: LimitHit | null = null;

  const processes = () => {
    const first = init();
    return first === null ? nobody : sampleTree(first, caps.processes);
  };
  const look = (pauseMs: number) => {
    try {
      if (bounds.cgroups !== null) group ??= openCgroup(bounds.cgroups, caps);
    } catch (error) {
      return fail(error);
    }
    const begun = monotonicMs();
    const sample = processes();
    const seen = { ...weigh(sample, bounds), cgroup: group?.counters() ?? null };
    hit = limitOver(seen, caps);
    if (hit !== null) return kill();
    if (group !== null)
      moving ??= moveIn(group, () => [...(outer === undefined ? [] : [outer]), ...processes().pids])
        .catch(fail)
        .finally(() => {
          moving = null;
        });
    const share = Math.max(seen.tasks / caps.processes, seen.memoryBytes / caps.memoryBytes);
    const next = nextPause(pauseMs, share, monotonicMs() - begun);
    timer = setTimeout(look, next, next);
  };
  const fail = (error: unknown) => {
    failure = error;
    kill();
  };
  let timer = setTimeout(look, firstLookMs, firstLookMs);

  return {
    stop: () => clearTimeout(timer),
    verdict(end) {
      if (failure !== undefined) throw noGroup(failure);
      if (hit !== null || (group === null && end.record === 0)) return hit;
      // A command that ended before its group was made has no memory to run out of; what the machine counted was another's.
      const cgroup = group?.counters() ?? (bounds.cgroups === null ? null : { oomKills: 0, refused: 0 });
      return limitAtEnd({ ...end, cgroup, oomKills: end.record === 0 ? 0 : oomKills() - killsBefore }, caps);
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await moving;
      await group?.[Symbol.asyncDispose]();
    },
  };
}

/**
 * Pauses double up to the longest; near a limit they stay short. In: the last pause, the share of the limit in use, and how long the
 * look took; a command of very many processes must not take our time. Pure.
 */
export function nextPause(pauseMs: number, share: number, tookMs: number): number {
  const wanted = share >= near ? nearPauseMs : Math.min(pauseMs * 2, longestPauseMs);
  return Math.max(wanted, tookMs * pausePerLook);
}

const nobody: Sample = { pids: [], tasks: 0, bytesAtMost: 0 };

/**
 * Moves whoever is outside into the group. A child is born where its parent is, so what was born meanwhile to one that was still
 * outside is moved in another round.
 */
async function moveIn(group: Cgroup, processes: () => number[]): Promise<void> {
  const tried = new Set<number>();
  for (let round = 0; round < roundsMax; round += 1) {
    const inside = group.members();
    const strays = processes().filter((pid) => !inside.has(pid) && !tried.has(pid));
    if (strays.length === 0) return;
    for (const pid of strays) tried.add(pid);
    await group.join(strays);
  }
}

function weigh(
  { tasks, bytesAtMost, pids }: Sample,
  { caps, writable }: Bounds,
): { tasks: number; memoryBytes: number; availableBytes: number; freeBytes: number | null } {
  const free = writable.map(freeBytes);
  const [init] = pids;
  const files = init === undefined ? 0 : memoryFileBytes(init);
  return {
    tasks,
    memoryBytes: bytesAtMost + files > caps.memoryBytes ? bytesTogether(pids, files) : bytesAtMost + files,
    availableBytes: availableBytes(),
    freeBytes: free.length === 0 ? null : Math.min(...free),
  };
}

/** Bytes an ordinary user may still write there; infinite where it cannot be asked. */
function freeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function noGroup(cause: unknown): SandboxError {
  return new SandboxError(
    "The command's processes could not be put into their control group, so they were ended.",
    "Something else changes this machine's control groups. Run where nobody does, or where they are read-only: then memory and processes are watched instead.",
    cause,
  );
}
