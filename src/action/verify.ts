import { Report } from "../handoff/report.ts";
import { seal } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import { Task } from "../handoff/task.ts";
import { environmentOf } from "../phases/baseline-paper.ts";
import { verify } from "../phases/verify.ts";
import type { InputsOf } from "./inputs.ts";
import { checksGround, openJobGround } from "./job-ground.ts";
import { continueAudit, readPaper, writePapers } from "./papers.ts";
import { readBaseline } from "./read-baseline.ts";
import { artifactDirectory, onPaper, paperDirectory, plain, type Shell } from "./shell.ts";

/** Job permissions: contents: read. Holds no token and no key. */
export async function runVerify(inputs: InputsOf<"verify">, shell: Shell): Promise<void> {
  const { identity } = shell.runner;
  const digests = { task: inputs["task-digest"], solution: inputs["solution-digest"] };
  await onPaper("verify", shell, {
    begin: async () => {
      const from = { task: inputs.task, solution: inputs.solution };
      const read = (name: keyof typeof from) => ({ directory: from[name], name, digest: digests[name], identity });
      const task = await readPaper(Task, read("task"));
      const solution = await readPaper(Solution, read("solution"));
      const log = { directory: inputs.solution, head: solution.audit_head, through: [task.audit_head] };
      return { audit: await continueAudit("verify", log, shell.now), papers: { task, solution } };
    },
    work: async (audit, { task, solution }) => {
      await using on = await openJobGround(inputs, shell, audit);
      const { source, prepared, sandbox } = on;
      const ground = checksGround(on, task, shell);
      const environment = environmentOf(prepared, sandbox, shell.runner.image);
      const reading = { task, taskDigest: digests.task, environment, change: solution.change };
      const baseline = await readBaseline(inputs, reading, { shell, audit });
      const report = await verify(
        { task, solution, digests, source, dependencies: prepared.installed, ...baseline },
        { sandbox, ground, audit, onProgress: shell.log, signal: shell.signal },
      );
      const sealed = seal(Report, report);
      const directory = paperDirectory(shell);
      await writePapers(directory, { name: "report", sealed, audit });
      shell.output("paper", artifactDirectory(shell));
      shell.output("digest", sealed.digest);
      shell.output("proceed", "true");
      const rows = report.checks.map((check) => `- ${plain(check.name)}: ${plain(check.class)}`).join("\n");
      await shell.summary(`### Airlock verify\n\n${rows}\n`);
      return null;
    },
  });
}
