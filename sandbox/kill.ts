import { readFileSync } from "node:fs";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { monotonicMs } from "./clock.ts";

/** Kills the process group that a started bwrap leads. Gone already is fine. */
export function killGroup(leader: number | undefined): void {
  if (leader !== undefined) kill(-leader);
}

/**
 * Kills a sandbox's PID 1, and with it everything inside. It has left bwrap's process group, and between that moment and
 * the one where it is armed to die with its parent, killing the group alone would leave it running for ever.
 * In: the pid bwrap reported. A number that now belongs to another process is left alone.
 */
export function killSandboxInit(pid: number | null): void {
  if (pid !== null && isNamespaceInit(pid)) kill(pid);
}

/**
 * Waits until a killed sandbox's PID 1 is no more than a zombie: the kernel lets it become one only after everything else inside is
 * dead. Out: false when that took longer than `ms`.
 */
export async function sandboxInitGone(pid: number | null, ms: number): Promise<boolean> {
  if (pid === null) return true;
  const until = monotonicMs() + ms;
  for (let looks = 0; isNamespaceInit(pid); looks += 1) {
    if (monotonicMs() > until) return false;
    // Most often it is a matter of microseconds.
    await (looks < 20 ? setImmediate() : sleep(1));
  }
  return true;
}

/** Whether this is the living PID 1 of a namespace. */
function isNamespaceInit(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const numbers = /^NSpid:\s+(.+)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
    return numbers.length > 1 && numbers.at(-1) === "1" && !/^State:\s+[ZX]/m.test(status);
  } catch {
    return false;
  }
}

function kill(target: number): void {
  try {
    process.kill(target, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
