import type { Outcome } from "../handoff/report.ts";
import { type Profile, type RunResult, type Sandbox, SandboxError, workspaceInside } from "../../sandbox/sandbox.ts";
import { describeCounts, type TestCounts, testCounts } from "./counts.ts";
import type { PlannedCheck } from "./detect.ts";
import { lastLine, lastLines, plainLines } from "./evidence.ts";

/** Bytes of the two output streams, in the order they arrived, kept for evidence. */
const tailBytes = 65_536;

export interface RunCheck {
  sandbox: Sandbox;
  check: PlannedCheck;
  /** What the check may see. Its time limit is the check's own. */
  profile: Profile;
  signal?: AbortSignal | undefined;
}

export interface Ran {
  outcome: Outcome;
  /** null when no known runner reported. */
  counts: TestCounts | null;
}

/**
 * Runs one check on one side. Its commands run one after the other, as npm runs `pre` and `post` scripts, and share the
 * check's time. A limit, a kill for lack of memory or a missing program is `not_run`, never a failure of the code.
 * So is a workspace that an earlier command left in a state that cannot be mounted (a link as `.git`, a mount point moved away).
 * @throws SandboxError when the sandbox itself broke.
 */
export async function runCheck({ sandbox, check, profile, signal }: RunCheck): Promise<Ran> {
  const output = outputTail();
  let ms = 0;
  for (const step of check.command) {
    const left = check.timeoutMs - ms;
    if (left <= 0) return notRun(timedOut(check));
    const limits = { ...profile.limits, timeoutMs: left };
    const env = { ...profile.env, ...checkEnvironment, ...check.env };
    const options = { onOutput: output.write, ...(signal === undefined ? {} : { signal }) };
    const result = await sandbox
      .run({ ...profile, env, limits }, withLocalPrograms(step), options)
      .catch(workspaceRefused);
    if (typeof result === "string") return notRun(`the workspace cannot be used: ${result}`);
    ms += result.ms;
    const bad = badEnd(result, check, output.text());
    if (bad !== null) return notRun(bad);
    const exitCode = exitCodeOf(result);
    if (exitCode !== 0) return ended({ kind: "failed", ms, exit_code: exitCode }, check, output.text());
  }
  return ended({ kind: "passed", ms }, check, output.text());
}

/** What the sandbox refused about the workspace's own files, which the change or the check made. Everything else is a surprise. */
function workspaceRefused(error: unknown): string {
  if (error instanceof SandboxError && error.kind === "workspace") return error.message;
  throw error;
}

/** Programs of the dependencies come first on PATH, as npm does it. The shell only sets that and becomes the command. */
function withLocalPrograms(step: readonly string[]): string[] {
  const setPath = `PATH="${workspaceInside}/node_modules/.bin:$PATH"; export PATH; exec "$@"`;
  return ["/bin/sh", "-c", setPath, "sh", ...step];
}

/** For scripts that call npm themselves: the shell is ours, whatever an `.npmrc` of the change says. */
const checkEnvironment = {
  NO_COLOR: "1",
  INIT_CWD: workspaceInside,
  npm_config_script_shell: "/bin/sh",
  npm_config_update_notifier: "false",
  npm_config_fund: "false",
};

/** Why a command's end says nothing about the code; null when it does say something. */
function badEnd(result: RunResult, check: PlannedCheck, output: string): string | null {
  if (result.kind === "timed-out") return timedOut(check);
  if (result.kind === "cancelled") return "the run was cancelled";
  if (result.kind === "limit") return `it met the sandbox's limit "${result.limit}". ${result.detail}`;
  if (result.kind === "signalled") return resourceSignal(result.signal, output);
  if (result.exitCode === 127) return because("a program it needs is missing (exit code 127)", output);
  if (result.exitCode === 126) return because("a program it needs cannot be executed (exit code 126)", output);
  return null;
}

function resourceSignal(signal: number, output: string): string | null {
  if (signal === 9) return "it was killed (signal 9): most likely the machine ran out of memory";
  if (signal === 24) return "it used up its processor time (signal 24)";
  if (signal === 6 && output.includes("heap out of memory")) return "it ran out of memory (JavaScript heap)";
  return null;
}

function exitCodeOf(result: RunResult): number {
  return result.kind === "exited" ? result.exitCode : result.kind === "signalled" ? 128 + result.signal : 1;
}

function timedOut({ timeoutMs }: PlannedCheck): string {
  return `it did not end within ${timeoutMs / 1000} s`;
}

function because(why: string, output: string): string {
  const last = lastLine(output);
  return last === "" ? why : `${why}: ${last}`;
}

function notRun(reason: string): Ran {
  return { outcome: { kind: "not_run", reason }, counts: null };
}

type Ended = { kind: "passed"; ms: number } | { kind: "failed"; ms: number; exit_code: number };

function ended(end: Ended, check: PlannedCheck, output: string): Ran {
  const counts = check.kind === "tests" ? testCounts(output) : null;
  const summary = counts === null ? [] : [describeCounts(counts)];
  if (end.kind === "failed") {
    return { outcome: { ...end, evidence: [...summary, lastLines(output)].join("\n") }, counts };
  }
  return { outcome: { ...end, evidence: summary[0] ?? lastLine(output) }, counts };
}

/** The end of both streams together, as a person at a terminal would have seen it. */
function outputTail(): { write: (chunk: Buffer) => void; text: () => string } {
  let kept = Buffer.alloc(0);
  return {
    write: (chunk) => {
      kept = Buffer.concat([kept, chunk]);
      if (kept.byteLength > 2 * tailBytes) kept = kept.subarray(kept.byteLength - tailBytes);
    },
    text: () => plainLines(kept.toString("utf8")),
  };
}
