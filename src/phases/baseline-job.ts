import type { AuditLog } from "../audit/log.ts";
import { runBaseline } from "../checks/baseline.ts";
import type { BaselinePaper } from "../handoff/baseline.ts";
import type { Task } from "../handoff/task.ts";
import { environmentOf, paperRuns } from "./baseline-paper.ts";
import { dependenciesBySide, type Ground } from "./dependencies.ts";
import type { Prepared } from "./prepare.ts";
import { sentence } from "./verify.ts";

export interface BaselineJob {
  task: Task;
  taskDigest: string;
  /** Host directory in or above a repository that holds `task.base` and `task.trusted`. */
  source: string;
  /** What the prepare step of this job left. */
  prepared: Prepared;
  /** Name and version of this machine's image; null when it says none. */
  image: string | null;
}

/**
 * The base's side of verify, run early on a machine of its own: a step of verify, not a phase. It is given no change, no token and no key.
 * Out: the paper for verify. @throws SandboxError, AirlockError when sandbox or git broke; verify then runs the base itself.
 * Job permissions: contents: read.
 */
export async function baselineJob(
  { task, taskDigest, source, prepared, image }: BaselineJob,
  { ground, audit }: { ground: Ground; audit: AuditLog },
): Promise<BaselinePaper> {
  const { sandbox, dir, onProgress, signal } = ground;
  const baseline = await runBaseline({
    sandbox,
    source,
    dir,
    task,
    base: task.base,
    dependencies: dependenciesBySide(ground, [prepared.installed], task.config.setup.commands.length > 0),
    signal,
    onProgress: (progress) => onProgress(sentence(progress)),
  });
  const runs = paperRuns(baseline);
  audit.append("baseline.done", {
    tree: baseline.tree,
    checks: runs.map(({ check, outcome }) => `${check}: ${outcome.kind}`),
  });
  return {
    version: 1,
    repository: task.repository,
    run: task.run,
    task_digest: taskDigest,
    base: task.base,
    environment: environmentOf(prepared, sandbox, image),
    plan: [...baseline.checks],
    runs,
    audit_head: audit.head,
  };
}
