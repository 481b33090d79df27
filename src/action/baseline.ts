import { BaselinePaper } from "../handoff/baseline.ts";
import { seal } from "../handoff/seal.ts";
import { baselineJob } from "../phases/baseline-job.ts";
import type { InputsOf } from "./inputs.ts";
import { checksGround, openJobGround } from "./job-ground.ts";
import { beginFromTask, writePapers } from "./papers.ts";
import { artifactDirectory, onPaper, paperDirectory, plain, type Shell } from "./shell.ts";

/** Job permissions: contents: read. Runs beside solve, holds no token and no key, and is given no Solution. */
export async function runBaselineJob(inputs: InputsOf<"baseline">, shell: Shell): Promise<void> {
  const { image } = shell.runner;
  const taskDigest = inputs["task-digest"];
  await onPaper("baseline", shell, {
    begin: () => beginFromTask("baseline", inputs, shell),
    work: async (audit, task) => {
      await using on = await openJobGround(inputs, shell, audit);
      const { source, prepared } = on;
      const ground = checksGround(on, task, shell);
      const paper = await baselineJob({ task, taskDigest, source, prepared, image }, { ground, audit });
      const sealed = seal(BaselinePaper, paper);
      await writePapers(paperDirectory(shell), { name: "baseline", sealed, audit });
      shell.output("paper", artifactDirectory(shell));
      shell.output("digest", sealed.digest);
      const rows = paper.runs.map(({ check, outcome }) => `- ${plain(check)}: ${plain(outcome.kind)}`).join("\n");
      await shell.summary(`### Airlock baseline\n\nThe base, for verify:\n\n${rows}\n`);
      return null;
    },
  });
}
