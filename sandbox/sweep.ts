import { lstatSync, promises, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { isAbandoned, markPattern, ownMark } from "./owner.ts";

/** The option of bwrap that carries our mark: it is on the command line, where the sweep can read it, and does nothing. */
const marker = "--unsetenv";

/** `run-MARK-…` in a state directory, `MARK-…` among temporary files. */
const ourName = new RegExp(`^(?:run-)?(${markPattern.source})-[A-Za-z0-9-]+$`);

/** Words for bwrap's command line that say whose sandbox it is. They change nothing inside. */
export function ownerWords(): string[] {
  return [marker, ownMark()];
}

/** The directory of one command below the state directory: its name says whose it is. */
export function commandDirectory(stateDir: string, id: string): string {
  return join(stateDir, `run-${ownMark()}-${id}`);
}

/**
 * Ends the sandboxes of a user whose Airlock is gone: one killed in the first moments of a start can leave them, before bwrap has
 * asked the kernel to die with its parent. Those of a living Airlock are left alone. Out: the numbers of the ended processes.
 */
export function sweepProcesses(uid: number): number[] {
  const ended: number[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || !isAbandonedSandbox(name, uid)) continue;
    try {
      process.kill(Number(name), "SIGKILL");
      ended.push(Number(name));
    } catch {
      // It has ended by itself.
    }
  }
  return ended;
}

/**
 * Removes what carries the mark of an Airlock that is gone: directories of commands in a state directory, our temporary directories
 * where those are made. Only what belongs to the caller or, in the caller's own directory, to the sandbox's user is touched.
 */
export async function sweepDirectories(parent: string, uids: readonly number[]): Promise<void> {
  for (const name of readdirSync(parent)) {
    // Only names that we make: a copy that somebody kept under another is his.
    if (!isAbandoned(ourName.exec(name)?.[1] ?? "")) continue;
    const path = join(parent, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() !== true || !uids.includes(found.uid)) continue;
    // What cannot be removed is harmless, and stays.
    await promises.rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * Only bwrap's own two processes count: the outer one, in our PID namespace, and PID 1 of a sandbox just below. A command inside can
 * carry any words but is neither. A sandbox of another container is deeper, and its mark names a process of that container.
 */
function isAbandonedSandbox(pid: string, uid: number): boolean {
  try {
    if (statSync(`/proc/${pid}`).uid !== uid) return false;
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    const at = words.indexOf(marker);
    if (basename(words[at - 1] ?? "") !== "bwrap" || !isAbandoned(words[at + 1] ?? "")) return false;
    const numbers = /^NSpid:\s+(.+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]?.split(/\s+/) ?? [];
    return numbers.length === 1 || (numbers.length === 2 && numbers[1] === "1");
  } catch {
    return false;
  }
}
