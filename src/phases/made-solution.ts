import type { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";

/** A Solution for a change that already exists as two trees: nobody worked, nothing was spent. */
export function solutionOfTrees(
  task: Task,
  made: Pick<Solution, "change" | "tree" | "certificate" | "steps" | "bump"> & {
    taskDigest: string;
    auditHead: string;
  },
): Solution {
  return {
    version: 1,
    repository: task.repository,
    run: task.run,
    task_digest: made.taskDigest,
    ending: { kind: "finished" },
    base: task.base,
    tree: made.tree,
    change: made.change,
    checkpoints: [],
    summary: "",
    reasons: [],
    notes: "",
    look_at: [],
    ...(made.steps === undefined ? {} : { steps: made.steps }),
    ...(made.bump === undefined ? {} : { bump: made.bump }),
    model: "none",
    usage: { turns: 0, input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    violations: [],
    certificate: made.certificate,
    network: [],
    audit_head: made.auditHead,
  };
}
