import { seal } from "../../src/handoff/seal.ts";
import { Solution } from "../../src/handoff/solution.ts";
import { Task } from "../../src/handoff/task.ts";
import { solutionOfTrees } from "../../src/phases/made-solution.ts";
import type { VerifyRequest } from "../../src/phases/verify.ts";
import { localChange } from "../../src/workspace/local.ts";
import { writeFiles } from "../workspace/repository.ts";
import type { LocalScene } from "./local-scene.ts";

/** The request for the step from the repository's first commit to one with these files. */
export async function requestFor(on: LocalScene, files: Record<string, string>): Promise<VerifyRequest> {
  const task = await on.task();
  writeFiles(on.repository.root, files);
  const head = on.repository.recommit();
  const taskDigest = seal(Task, task).digest;
  const solution = solutionOfTrees(task, {
    change: await localChange(on.local, task.start.tree, head.tree),
    tree: head.tree,
    taskDigest,
    certificate: on.ground.sandbox.certificate,
    auditHead: on.audit.head,
  });
  return {
    task,
    solution,
    digests: { task: taskDigest, solution: seal(Solution, solution).digest },
    source: on.repository.root,
    dependencies: { kind: "none", key: "none" },
  };
}
