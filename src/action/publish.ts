import { githubClient } from "../github/client.ts";
import { Report } from "../handoff/report.ts";
import { seal } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import { Task } from "../handoff/task.ts";
import { Verdict } from "../handoff/verdict.ts";
import { publish } from "../phases/publish.ts";
import type { InputsOf } from "./inputs.ts";
import { continueAudit, readPaper, writePapers } from "./papers.ts";
import { onPaper, paperDirectory, plain, type Shell } from "./shell.ts";

/** Job permissions: contents, pull-requests: write; issues, actions, checks: read. No checkout, no repository code. */
export async function runPublish(inputs: InputsOf<"publish">, shell: Shell): Promise<void> {
  const token = inputs["github-token"];
  shell.mask(token);
  const { identity, apiUrl, runUrl } = shell.runner;
  const { owner, name } = identity.repository;
  const digests = { task: inputs["task-digest"], solution: inputs["solution-digest"], report: inputs["report-digest"] };
  await onPaper("publish", shell, {
    begin: async () => {
      const from = { task: inputs.task, solution: inputs.solution, report: inputs.report };
      const read = (name: keyof typeof from) => ({ directory: from[name], name, digest: digests[name], identity });
      const task = await readPaper(Task, read("task"));
      const solution = await readPaper(Solution, read("solution"));
      const report = await readPaper(Report, read("report"));
      const through = [task.audit_head, solution.audit_head];
      const log = { directory: inputs.report, head: report.audit_head, through };
      return { audit: await continueAudit("publish", log, shell.now), papers: { task, solution, report } };
    },
    work: async (audit, { task, solution, report }) => {
      const github = githubClient({ token, apiUrl, owner, repo: name });
      const outcome = await publish(
        {
          identity,
          appBotId: inputs["app-bot-id"],
          task,
          solution,
          report,
          digests,
          run: { id: identity.run.id, url: runUrl },
          home: runUrl.split("/actions/runs/")[0] ?? runUrl,
          known: [token],
        },
        { github, audit, onProgress: shell.log },
      );
      if (outcome.kind === "stop") return outcome;
      const { verdict } = outcome;
      const directory = paperDirectory(shell);
      const files = outcome.patch === null ? {} : { "change.patch": outcome.patch };
      await writePapers(directory, { name: "verdict", sealed: seal(Verdict, verdict), audit, files });
      shell.output("paper", directory);
      shell.output("proceed", "true");
      const where = verdict.published === null ? "nothing was pushed" : `pull request ${verdict.published.url}`;
      shell.log(`${verdict.kind}, risk ${verdict.level}: ${where}`);
      await shell.summary(`### Airlock publish: ${verdict.kind}\n\nRisk ${verdict.level}; ${plain(where)}.\n`);
      return null;
    },
  });
}
