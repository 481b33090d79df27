import { Report } from "../handoff/report.ts";
import { seal } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import { Task } from "../handoff/task.ts";
import { recordGround } from "../phases/ground-entry.ts";
import { openGround, readPrepared } from "../phases/prepare.ts";
import { verify } from "../phases/verify.ts";
import { dropBehind } from "./drop-behind.ts";
import type { InputsOf } from "./inputs.ts";
import { continueAudit, readPaper, writePapers } from "./papers.ts";
import { registry } from "./prepare.ts";
import { placeOf } from "./place.ts";
import { checkoutAt, onPaper, paperDirectory, plain, type Shell } from "./shell.ts";

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
      await dropBehind(inputs, shell);
      const source = await checkoutAt(inputs.repository);
      const place = placeOf(shell, source);
      const prepared = await readPrepared(place);
      await using sandbox = await openGround(place);
      recordGround(audit, prepared, sandbox);
      const { limits, network } = task.config;
      const ground = {
        sandbox,
        dir: place.dir,
        registry: await registry(shell),
        limits,
        setup: task.config.setup,
        network: network.prepare,
        onProgress: shell.log,
        signal: shell.signal,
      };
      const report = await verify(
        { task, solution, digests, source, dependencies: prepared.installed },
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
