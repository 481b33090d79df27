import { seal } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import { endsWithAnswer } from "../handoff/task.ts";
import { canaryRule } from "../phases/canary-rule.ts";
import { stepNarrator } from "../phases/narrate-steps.ts";
import { modelFor } from "../phases/model.ts";
import { releasable } from "../phases/session-release.ts";
import { solve } from "../phases/solve.ts";
import { stopOfSolution } from "../phases/solution-end.ts";
import { runBump } from "./bump.ts";
import { type InputsOf, noKey } from "./inputs.ts";
import { openJobGround } from "./job-ground.ts";
import { beginFromTask, writePapers } from "./papers.ts";
import { artifactDirectory, onPaper, paperDirectory, plain, type Shell } from "./shell.ts";

/** Job permissions: contents: read. The only job that holds the model's key, and it holds nothing else. */
export async function runSolve(inputs: InputsOf<"solve">, shell: Shell): Promise<void> {
  const apiKey = inputs["openai-api-key"] ?? null;
  if (apiKey !== null) shell.mask(apiKey);
  await onPaper("solve", shell, {
    begin: () => beginFromTask("solve", inputs, shell),
    work: async (audit, task) => {
      await using on = await openJobGround(inputs, shell, audit);
      const { brief } = task;
      if (brief.kind === "bump")
        return await runBump({ task, brief, known: apiKey === null ? [] : [apiKey] }, inputs, { on, audit, shell });
      if (apiKey === null) throw noKey();
      const { source, place, prepared, sandbox } = on;
      const directory = paperDirectory(shell);
      // In memory until it was scanned: the paper directory is uploaded whatever happens.
      const session: string[] = [];
      const baseUrl = inputs["openai-base-url"];
      const solution = await solve(
        {
          task,
          taskDigest: inputs["task-digest"],
          source,
          dependencies: prepared.installed,
          prepared: prepared.network,
          known: [apiKey],
          canary: shell.canary,
        },
        {
          sandbox,
          model: modelFor({ apiKey, ...(baseUrl === undefined ? {} : { baseUrl }) }),
          audit,
          dir: place.dir,
          now: shell.now,
          onEvent: stepNarrator(shell.log),
          session: (line) => void session.push(line),
          onProgress: shell.log,
          signal: shell.signal,
        },
      );
      const sealed = seal(Solution, solution);
      const files = await sessionFile(solution, session);
      if (!("session.jsonl" in files)) shell.log("The session is not kept: the work holds what looks like a secret.");
      await writePapers(directory, { name: "solution", sealed, audit, files });
      shell.output("paper", artifactDirectory(shell));
      shell.output("digest", sealed.digest);
      const stopped = stopOfSolution(solution);
      if (stopped !== null) return stopped;
      if (endsWithAnswer(task)) {
        shell.log(`answered in ${solution.usage.turns} turns; nothing is changed`);
        await shell.summary(`### Airlock solve: answered\n\nThe answer is in the status comment.\n`);
        return null;
      }
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

/** Beside a refused secret, or the planted one, no session leaves: the value may stand in it in pieces that no scan finds. */
async function sessionFile({ ending }: Solution, session: readonly string[]): Promise<Record<string, string>> {
  const holdsSecret =
    ending.kind === "refused" && ending.findings.some(({ rule }) => rule === "secret" || rule === canaryRule);
  return holdsSecret ? {} : { "session.jsonl": await releasable(session) };
}
