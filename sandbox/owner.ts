import { lstatSync, readFileSync, readlinkSync } from "node:fs";

/** A mark: the PID namespace, a process's number in it, and the tick it started at. Together they never come again on one boot. */
export const markPattern = /airlock-(\d+)-(\d+)-(\d+)/;

/** The word that marks what belongs to this process: a sandbox's visible words, the name of a directory or a control group. */
export function ownMark(): string {
  own ??= `airlock-${namespace()}-${process.pid}-${startedAt("self") ?? 0}`;
  return own;
}

let own: string | undefined;

/**
 * Whether a word is a mark and the process it names is gone. False for every other word, and for a process of another PID namespace
 * (a container with the same directories): nobody here can know.
 */
export function isAbandoned(word: string): boolean {
  const [all, from, pid, start] = markPattern.exec(word) ?? [];
  if (all !== word || pid === undefined || from !== namespace()) return false;
  return startedAt(pid) !== Number(start);
}

/** The mark that a name begins with; empty when it begins with none. */
export function markOf(name: string): string {
  return beginning.exec(name)?.[0] ?? "";
}

const beginning = new RegExp(`^${markPattern.source}(?=-)`);

/** A real directory that nobody but its owner can enter. In: the owner it must have; absent: ourselves. Nothing there is no such directory. */
export function isPrivate(directory: string, uid = process.getuid?.()): boolean {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === uid && (stat.mode & 0o077) === 0;
}

function namespace(): string {
  return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
}

/** Clock ticks after boot at which a process started (proc(5), field 22 of `stat`), or null: there is none. */
function startedAt(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets, and may hold anything.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  } catch {
    return null;
  }
}
