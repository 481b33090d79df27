import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { type AuditEntry, type AuditLog, type AuditPhase, openAudit, verifyAudit } from "../audit/log.ts";
import { AirlockError } from "../errors.ts";
import type { Identity } from "../handoff/identity.ts";
import { open, paperBytesMax, type Sealed } from "../handoff/seal.ts";
import { Task } from "../handoff/task.ts";

/** File names inside a paper directory; the artifact of a job holds exactly these. */
export type PaperName = "task" | "solution" | "baseline" | "report" | "verdict" | "stop";
const auditFile = "audit.jsonl";

/**
 * Reads a paper from the directory its artifact was unpacked to.
 * @throws AirlockError when the file is missing, or as `open` does.
 */
export async function readPaper<Schema extends z.ZodType<Identity>>(
  schema: Schema,
  from: { directory: string; name: PaperName; digest: string; identity: Identity },
): Promise<z.output<Schema>> {
  const bytes = await readOrExplain(join(from.directory, `${from.name}.json`));
  return open(schema, bytes, { digest: from.digest, identity: from.identity });
}

/**
 * Continues the log that came with a paper. In: the head that this paper names, and those of the papers before it, oldest first: a job
 * that was taken over can write a log that is whole in itself, but not one that holds the entries of the jobs before it.
 * @throws AirlockError `audit-broken` when the log does not end in `head`, or does not pass through the heads before it.
 */
export async function continueAudit(
  phase: AuditPhase,
  from: { directory: string; head: string; through: readonly string[] },
  now: () => number,
): Promise<AuditLog> {
  const text = (await readOrExplain(join(from.directory, auditFile))).toString("utf8");
  const verdict = verifyAudit(text, from.head);
  if (verdict.kind === "broken") throw broken(`is broken at line ${verdict.line}: ${verdict.why}`);
  if (verdict.kind === "ends-elsewhere") throw broken(`ends in ${verdict.head}, the paper says ${verdict.expected}`);
  let after = -1;
  for (const head of from.through) {
    const at = verdict.entries.findIndex(({ hash }) => hash === head);
    if (at === -1 || at < after)
      throw broken(`does not continue the log of the paper before it, which ends in ${head}`);
    after = at;
  }
  return openAudit(phase, now, verdict.entries satisfies AuditEntry[]);
}

function broken(how: string): AirlockError {
  return new AirlockError({
    code: "audit-broken",
    message: `The audit log that came with the paper ${how}.`,
    fix: "The artifact was changed between the jobs. Ask again; if it repeats, look for another workflow that writes this run's artifacts.",
  });
}

/** How a job begins that is handed the Task alone: the Task, and the gate's log to go on with. @throws AirlockError as the two above. */
export async function beginFromTask(
  phase: AuditPhase,
  inputs: { task: string; "task-digest": string },
  { runner: { identity }, now }: { runner: { identity: Identity }; now: () => number },
): Promise<{ audit: AuditLog; papers: Task }> {
  const directory = inputs.task;
  const task = await readPaper(Task, { directory, name: "task", digest: inputs["task-digest"], identity });
  const audit = await continueAudit(phase, { directory, head: task.audit_head, through: [] }, now);
  return { audit, papers: task };
}

/** Writes a paper, the log and further files into the directory that the workflow uploads. */
export async function writePapers(
  directory: string,
  papers: { name: PaperName; sealed: Sealed; audit: AuditLog; files?: Record<string, string> },
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, `${papers.name}.json`), papers.sealed.bytes);
  await writeFile(join(directory, auditFile), papers.audit.text());
  for (const [name, content] of Object.entries(papers.files ?? {})) await writeFile(join(directory, name), content);
}

async function readOrExplain(path: string): Promise<Buffer> {
  try {
    const bytes = await readFile(path);
    if (bytes.byteLength <= paperBytesMax) return bytes;
  } catch (cause) {
    throw lost(path, cause);
  }
  throw new AirlockError({
    code: "paper-too-large",
    message: `${path} is over ${paperBytesMax} bytes.`,
    fix: "Ask for a smaller change.",
  });
}

function lost(path: string, cause: unknown): AirlockError {
  return new AirlockError({
    code: "bad-paper",
    message: `The paper ${path} cannot be read.`,
    fix: "The artifact is missing or expired. Comment again to start a new run.",
    cause,
  });
}
