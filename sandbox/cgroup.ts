import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  promises,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAbandoned, markPattern, ownMark } from "./owner.ts";
import type { Caps } from "./limits.ts";

/** Where groups for commands can be made. With v2 both are the same directory. */
export interface Cgroups {
  version: "cgroup v1" | "cgroup v2";
  memory: string;
  pids: string;
}

/** What the kernel counted in a group: processes it ended for lack of memory, forks it refused. */
export interface Counters {
  oomKills: number;
  refused: number;
}

/** The control group of one command. Disposing removes it; what is still inside must be dying. */
export interface Cgroup extends AsyncDisposable {
  /** Puts processes in. One that is gone is passed over. The first of a while takes the kernel some 10 ms. */
  join(pids: readonly number[]): Promise<void>;
  members(): Set<number>;
  counters(): Counters;
}

/** bwrap's own two processes. */
const ownProcesses = 2;
/** Our own leaf: a v2 group that has groups with limits below it may hold no process itself. */
const leaf = "airlock-self";
/** Attempts to remove a group, 10 ms apart: what was killed needs a moment to be gone. */
const removals = 100;

/**
 * Finds out whether this process may make control groups with limits for memory and processes below its own: as root, or where the
 * group was delegated to its user. It is tried with a real group. With v2 this process moves into a leaf of its own first.
 * Out: null where only polling remains. In: where to look, for tests.
 */
export function findCgroups(proc = "/proc/self"): Cgroups | null {
  try {
    const found = usable(proc);
    if (found === null) return null;
    removeAbandoned(found);
    rehearse(found);
    return found;
  } catch {
    // Not ours to use: read-only, another's, or without the controllers.
    return null;
  }
}

/**
 * Whether control groups can still be found once processes of a command run beside us: with v1. With v2 the kernel hands controllers on
 * only while no process but ours is in the group.
 */
export function canBeFoundLater(proc = "/proc/self"): boolean {
  return /:memory[,:]/.test(readFileSync(join(proc, "cgroup"), "utf8"));
}

function rehearse({ version, memory, pids }: Cgroups): void {
  const groups = makeGroups({ memory, pids });
  try {
    setLimits(version, groups, { memoryBytes: 64 * 1024 * 1024, processes: 16 });
  } finally {
    for (const group of new Set(Object.values(groups))) tryRemove(group);
  }
}

let count = 0;

/** One new directory below each; with v2 both are the same. */
function makeGroups(parents: { memory: string; pids: string }): { memory: string; pids: string } {
  const name = `${ownMark()}-${(count += 1)}`;
  const groups = { memory: join(parents.memory, name), pids: join(parents.pids, name) };
  for (const group of new Set(Object.values(groups))) mkdirSync(group);
  return groups;
}

/** Makes the group of one command. @throws the file system's error when the kernel refuses it. */
export function openCgroup(cgroups: Cgroups, caps: Pick<Caps, "memoryBytes" | "processes">): Cgroup {
  const { memory, pids } = makeGroups(cgroups);
  const groups = [...new Set([memory, pids])];
  try {
    setLimits(cgroups.version, { memory, pids }, caps);
  } catch (error) {
    for (const group of groups) rmdirSync(group);
    throw error;
  }
  return {
    async join(numbers) {
      for (const number of numbers)
        for (const group of groups)
          await promises.writeFile(join(group, "cgroup.procs"), String(number)).catch(unlessGone);
    },
    members() {
      const [first = new Set<number>(), second = first] = groups.map(membersOf);
      return new Set([...first].filter((pid) => second.has(pid)));
    },
    counters: () => countersOf(cgroups.version, { memory, pids }),
    async [Symbol.asyncDispose]() {
      for (const group of groups) await remove(group);
    },
  };
}

function usable(proc: string): Cgroups | null {
  const places = ownGroups(proc);
  const both = places.get("");
  if (both !== undefined && wanted.every((name) => words(join(both, "cgroup.controllers")).includes(name))) {
    const base = delegated(both);
    return base === null ? null : { version: "cgroup v2", memory: base, pids: base };
  }
  const [memory, pids] = [places.get("memory"), places.get("pids")];
  if (memory === undefined || pids === undefined) return null;
  for (const place of [memory, pids]) accessSync(place, constants.W_OK);
  return { version: "cgroup v1", memory, pids };
}

const wanted = ["memory", "pids"] as const;

/** The directories of this process's own groups by controller, v2's under the empty name. Only those it really finds itself in. */
function ownGroups(proc: string): Map<string, string> {
  const paths = readFileSync(join(proc, "cgroup"), "utf8").trim().split("\n");
  const mounts = readFileSync(join(proc, "mountinfo"), "utf8").trim().split("\n").map(mountOf);
  const found = new Map<string, string>();
  for (const line of paths) {
    const [, names = "", path = "/"] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const name of names.split(",")) {
      const mount = mounts.find(({ type, options }) =>
        name === "" ? type === "cgroup2" : type === "cgroup" && options.includes(name),
      );
      if (mount === undefined) continue;
      const directory = join(mount.at, mount.root === "/" ? path : path.replace(mount.root, ""));
      if (existsSync(directory) && membersOf(directory).has(process.pid)) found.set(name, directory);
    }
  }
  return found;
}

/** One line of mountinfo (proc(5)): what follows the separator is the type, the source and the options of the file system. */
function mountOf(line: string): { root: string; at: string; type: string; options: string[] } {
  const [before = "", after = ""] = line.split(" - ");
  const [, , , root = "", at = ""] = before.split(" ");
  const [type = "", , options = ""] = after.split(" ");
  return { root, at, type, options: options.split(",") };
}

/** The v2 directory below which groups can be made, with this process moved out of the way; null: others live there. */
function delegated(own: string): string | null {
  const base = basename(own) === leaf ? dirname(own) : own;
  const control = join(base, "cgroup.subtree_control");
  if (wanted.every((name) => words(control).includes(name))) return base;
  for (const path of [base, control, join(base, "cgroup.procs")]) accessSync(path, constants.W_OK);
  const place = join(base, leaf);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "cgroup.procs"), String(process.pid));
  try {
    writeFileSync(control, wanted.map((name) => `+${name}`).join(" "));
    return base;
  } catch {
    writeFileSync(join(base, "cgroup.procs"), String(process.pid));
    rmdirSync(place);
    return null;
  }
}

function setLimits(
  version: Cgroups["version"],
  { memory, pids }: { memory: string; pids: string },
  caps: Pick<Caps, "memoryBytes" | "processes">,
): void {
  writeFileSync(join(pids, "pids.max"), String(caps.processes + ownProcesses));
  if (version === "cgroup v1") {
    writeFileSync(join(memory, "memory.limit_in_bytes"), String(caps.memoryBytes));
    const withSwap = join(memory, "memory.memsw.limit_in_bytes");
    if (existsSync(withSwap)) writeFileSync(withSwap, String(caps.memoryBytes));
    return;
  }
  writeFileSync(join(memory, "memory.max"), String(caps.memoryBytes));
  // One that is killed takes all with it: half a command must not go on and call itself failed.
  writeFileSync(join(memory, "memory.oom.group"), "1");
  const swap = join(memory, "memory.swap.max");
  if (existsSync(swap)) writeFileSync(swap, "0");
}

function countersOf(version: Cgroups["version"], { memory, pids }: { memory: string; pids: string }): Counters {
  const events = version === "cgroup v1" ? "memory.oom_control" : "memory.events";
  return {
    oomKills: numberIn(join(memory, events), "oom_kill"),
    refused: numberIn(join(pids, "pids.events"), "max"),
  };
}

function numberIn(path: string, key: string): number {
  return Number(new RegExp(`^${key} (\\d+)$`, "m").exec(readFileSync(path, "utf8"))?.[1] ?? 0);
}

function membersOf(group: string): Set<number> {
  return new Set(words(join(group, "cgroup.procs")).map(Number));
}

function words(path: string): string[] {
  return readFileSync(path, "utf8")
    .split(/\s+/)
    .filter((word) => word !== "");
}

/** A process that has ended, or is a zombie, cannot be moved. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Error && "code" in error && (error.code === "ESRCH" || error.code === "EINVAL"))) throw error;
}

async function remove(group: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return rmdirSync(group);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
      // Whoever opens the next sandbox removes it: its name says whose it was.
      if (attempt === removals) return;
      await sleep(10);
    }
  }
}

/** Groups of an Airlock that was killed. */
function removeAbandoned({ memory, pids }: Cgroups): void {
  for (const parent of new Set([memory, pids]))
    for (const name of readdirSync(parent))
      if (isAbandoned(markPattern.exec(name)?.[0] ?? "")) tryRemove(join(parent, name));
}

function tryRemove(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // A process of it still lives: the sweep has killed it, and the next start removes the group.
  }
}
