import { openAudit } from "../audit/log.ts";
import { AirlockError } from "../errors.ts";
import { githubClient } from "../github/client.ts";
import { seal, type Sealed } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import { endsWithAnswer, Task } from "../handoff/task.ts";
import { GateInputs } from "../phases/asked.ts";
import { wantsBaselineJob } from "../phases/baseline-wanted.ts";
import { gate } from "../phases/gate.ts";
import { solutionOfTrees } from "../phases/made-solution.ts";
import type { Made } from "../phases/tree-change.ts";
import type { InputsOf } from "./inputs.ts";
import { writePapers } from "./papers.ts";
import { onPaper, paperDirectory, plain, type Shell } from "./shell.ts";

/** Job permissions: contents, issues, pull-requests, actions, checks: read. */
export async function runGate(inputs: InputsOf<"gate">, shell: Shell): Promise<void> {
  const token = inputs["github-token"];
  shell.mask(token);
  const { identity, apiUrl } = shell.runner;
  const { owner, name } = identity.repository;
  await onPaper("gate", shell, {
    begin: () => Promise.resolve({ audit: openAudit("gate", shell.now), papers: null }),
    work: async (audit) => {
      const { verb, issue, trigger, id, requester } = inputs;
      const parsed = GateInputs.safeParse({ verb, issue, trigger, id, requester });
      if (!parsed.success) throw badInputs();
      const github = githubClient({ token, apiUrl, owner, repo: name });
      const outcome = await gate(
        { identity, inputs: parsed.data, appBotId: inputs["app-bot-id"] },
        { github, audit, now: shell.now },
      );
      if (outcome.kind === "stop") return outcome;
      const sealed = seal(Task, outcome.task);
      const directory = paperDirectory(shell);
      const solution = outcome.made === undefined ? null : sealedSolution(outcome.task, outcome.made, sealed.digest);
      const files = solution === null ? {} : { "solution.json": Buffer.from(solution.bytes).toString("utf8") };
      await writePapers(directory, { name: "task", sealed, audit, files });
      shell.output("paper", directory);
      shell.output("digest", sealed.digest);
      const { start, trusted, base } = outcome.task;
      shell.output("start", start.commit);
      shell.output("trusted", trusted.commit);
      shell.output("base", base.commit);
      if (solution !== null) shell.output("solution", solution.digest);
      else if (!endsWithAnswer(outcome.task) && wantsBaselineJob(outcome.task.config)) shell.output("baseline", "true");
      shell.output("proceed", "true");
      const { requester: person } = outcome.task;
      const subject = parsed.data.issue === 0 ? "the default branch" : `#${issue}`;
      shell.log(`@${person.login} (${person.role}) asks for ${verb} on ${subject}; trusted commit ${trusted.commit}`);
      await shell.summary(
        `### Airlock gate: allowed\n\n${plain(person.login)} (${person.role}) asks for \`${outcome.task.verb}\` on ${subject}.\n`,
      );
      return null;
    },
  });
}

/** A result that nobody has to look for: it goes to verify as if solve had made it. */
function sealedSolution(task: Task, { change, tree, steps }: Made, taskDigest: string): Sealed {
  const made = { change, tree, certificate: null, taskDigest, auditHead: task.audit_head };
  return seal(Solution, solutionOfTrees(task, { ...made, ...(steps.length === 0 ? {} : { steps }) }));
}

function badInputs(): AirlockError {
  return new AirlockError({
    code: "bad-input",
    message: "The workflow's inputs are not a request: expected a verb and three ids.",
    fix: "Comment `/agent fix` on the issue instead of starting the workflow by hand.",
  });
}
