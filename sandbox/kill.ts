import { readFileSync } from "node:fs";

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

function isNamespaceInit(pid: number): boolean {
  try {
    const numbers = /^NSpid:\s+(.+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]?.split(/\s+/) ?? [];
    return numbers.length > 1 && numbers.at(-1) === "1";
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
