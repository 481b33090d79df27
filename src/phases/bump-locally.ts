import type { AuditLog } from "../audit/log.ts";
import type { Report } from "../handoff/report.ts";
import { seal } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import { Task } from "../handoff/task.ts";
import type { Judgement } from "../handoff/verdict.ts";
import type { LocalRepository } from "../workspace/local.ts";
import { bump, type BumpBrief } from "./bump.ts";
import type { Ground } from "./dependencies.ts";
import { makeEnvironmentOnRecord } from "./environment.ts";
import { checkoutOf } from "./local-checkout.ts";
import { judgeLocally } from "./pipeline.ts";
import type { SetupSecrets } from "./setup-secrets.ts";
import type { Stopped } from "./stop.ts";
import { verify } from "./verify.ts";

export type BumpEnd =
  | { kind: "stopped"; stopped: Stopped["stop"] }
  | { kind: "judged"; solution: Solution; report: Report; judgement: Judgement };

/**
 * solve → verify → publish of a bump in one process, on a local repository: nothing is pushed and the work tree is not touched. It is bumped
 * before anything is installed, so that a refusal costs a look at the registry.
 */
export async function bumpLocally(
  { task, brief, secrets }: { task: Task; brief: BumpBrief; secrets: SetupSecrets },
  { local, source, ground, audit }: { local: LocalRepository; source: string; ground: Ground; audit: AuditLog },
): Promise<BumpEnd> {
  const { sandbox, onProgress, signal } = ground;
  const taskDigest = seal(Task, task).digest;
  const made = await bump({ task, brief, taskDigest, source, known: [] }, { ground, audit });
  if (made.kind === "stop") return { kind: "stopped", stopped: made.stop };
  const { solution } = made;
  const dependencies = await checkoutOf(local, task.base.tree, ground, (checkout) =>
    makeEnvironmentOnRecord(ground, { checkout, source, task, secrets }, audit),
  );
  onProgress("verify: checking base and head");
  const digests = { task: taskDigest, solution: seal(Solution, solution).digest };
  const report = await verify(
    { task, solution, digests, source, dependencies },
    { sandbox, ground, audit, onProgress, signal },
  );
  const judgement = await judgeLocally(local, { task, solution, report });
  return { kind: "judged", solution, report, judgement };
}
