import { join } from "node:path";
import type { AuditLog, AuditPhase } from "../audit/log.ts";
import { openAudit } from "../audit/log.ts";
import { explain } from "../errors.ts";
import { seal } from "../handoff/seal.ts";
import { Stop } from "../handoff/stop.ts";
import { stop, type Stopped, stopPaper } from "../phases/stop.ts";
import type { RunnerFacts } from "./inputs.ts";
import type { Log } from "./log.ts";
import { writePapers } from "./papers.ts";

/** The job around a phase: what the runner said, and the few ways to speak back to it. */
export interface Shell {
  runner: RunnerFacts;
  /** Whether the machine is GitHub's own and thrown away after the job. */
  hosted: boolean;
  /** Name of the account the job runs as. */
  user: string;
  log: Log;
  now: () => number;
  signal: AbortSignal;
  output(name: "paper" | "digest" | "proceed" | "start", value: string): void;
  /** Registers a value that the runner must hide in every later line. */
  mask(value: string): void;
  /** Appends Markdown to the job's summary page. */
  summary(markdown: string): Promise<void>;
  fail(message: string): void;
}

/** Everything of ours on this machine lies here. */
export function jobDirectory(shell: Shell): string {
  return join(shell.runner.temp, "airlock");
}

/** The directory whose files become the job's artifact. */
export function paperDirectory(shell: Shell): string {
  return join(shell.runner.temp, "airlock-paper");
}

/**
 * Runs one phase and makes sure that its end is on paper: its own paper, or a Stop that says why there is none. An error becomes a
 * Stop of kind `failed` and fails the job.
 * In: the phase; `begin` opens the audit log it continues; `work` does it and writes its paper, or gives the reason to stop.
 */
export async function onPaper(
  phase: Exclude<AuditPhase, "local">,
  shell: Shell,
  steps: { begin: () => Promise<AuditLog>; work: (audit: AuditLog) => Promise<Stopped | null> },
): Promise<void> {
  let audit = openAudit(phase, shell.now);
  try {
    audit = await steps.begin();
    const stopped = await steps.work(audit);
    if (stopped === null) return;
    await leaveStop(phase, shell, stopped, audit);
    shell.log(`The road ends here: ${stopped.stop.message} ${stopped.stop.next}`.trim());
  } catch (thrown) {
    const { code, message, fix } = explain(thrown);
    audit.append("phase.failed", { code, message });
    await leaveStop(phase, shell, stop("failed", message, fix), audit);
    throw thrown;
  }
}

async function leaveStop(phase: Stop["phase"], shell: Shell, stopped: Stopped, audit: AuditLog): Promise<void> {
  const sealed = seal(Stop, stopPaper(phase, shell.runner.identity, stopped, audit.head));
  const directory = paperDirectory(shell);
  await writePapers(directory, { name: "stop", sealed, audit });
  shell.output("paper", directory);
  await shell.summary(
    `### Airlock ${phase}: ${stopped.stop.kind}\n\n${plain(stopped.stop.message)}\n\n${plain(stopped.stop.next)}\n`,
  );
}

/** Our own sentences can quote what people wrote; in a summary they are shown as text. */
export function plain(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|!@&]/g, String.raw`\$&`).replaceAll(/\s+/g, " ");
}
