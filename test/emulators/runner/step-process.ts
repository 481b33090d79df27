import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface User {
  uid: number;
  gid: number;
}

export interface ProcessRequest {
  command: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment: nothing of this process's own is added. */
  env: Record<string, string>;
  user: User | undefined;
  /** Ends the process tree: the step's or the job's time limit. */
  signal: AbortSignal;
  onLine: (line: string) => void;
}

/** Milliseconds between SIGTERM and SIGKILL for a step over its time. */
const killGraceMs = 2000;

/** Runs one step's process in its own process group and tells every line it prints. Resolves when it and its group ended. */
export async function runProcess(request: ProcessRequest): Promise<{ exitCode: number; cut: boolean }> {
  if (request.signal.aborted) return { exitCode: 1, cut: true };
  const child = spawn(request.command, request.args, {
    cwd: request.cwd,
    env: request.env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    ...request.user,
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", request.onLine);
  let kill: NodeJS.Timeout | undefined;
  const end = () => {
    killGroup(child.pid, "SIGTERM");
    kill = setTimeout(() => killGroup(child.pid, "SIGKILL"), killGraceMs);
  };
  request.signal.addEventListener("abort", end, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", () => killGroup(child.pid, "SIGKILL"));
      child.once("close", (code) => resolve({ exitCode: code ?? 1, cut: request.signal.aborted }));
    });
  } finally {
    clearTimeout(kill);
    request.signal.removeEventListener("abort", end);
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has already ended.
  }
}
