import type { AuditLog } from "../audit/log.ts";
import type { OnEvent } from "../agent/session.ts";
import type { Report } from "../handoff/report.ts";
import { seal } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import { endsWithAnswer, Task } from "../handoff/task.ts";
import type { Judgement } from "../handoff/verdict.ts";
import type { Model } from "../model/model.ts";
import type { Canary } from "../text/canary.ts";
import { contentsBefore, type LocalRepository, localTree } from "../workspace/local.ts";
import { readBlobs } from "../workspace/tree.ts";
import { startBaseline } from "./baseline.ts";
import { trustedManifests } from "./before.ts";
import { trustedOwners } from "./code-owners.ts";
import type { Ground } from "./dependencies.ts";
import { makeEnvironmentOnRecord } from "./environment.ts";
import { checkoutOf } from "./local-checkout.ts";
import { type LocalOrder, localTask } from "./local-task.ts";
import { withEnding } from "./partial.ts";
import { judgeChange } from "./judge-change.ts";
import { setupSecrets } from "./setup-secrets.ts";
import { solve } from "./solve.ts";
import { stopOfSolution } from "./solution-end.ts";
import type { Stopped } from "./stop.ts";
import { verify } from "./verify.ts";

/** Bytes of a CODEOWNERS file that are read; what GitHub reads of it is far less. */
const ownersBytesMax = 16 * 1024 * 1024;

export interface PipelineEffects {
  local: LocalRepository;
  /** Directory in or above the repository. */
  source: string;
  ground: Ground;
  model: Model;
  audit: AuditLog;
  now: () => number;
  session: (line: string) => void;
  onEvent: OnEvent;
  onProgress: (text: string) => void;
  known: readonly string[];
  /** Planted for this run. */
  canary: Canary;
  /** A variable of the caller's environment; asked only for the names in `[setup]`. */
  variable: (name: string) => string | undefined;
}

export type PipelineResult =
  | { kind: "stopped"; task: Task; solution: Solution; stopped: Stopped["stop"] }
  /** The road of a question ends after solve. */
  | { kind: "answered"; task: Task; solution: Solution }
  | { kind: "judged"; task: Task; solution: Solution; report: Report; judgement: Judgement };

/**
 * gate → solve → verify → publish in one process, on a local repository: the same phases with the same papers. The gate reads the
 * working copy instead of GitHub, and publish ends with its judgement: nothing is pushed and the work tree is not touched.
 */
export async function pipeline(
  order: Omit<LocalOrder, "local" | "now" | "auditHead">,
  effects: PipelineEffects,
): Promise<PipelineResult> {
  const { local, source, ground, audit, onProgress } = effects;
  const { sandbox, dir, signal } = ground;

  onProgress("gate: reading the repository");
  const task = await localTask({ ...order, local, now: effects.now, auditHead: audit.head });
  const digests = { task: seal(Task, task).digest, solution: "" };

  onProgress(`solve: preparing a copy of ${task.start.commit.slice(0, 12)}`);
  const known = [...effects.known];
  const secrets = setupSecrets(task.config.setup, effects.variable, (value) => known.push(value));
  const dependencies = await checkoutOf(local, task.base.tree, ground, (checkout) =>
    makeEnvironmentOnRecord(ground, { checkout, source, task, secrets }, audit),
  );
  const { model, now, session, onEvent } = effects;
  await using baseline = endsWithAnswer(task) ? null : startBaseline({ task, source, dependencies }, ground);
  const solution = await solve(
    { task, taskDigest: digests.task, source, dependencies, known, canary: effects.canary },
    { sandbox, model, audit, dir, now, session, onEvent, onProgress, signal },
  );
  digests.solution = seal(Solution, solution).digest;
  const stopped = stopOfSolution(solution);
  if (stopped !== null) return { kind: "stopped", task, solution, stopped: stopped.stop };
  if (endsWithAnswer(task)) return { kind: "answered", task, solution };

  onProgress("verify: checking base and head");
  const report = await verify(
    { task, solution, digests, source, dependencies, ...(baseline === null ? {} : { baseline: baseline.ended }) },
    { sandbox, ground, audit, onProgress, signal },
  );

  onProgress("publish: judging the change (nothing is pushed from here)");
  const judgement = await judgeLocally(local, { task, solution, report });
  return { kind: "judged", task, solution, report, judgement };
}

/** Validator, inspection and policy with the base, which is the trusted commit too, read from the local repository. */
export async function judgeLocally(
  local: LocalRepository,
  {
    task,
    solution,
    report,
  }: {
    task: Pick<Task, "config" | "base" | "plan">;
    solution: Pick<Solution, "change"> & Partial<Pick<Solution, "ending">>;
    report: Report | null;
  },
): Promise<Judgement> {
  const before = await contentsBefore(local.store, solution.change);
  const files = await localTree(local, task.base.tree);
  const basePaths = files.map(({ path }) => path);
  const { change } = solution;
  const manifests = await trustedManifests(local.store, task.base.tree, change);
  const codeowners = await trustedOwners(files, async (sha) => {
    const blobs = await readBlobs(local.store, [sha], ownersBytesMax);
    return blobs.get(sha) ?? Buffer.alloc(0);
  });
  const judgement = await judgeChange({ change, before, basePaths, manifests, codeowners, task, report });
  return withEnding(judgement, solution.ending);
}
