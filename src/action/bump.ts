import type { AuditLog } from "../audit/log.ts";
import { seal } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import { bump, type BumpBrief } from "../phases/bump.ts";
import type { Stopped } from "../phases/stop.ts";
import type { InputsOf } from "./inputs.ts";
import { checksGround, type JobGround } from "./job-ground.ts";
import { writePapers } from "./papers.ts";
import { artifactDirectory, paperDirectory, plain, type Shell } from "./shell.ts";

/** What the solve job does for a bump: the package manager makes the change, and no model is asked. Out: why there is none; null: it goes on. */
export async function runBump(
  { task, brief, known }: { task: Task; brief: BumpBrief; known: readonly string[] },
  inputs: InputsOf<"solve">,
  { on, audit, shell }: { on: JobGround; audit: AuditLog; shell: Shell },
): Promise<Stopped | null> {
  const ground = checksGround(on, task, shell);
  const request = { task, brief, known, taskDigest: inputs["task-digest"], source: on.source };
  const made = await bump(request, { ground, audit });
  if (made.kind === "stop") return made;
  const { solution } = made;
  const sealed = seal(Solution, solution);
  await writePapers(paperDirectory(shell), { name: "solution", sealed, audit });
  shell.output("paper", artifactDirectory(shell));
  shell.output("digest", sealed.digest);
  shell.output("proceed", "true");
  const { from, to } = solution.bump ?? { from: "?", to: "?" };
  shell.log(`bumped ${brief.package} from ${from} to ${to}: ${solution.change.length} files, tree ${solution.tree}`);
  await shell.summary(
    `### Airlock solve: bumped\n\n${plain(brief.package)} from ${plain(from)} to ${plain(to)}, without a model.\n`,
  );
  return null;
}
