import { readFileSync } from "node:fs";

/** A process by its number and the tick it started at, which together never come again on one boot. */
const tag = /^airlock-(\d+)-(\d+)$/;

/** The word that marks what belongs to this process: a sandbox's visible words, a directory's name. */
export function ownTag(): string {
  own ??= `airlock-${process.pid}-${startedAt("self") ?? 0}`;
  return own;
}

let own: string | undefined;

/** Whether a word is such a mark and the process it names is gone. Another word is nobody's, and false. */
export function isAbandoned(word: string): boolean {
  const [, pid, start] = tag.exec(word) ?? [];
  return pid !== undefined && start !== undefined && startedAt(pid) !== Number(start);
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
