import { AirlockError } from "../errors.ts";
import type { GitHub } from "../github/github.ts";
import { runOfCommit } from "../record/commit-message.ts";
import { readState } from "../record/gate-state.ts";
import { policyCheckName } from "../record/policy-check-name.ts";
import { runsOfCommits } from "../record/runs-of-commits.ts";
import { nameOfOurRun } from "./our-run.ts";

export interface RoundFacts {
  github: GitHub;
  repositoryId: number;
  bot: number;
  defaultBranch: string;
}

/**
 * Who asked for the earlier rounds of a pull request: what they asked for is still in it, so none of them may approve it alone. Told by the
 * name of each run that its commits name, which nobody can change, and by what was remembered of the heads before.
 * In: its number, and the run whose requester is known. Out: account ids, each once.
 * @throws AirlockError `github-unreadable` for a run that is gone and of which nothing was remembered: somebody may have removed it.
 */
export async function earlierRequesters(pull: number, run: number, facts: RoundFacts): Promise<number[]> {
  const { github } = facts;
  const commits = await github.pullCommits(pull);
  const found = await Promise.all(
    runsOfCommits(commits)
      .filter((id) => id !== run)
      .map(async (id) => {
        const heads = commits.filter(({ message }) => runOfCommit(message) === id).map(({ sha }) => sha);
        const [named, remembered] = await Promise.all([requesterOf(id, facts), rememberedAt(heads, facts)]);
        if (named.kind === "gone" && remembered.length === 0) throw forgotten(id, pull);
        return named.kind === "known" ? [named.requester, ...remembered] : remembered;
      }),
  );
  return [...new Set(found.flat())];
}

type Asker = { kind: "known"; requester: number } | { kind: "gone" | "foreign" };

async function requesterOf(id: number, facts: RoundFacts): Promise<Asker> {
  const run = await facts.github.run(id);
  if (run === null) return { kind: "gone" };
  const name = nameOfOurRun(run, facts);
  return name === null ? { kind: "foreign" } : { kind: "known", requester: name.requester };
}

async function rememberedAt(heads: readonly string[], { github, repositoryId }: RoundFacts): Promise<number[]> {
  const texts = await Promise.all(
    heads.map(async (head) => {
      const checks = await github.checks(head, policyCheckName);
      return checks.flatMap(({ text }) => readState(text, { head, repository: repositoryId })?.requesters ?? []);
    }),
  );
  return texts.flat();
}

function forgotten(run: number, pull: number): AirlockError {
  return new AirlockError({
    code: "github-unreadable",
    message: `A commit of #${pull} names run ${run}, which is gone: who asked for it cannot be told.`,
    fix: "Close the pull request and comment `/agent fix` on the issue for a new one.",
  });
}
