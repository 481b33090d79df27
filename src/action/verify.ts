import { realpath } from "node:fs/promises";
import { Report } from "../handoff/report.ts";
import { seal } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import { Task } from "../handoff/task.ts";
import { openGround, readPrepared } from "../phases/prepare.ts";
import { verify } from "../phases/verify.ts";
import type { InputsOf } from "./inputs.ts";
import { continueAudit, readPaper, writePapers } from "./papers.ts";
import { registry } from "./prepare.ts";
import { jobDirectory, onPaper, paperDirectory, plain, type Shell } from "./shell.ts";

/** Job permissions: contents: read. Holds no token and no key. */
export async function runVerify(inputs: InputsOf<"verify">, shell: Shell): Promise<void> {
  const { identity, path } = shell.runner;
  const place = { dir: jobDirectory(shell), path };
  const digests = { task: inputs["task-digest"], solution: inputs["solution-digest"] };
  const task = await readPaper(Task, { directory: inputs.task, name: "task", digest: digests.task, identity });
  await onPaper("verify", shell, {
    begin: async () => {
      const solution = await readPaper(Solution, {
        directory: inputs.solution,
        name: "solution",
        digest: digests.solution,
        identity,
      });
      return continueAudit("verify", { directory: inputs.solution, head: solution.audit_head }, shell.now);
    },
    work: async (audit) => {
      const solution = await readPaper(Solution, {
        directory: inputs.solution,
        name: "solution",
        digest: digests.solution,
        identity,
      });
      const prepared = await readPrepared(place);
      const sandbox = await openGround(place);
      const { limits } = task.config;
      const ground = {
        sandbox,
        dir: place.dir,
        registry: await registry(),
        limits,
        onProgress: shell.log,
        signal: shell.signal,
      };
      const report = await verify(
        { task, solution, digests, source: await realpath(inputs.repository), dependencies: prepared.installed },
        { sandbox, ground, audit, onProgress: shell.log, signal: shell.signal },
      );
      const sealed = seal(Report, report);
      const directory = paperDirectory(shell);
      await writePapers(directory, { name: "report", sealed, audit });
      shell.output("paper", directory);
      shell.output("digest", sealed.digest);
      shell.output("proceed", "true");
      const rows = report.checks.map((check) => `- ${plain(check.name)}: ${plain(check.class)}`).join("\n");
      await shell.summary(`### Airlock verify\n\n${rows}\n`);
      return null;
    },
  });
}
