import type { Verification } from "./verify.ts";
import { canonical } from "../handoff/canonical.ts";
import { sha256 } from "../handoff/seal.ts";
import { copyTrees, treeOf, viewRepository } from "../workspace/store.ts";
import type { CheckPlan, PlannedCheck } from "./detect.ts";
import { runSide } from "./rows.ts";
import type { Ran } from "./run.ts";
import { planOf, prepareSide } from "./sides.ts";

/** What every check did on the base, and what that holds for. */
export interface Baseline {
  /** The base's tree and the digest of the plan: the same checks of the same files. */
  tree: string;
  plan: string;
  checks: readonly PlannedCheck[];
  runs: ReadonlyMap<string, Ran>;
}

/**
 * Runs every check on the base alone, one after the other, before there is a change: while the agent works, for the pipeline that is
 * one process, and on a machine of its own for the workflow's baseline job. Never from anything that another machine made. A red base runs once more beside nothing when it decides.
 * @throws SandboxError, AirlockError when sandbox or git broke.
 */
export async function runBaseline(
  order: Pick<
    Verification,
    "sandbox" | "source" | "dir" | "task" | "base" | "dependencies" | "egress" | "signal" | "onProgress"
  >,
): Promise<Baseline> {
  const { sandbox, source, dir, task, base, dependencies: install, signal } = order;
  await using view = await viewRepository(source, dir);
  const [tree, trusted] = await Promise.all([treeOf(view, base.commit), treeOf(view, task.trusted.commit)]);
  await using store = await copyTrees(view, [tree, trusted], dir, sandbox.user);
  const plan = await planOf(store, trusted, task.config);
  const side = await prepareSide({ install, store, plan, trusted }, "base", tree);
  const runs = new Map<string, Ran>();
  for (const check of plan.checks) {
    if (signal?.aborted === true) break;
    runs.set(check.name, await runSide({ verification: order, store }, check, { side, signal }));
  }
  return { tree, plan: planDigest(plan), checks: plan.checks, runs };
}

/** The runs that can stand for the base's side; undefined when they are of another tree or plan. What did not run is run again. */
export function carriedRuns(
  baseline: Baseline | null | undefined,
  { tree, plan }: { tree: string; plan: CheckPlan },
): ReadonlyMap<string, Ran> | undefined {
  if (baseline === undefined || baseline === null) return undefined;
  if (baseline.tree !== tree || baseline.plan !== planDigest(plan)) return undefined;
  return new Map([...baseline.runs].filter(([, { outcome }]) => outcome.kind !== "not_run"));
}

/** Equal digests: the same commands in the same order, with the same variables and times. */
export function planDigest({ checks }: Pick<CheckPlan, "checks">): string {
  return sha256(canonical(checks));
}
