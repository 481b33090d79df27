import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { AuditLog } from "../audit/log.ts";
import type { Change } from "../change.ts";
import { validateChange } from "../change/validate.ts";
import { lookUpPackages } from "../checks/packages.ts";
import type { Baseline } from "../checks/baseline.ts";
import { type Progress, runChecks } from "../checks/verify.ts";
import { AirlockError } from "../errors.ts";
import { canonical } from "../handoff/canonical.ts";
import type { Finding } from "../handoff/finding.ts";
import type { Report } from "../handoff/report.ts";
import type { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import type { AddedPackage } from "../inspect/added-packages.ts";
import { checkPrograms } from "../inspect/check-programs.ts";
import { inspectChange } from "../inspect/inspect.ts";
import { scanSecrets } from "../inspect/secrets.ts";
import { contentsBefore } from "../workspace/local.ts";
import { viewRepository } from "../workspace/store.ts";
import { trustedManifests } from "./before.ts";
import { appendPrepare, recordPrepare, sayableNetwork, watchNetwork } from "./network.ts";
import { dependenciesBySide, type Ground, type Installed } from "./dependencies.ts";

/** Problems of a refused change that its message names. */
const problemsShown = 5;

export interface VerifyRequest {
  task: Task;
  solution: Solution;
  digests: { task: string; solution: string };
  /** Host directory in or above a repository that holds `task.base` and `task.trusted`. */
  source: string;
  /** What prepare installed for the start commit. */
  dependencies: Installed;
  /** The base's side when it ran while the agent worked. Absent: it runs now, beside the head's. */
  baseline?: Promise<Baseline | null>;
  /** The digest of the paper that the baseline was taken from, made by the workflow's baseline job. Absent: this process ran it. */
  baselineDigest?: string;
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
 * Solution's, `bad-input` when the change holds links or paths that lead out of the tree, SandboxError when the sandbox broke.
 * Job permissions: contents: read.
 */
export async function verify(request: VerifyRequest, effects: VerifyEffects): Promise<Report> {
  const { task, solution, digests, source } = request;
  const { sandbox, ground, audit, onProgress, signal } = effects;
  expectSame("task", solution.task_digest, digests.task);
  expectSame("base", canonical(solution.base), canonical(task.base));
  expectContainable(solution.change, task);
  const network = watchNetwork(task.config.network.verify, audit);
  const installs = recordPrepare(ground.registry);
  const watchedGround = { ...ground, onDecision: installs.onDecision };
  const {
    head_tree,
    checks,
    proof,
    findings: crossed,
    carried,
  } = await runChecks({
    sandbox,
    source,
    dir: ground.dir,
    task,
    base: task.base,
    change: solution.change,
    headTree: solution.tree,
    dependencies: dependenciesBySide(watchedGround, [request.dependencies], task.config.setup.commands.length > 0),
    ...(request.baseline === undefined ? {} : { baseline: request.baseline }),
    registry: ground.registry,
    egress: network.egress,
    scanSecrets,
    signal,
    onProgress: (progress) => onProgress(sentence(progress)),
  });
  const installed = await sayableNetwork(installs.rows(), []);
  appendPrepare(audit, installed);
  expectSame("tree", head_tree, solution.tree);
  const { findings: seen, added } = await inspected(request, ground.dir);
  const findings = [...seen, ...crossed];
  if (added.length > 0) onProgress("asking the registry about the packages that the change brings");
  const { registry } = ground;
  const packages = await lookUpPackages({ sandbox, registry, added, asOf: task.created_at, signal });
  const fromJob = takenFrom(request.baselineDigest, carried);
  if (request.baselineDigest !== undefined && fromJob === null)
    onProgress("the paper of the baseline job is of another tree or plan: the base ran here");
  audit.append("verify.done", {
    tree: head_tree,
    base: fromJob === null ? "here" : `baseline job: ${fromJob.checks.join(", ")}`,
    checks: checks.map((check) => `${check.name}: ${check.class}`),
    findings: findings.length,
    proof: proof.kind,
  });
  return {
    version: 1,
    repository: task.repository,
    run: task.run,
    task_digest: digests.task,
    solution_digest: digests.solution,
    base: task.base,
    head_tree,
    checks,
    ...(fromJob === null ? {} : { baseline: fromJob }),
    findings,
    packages,
    proof,
    certificate: sandbox.certificate,
    network: [...(await sayableNetwork(network.rows(), [])), ...installed],
    audit_head: audit.head,
  };
}

/** The checks whose base outcome another machine gave; null: none. */
function takenFrom(digest: string | undefined, carried: string[]): NonNullable<Report["baseline"]> | null {
  return digest === undefined || carried.length === 0 ? null : { digest, checks: carried };
}

/** Refusals of the validator that no check can be hurt by: publish refuses them, and a person at a terminal still learns what the checks say. */
const harmless: ReadonlySet<string> = new Set(["change-files", "change-bytes", "hidden-character"]);

/** A Change that could name another place than the tree is never written to this machine's disk. */
function expectContainable(change: Change, { config }: Task): void {
  const { change_files: filesMax, change_bytes: bytesMax } = config.limits;
  const valid = validateChange(change, { filesMax, bytesMax });
  const bad = valid.kind === "valid" ? [] : valid.problems.filter(({ rule }) => !harmless.has(rule));
  if (bad.length === 0) return;
  const shown = bad
    .slice(0, problemsShown)
    .map(({ path, rule, message }) => `${JSON.stringify(path)} (${rule}) ${message}`);
  throw new AirlockError({
    code: "bad-input",
    message: `The change cannot be verified: ${shown.join(" ")}`,
    fix: "Leave these paths out of the change.",
  });
}

async function inspected(
  { task, solution, source }: VerifyRequest,
  dir: string,
): Promise<{ findings: Finding[]; added: AddedPackage[] }> {
  const { change } = solution;
  await using view = await viewRepository(source, dir);
  const before = await contentsBefore(view, change);
  const programs = checkPrograms(await trustedManifests(view, task.trusted.commit, change), task.config.checks);
  return await inspectChange(change, before, programs);
}

/** One line for a person who waits. */
export function sentence({ check, side, state, again }: Progress): string {
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
