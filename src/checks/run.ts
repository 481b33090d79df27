import type { NotRunCause, Outcome } from "../handoff/report.ts";
import { type Profile, type RunResult, type Sandbox, SandboxError, workspaceInside } from "../../sandbox/sandbox.ts";
import { describeCounts, type TestCounts, testCounts } from "./counts.ts";
import type { PlannedCheck } from "./detect.ts";
import { lastLine, lastLines, plainLines } from "./evidence.ts";
import type { ReportPlace } from "./report-file.ts";
import type { RunnerFound } from "./runner.ts";
import { judgeEnd, type ReportSeen } from "./seen-report.ts";
import { readTestReport } from "./test-report.ts";

/** Bytes of the two output streams, in the order they arrived, kept for evidence. */
const tailBytes = 65_536;

export interface RunCheck {
  sandbox: Sandbox;
  check: PlannedCheck;
  /** What the check may see. Its time limit is the check's own. */
  profile: Profile;
  /** Which command of it writes a test report, and where. Absent: none does. */
  reporting?: Reporting | undefined;
  signal?: AbortSignal | undefined;
}

export interface Reporting {
  runner: Extract<RunnerFound, { kind: "known" }>;
  place: ReportPlace;
}

export interface Ran {
  outcome: Outcome;
  /** null when no known runner reported. */
  counts: TestCounts | null;
  /** The runner's own report. Absent: none was asked for. */
  report?: ReportSeen;
}

/**
 * Runs one check on one side. Its commands run one after the other, as npm runs `pre` and `post` scripts, and share the
 * check's time. A limit, a kill for lack of memory or a missing program is `not_run`, never a failure of the code.
 * So is a workspace that an earlier command left in a state that cannot be mounted (a link as `.git`, a mount point moved away).
 * @throws SandboxError when the sandbox itself broke.
 */
export async function runCheck({ sandbox, check, profile, reporting, signal }: RunCheck): Promise<Ran> {
  const output = outputTail(reporting?.place.name);
  const end = async (how: Ended) => ended(how, { check, output: output.text(), report: await reportOf(reporting) });
  let ms = 0;
  for (const [index, step] of check.command.entries()) {
    const left = check.timeoutMs - ms;
    if (left <= 0) return notRun(timedOut(check));
    const reports = reporting?.runner.step === index ? reporting : undefined;
    const limits = { ...profile.limits, timeoutMs: left };
    const env = { ...profile.env, ...checkEnvironment, ...check.env };
    const options = { onOutput: output.write, ...(signal === undefined ? {} : { signal }) };
    const result = await sandbox
      .run({ ...withReport(profile, reports), env, limits }, withLocalPrograms(reportingStep(step, reports)), options)
      .catch(workspaceRefused);
    if (typeof result === "string") return notRun(["other", `the workspace cannot be used: ${result}`]);
    ms += result.ms;
    const bad = badEnd(result, check, output.text());
    if (bad !== null) return notRun(bad);
    const exitCode = exitCodeOf(result);
    if (exitCode !== 0) return await end({ kind: "failed", ms, exit_code: exitCode });
  }
  return await end({ kind: "passed", ms });
}

/** The place of the report is there for the one command that writes it. */
function withReport(profile: Profile, reporting: Reporting | undefined): Profile {
  if (reporting === undefined) return profile;
  return { ...profile, writable: [...(profile.writable ?? []), reporting.place.mount] };
}

function reportingStep(step: readonly string[], reporting: Reporting | undefined): readonly string[] {
  return reporting === undefined ? step : reporting.runner.withReport(reporting.place.inside);
}

async function reportOf(reporting: Reporting | undefined): Promise<ReportSeen | undefined> {
  if (reporting === undefined) return undefined;
  const read = await reporting.place.read();
  return read.kind === "read" ? readTestReport(reporting.runner.runner, read.text, workspaceInside) : read;
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

type Bad = [cause: NotRunCause, reason: string];

/** Why a command's end says nothing about the code; null when it does say something. */
function badEnd(result: RunResult, check: PlannedCheck, output: string): Bad | null {
  if (result.kind === "timed-out") return timedOut(check);
  if (result.kind === "cancelled") return ["cancelled", "the run was cancelled"];
  if (result.kind === "limit") return ["limit", `it met the sandbox's limit "${result.limit}". ${result.detail}`];
  if (result.kind === "signalled") return resourceSignal(result.signal, output);
  const missing: NotRunCause = "missing-tool";
  if (result.exitCode === 127) return [missing, because("a program it needs is missing (exit code 127)", output)];
  if (result.exitCode === 126) {
    return [missing, because("a program it needs cannot be executed (exit code 126)", output)];
  }
  return null;
}

function resourceSignal(signal: number, output: string): Bad | null {
  if (signal === 9) return ["limit", "it was killed (signal 9): most likely the machine ran out of memory"];
  if (signal === 24) return ["limit", "it used up its processor time (signal 24)"];
  if (signal === 6 && output.includes("heap out of memory")) {
    return ["limit", "it ran out of memory (JavaScript heap)"];
  }
  return null;
}

function exitCodeOf(result: RunResult): number {
  return result.kind === "exited" ? result.exitCode : result.kind === "signalled" ? 128 + result.signal : 1;
}

function timedOut({ timeoutMs }: PlannedCheck): Bad {
  return ["time-out", `it did not end within ${timeoutMs / 1000} s`];
}

function because(why: string, output: string): string {
  const last = lastLine(output);
  return last === "" ? why : `${why}: ${last}`;
}

function notRun([cause, reason]: Bad): Ran {
  return { outcome: { kind: "not_run", cause, reason }, counts: null };
}

type Ended = { kind: "passed"; ms: number } | { kind: "failed"; ms: number; exit_code: number };

function ended(
  end: Ended,
  { check, output, report }: { check: PlannedCheck; output: string; report: ReportSeen | undefined },
): Ran {
  const printed = check.kind === "tests" ? testCounts(output) : null;
  const { counts, report: seen, red, told } = judgeEnd(end.kind, { printed, report });
  const known = { counts, ...(seen === undefined ? {} : { report: seen }) };
  const summary = counts === null ? [] : [describeCounts(counts)];
  if (end.kind === "failed" || red !== null) {
    const evidence = [...(red === null ? [] : [red]), ...summary, ...told, lastLines(output)].join("\n").trimEnd();
    const exit_code = end.kind === "failed" ? end.exit_code : 0;
    return { outcome: { kind: "failed", ms: end.ms, exit_code, evidence }, ...known };
  }
  return { outcome: { ...end, evidence: summary[0] ?? lastLine(output) }, ...known };
}

/** Runners say where they wrote their report; that place is ours and says nothing to a reader. */
function withoutLinesOf(plain: string, ours: string | undefined): string {
  if (ours === undefined || !plain.includes(ours)) return plain;
  const lines = plain.split("\n").filter((line) => !line.includes(ours));
  return lines.join("\n");
}

/** The end of both streams together, as a person at a terminal would have seen it. */
function outputTail(ours?: string): { write: (chunk: Buffer) => void; text: () => string } {
  let kept = Buffer.alloc(0);
  return {
    write: (chunk) => {
      kept = Buffer.concat([kept, chunk]);
      if (kept.byteLength > 2 * tailBytes) kept = kept.subarray(kept.byteLength - tailBytes);
    },
    text: () => withoutLinesOf(plainLines(kept.toString("utf8")), ours),
  };
}
