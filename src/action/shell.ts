import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { AuditLog, AuditPhase } from "../audit/log.ts";
import { openAudit } from "../audit/log.ts";
import { AirlockError, explain } from "../errors.ts";
import { seal } from "../handoff/seal.ts";
import { Stop } from "../handoff/stop.ts";
import { stop, type Stopped, stopPaper } from "../phases/stop.ts";
import type { Canary } from "../text/canary.ts";
import { redact } from "../text/redact.ts";
import type { Account } from "./handover.ts";
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
  /** The account that used sudo to start this process as root; null: this process is the account's own. */
  account: Account | null;
  /** Everything of ours on this machine lies here; users other than this one must be able to enter what is above it. */
  jobs: string;
  log: Log;
  now: () => number;
  signal: AbortSignal;
  output(
    name: "paper" | "digest" | "proceed" | "start" | "trusted" | "base" | "solution" | "baseline",
    value: string,
  ): void;
  /** Directory of the built files that this action runs; absent when it runs from source. */
  bundle?: string;
  /**
   * Takes a variable out of this process's environment: nothing that is started afterwards inherits it. Asked only for names that the trusted
   * configuration holds.
   */
  takeVariable: (name: string) => string | undefined;
  /** All that the machine's own programs are given: sudo, apt, npm. */
  programs: Readonly<Record<string, string>>;
  /** The credential planted for this run; it stands in this process's environment since the start. */
  canary: Canary;
  /** Registers a value that the runner must hide in every later line, and that stands in no paper. */
  mask: (value: string) => void;
  /** What was registered so far. */
  readonly known: readonly string[];
  /** Appends Markdown to the job's summary page. */
  summary(markdown: string): Promise<void>;
}

type JobPhase = Exclude<AuditPhase, "local">;
const papers = "airlock-paper";

/** Where prepare leaves what the phase after it needs, in the same job. */
export function jobDirectory(shell: Pick<Shell, "jobs">): string {
  return join(shell.jobs, "airlock");
}

/** Where a phase writes its papers. Behind sudo that is root's own place, and what lies there is carried out at the end. */
export function paperDirectory(shell: Pick<Shell, "jobs">): string {
  return join(shell.jobs, papers);
}

/** The directory whose files become the job's artifact. */
export function artifactDirectory(shell: Pick<Shell, "runner">): string {
  return join(shell.runner.temp, papers);
}

/**
 * Runs one phase and makes sure that its end is on paper: its own paper, or a Stop that says why there is none. An error becomes a
 * Stop of kind `failed` and fails the job.
 * In: the phase; `begin` reads the papers it was handed and opens the audit log it continues; `work` does it and writes its paper, or
 * gives the reason to stop.
 */
export async function onPaper<Papers>(
  phase: JobPhase,
  shell: Shell,
  steps: {
    begin: () => Promise<{ audit: AuditLog; papers: Papers }>;
    work: (audit: AuditLog, papers: Papers) => Promise<Stopped | null>;
  },
): Promise<void> {
  let audit = openAudit(phase, shell.now);
  try {
    const begun = await steps.begin();
    ({ audit } = begun);
    const stopped = await steps.work(audit, begun.papers);
    if (stopped === null) return;
    await leaveStop(phase, shell, stopped, audit);
    shell.log(`The road ends here: ${stopped.stop.message} ${stopped.stop.next}`.trim());
  } catch (thrown) {
    await leaveFailure(phase, shell, thrown, audit);
    throw thrown;
  }
}

/** Puts an error on paper. The words of an error are often somebody else's: an endpoint can repeat the key that it was sent. */
export async function leaveFailure(
  phase: JobPhase,
  shell: Shell,
  thrown: unknown,
  audit: AuditLog = openAudit(phase, shell.now),
): Promise<void> {
  const { code, message, fix } = explain(thrown);
  audit.append("phase.failed", { code, message: redact(message, shell.known) });
  await leaveStop(phase, shell, stop("failed", message, fix), audit);
}

async function leaveStop(phase: JobPhase, shell: Shell, leaving: Stopped, audit: AuditLog): Promise<void> {
  const stopped = redacted(leaving, shell.known);
  const sealed = seal(Stop, stopPaper(phase, shell.runner.identity, stopped, audit.head));
  await writePapers(paperDirectory(shell), { name: "stop", sealed, audit });
  shell.output("paper", artifactDirectory(shell));
  await shell.summary(
    `### Airlock ${phase}: ${stopped.stop.kind}\n\n${plain(stopped.stop.message)}\n\n${plain(stopped.stop.next)}\n`,
  );
}

/** No value that this process holds stands in what leaves it, whoever wrote the sentence. */
function redacted({ stop: { message, next, said, ...rest } }: Stopped, known: readonly string[]): Stopped {
  const clean = { ...rest, message: redact(message, known), next: redact(next, known) };
  return { kind: "stop", stop: said === undefined ? clean : { ...clean, said: redact(said, known) } };
}

/** Our own sentences can quote what people wrote; in a summary they are shown as text. */
export function plain(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|!@&]/g, String.raw`\$&`).replaceAll(/\s+/g, " ");
}

/** The real path of the checkout that an input names. @throws AirlockError `bad-input` when there is none. */
export async function checkoutAt(directory: string): Promise<string> {
  try {
    return await realpath(directory);
  } catch (cause) {
    throw new AirlockError({
      code: "bad-input",
      message: `There is no checkout at ${directory}.`,
      fix: "Let actions/checkout write to the same `path` that the step names as `repository`, before it.",
      cause,
    });
  }
}
