import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { AuditLog } from "../audit/log.ts";
import { type Progress, runChecks } from "../checks/verify.ts";
import { AirlockError } from "../errors.ts";
import { canonical } from "../handoff/canonical.ts";
import type { Report } from "../handoff/report.ts";
import type { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import { inspectChange } from "../inspect/inspect.ts";
import { scanSecrets } from "../inspect/secrets.ts";
import { baseContents } from "./before.ts";
import { dependenciesBySide, type Ground, type Installed } from "./dependencies.ts";

export interface VerifyRequest {
  task: Task;
  solution: Solution;
  digests: { task: string; solution: string };
  /** Host directory in or above a repository that holds `task.start` and `task.trusted`. */
  source: string;
  /** What prepare installed for the start commit. */
  dependencies: Installed;
}

export interface VerifyEffects {
  sandbox: Sandbox;
  ground: Ground;
  audit: AuditLog;
  onProgress: (text: string) => void;
  signal: AbortSignal;
}

/**
 * Does the change hold? Rebuilds base and base + Change from git objects and runs every check on both, in sandboxes of their own.
 * Has no key, no token and no opinion. Out: the Report. Throws AirlockError `tree-mismatch` when the rebuilt tree is not the
 * Solution's, SandboxError when the sandbox broke.
 * Job permissions: contents: read.
 */
export async function verify(request: VerifyRequest, effects: VerifyEffects): Promise<Report> {
  const { task, solution, digests, source } = request;
  const { sandbox, ground, audit, onProgress, signal } = effects;
  expectSame("task", solution.task_digest, digests.task);
  expectSame("base", canonical(solution.base), canonical(task.start));
  const { head_tree, checks } = await runChecks({
    sandbox,
    source,
    dir: ground.dir,
    task,
    base: task.start,
    change: solution.change,
    headTree: solution.tree,
    dependencies: dependenciesBySide(ground, [request.dependencies]),
    registry: ground.registry,
    scanSecrets,
    signal,
    onProgress: (progress) => onProgress(sentence(progress)),
  });
  expectSame("tree", head_tree, solution.tree);
  const before = await baseContents(source, solution.change, ground.dir);
  const findings = await inspectChange(solution.change, before);
  audit.append("verify.done", {
    tree: head_tree,
    checks: checks.map((check) => `${check.name}: ${check.class}`),
    findings: findings.length,
  });
  return {
    version: 1,
    repository: task.repository,
    run: task.run,
    task_digest: digests.task,
    solution_digest: digests.solution,
    base: task.start,
    head_tree,
    checks,
    findings,
    certificate: sandbox.certificate,
    audit_head: audit.head,
  };
}

function sentence({ check, side, state, again }: Progress): string {
  return `${check} on ${side}${again ? " once more, alone" : ""}: ${state}`;
}

function expectSame(what: string, found: string, wanted: string): void {
  if (found === wanted) return;
  throw new AirlockError({
    code: "tree-mismatch",
    message: `The Solution's ${what} is ${found}, expected ${wanted}.`,
    fix: "The change was not made from this Task, or was altered on the way. Comment again to start a new run.",
  });
}
