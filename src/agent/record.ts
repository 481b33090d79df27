import type { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { isContainment, messageOf } from "./containment.ts";
import { limit, type LimitEnding } from "./limits.ts";

export interface Recorded {
  kind: "recorded";
  tree: string;
  violations: string[];
  /** Whether it differs from the tree before it. */
  isNew: boolean;
}

/**
 * Records the files as they stand, as a checkpoint of this turn when they differ from the last one. Changes `checkpoints`.
 * Out: a limit when this state cannot be recorded; the checkpoints before it stay.
 * @throws AirlockError `sandbox-failed` when containment did not hold.
 */
export async function recordTree(
  turn: number,
  checkpoints: Solution["checkpoints"],
  { checkpoint, task }: { checkpoint: Workspace["checkpoint"]; task: Pick<Task, "start"> },
): Promise<Recorded | LimitEnding> {
  try {
    const { tree, violations } = await checkpoint();
    const isNew = tree !== (checkpoints.at(-1)?.tree ?? task.start.tree);
    if (isNew) checkpoints.push({ turn, tree });
    return { kind: "recorded", tree, violations, isNew };
  } catch (thrown) {
    if (isContainment(thrown)) throw thrown;
    return limit("workspace", `What turn ${turn} left could not be recorded: ${messageOf(thrown)}`);
  }
}
