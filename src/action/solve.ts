import { appendFileSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { seal } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import { Task } from "../handoff/task.ts";
import { narrator } from "../phases/narrate.ts";
import { modelFor } from "../phases/model.ts";
import { openGround, readPrepared } from "../phases/prepare.ts";
import { solve } from "../phases/solve.ts";
import { stopOfSolution } from "../phases/solution-end.ts";
import type { InputsOf } from "./inputs.ts";
import { continueAudit, readPaper, writePapers } from "./papers.ts";
import { jobDirectory, onPaper, paperDirectory, plain, type Shell } from "./shell.ts";

/** Job permissions: contents: read. The only job that holds the model's key, and it holds nothing else. */
export async function runSolve(inputs: InputsOf<"solve">, shell: Shell): Promise<void> {
  const apiKey = inputs["openai-api-key"];
  shell.mask(apiKey);
  const place = { dir: jobDirectory(shell), path: shell.runner.path };
  const task = await readPaper(Task, {
    directory: inputs.task,
    name: "task",
    digest: inputs["task-digest"],
    identity: shell.runner.identity,
  });
  await onPaper("solve", shell, {
    begin: () => continueAudit("solve", { directory: inputs.task, head: task.audit_head }, shell.now),
    work: async (audit) => {
      const prepared = await readPrepared(place);
      const sandbox = await openGround(place);
      audit.append("sandbox.proved", {
        bwrap: sandbox.certificate.bwrap,
        probes: sandbox.certificate.probes.length,
        uid: sandbox.certificate.uid,
      });
      const directory = paperDirectory(shell);
      await mkdir(directory, { recursive: true });
      const session = join(directory, "session.jsonl");
      const baseUrl = inputs["openai-base-url"];
      const solution = await solve(
        {
          task,
          taskDigest: inputs["task-digest"],
          source: await realpath(inputs.repository),
          dependencies: prepared.installed,
          known: [apiKey],
        },
        {
          sandbox,
          model: modelFor({ apiKey, ...(baseUrl === undefined ? {} : { baseUrl }) }),
          audit,
          dir: place.dir,
          now: shell.now,
          onEvent: narrator(shell.log),
          session: (line) => appendFileSync(session, line),
          onProgress: shell.log,
          signal: shell.signal,
        },
      );
      const sealed = seal(Solution, solution);
      await writePapers(directory, { name: "solution", sealed, audit });
      shell.output("paper", directory);
      shell.output("digest", sealed.digest);
      const stopped = stopOfSolution(solution);
      if (stopped !== null) return stopped;
      shell.output("proceed", "true");
      shell.log(
        `${solution.ending.kind}: ${solution.change.length} files in ${solution.usage.turns} turns, tree ${solution.tree}`,
      );
      await shell.summary(
        `### Airlock solve: ${plain(solution.ending.kind)}\n\n${solution.change.length} files, ${solution.usage.turns} turns.\n`,
      );
      return null;
    },
  });
}
