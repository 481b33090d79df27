import { z } from "zod";
import { Sha } from "../change.ts";
import { AirlockError } from "../errors.ts";
import { OwnPullAnswer, PullAnswer } from "./answers.ts";
import type { Api } from "./api.ts";
import { httpFailure, statusOf } from "./failure.ts";
import type { GitHub } from "./github.ts";

/** Pull requests, their labels and the people asked to review. */
export function pulls(
  api: Api,
): Pick<
  GitHub,
  "openPulls" | "everyOpenPull" | "pullsFrom" | "pull" | "pullCommits" | "createPull" | "addLabels" | "requestReviewers"
> {
  return {
    async openPulls() {
      const found = await api.list(OwnPullAnswer, "GET /pulls", { parameters: { state: "open" } });
      return found.filter(({ pull, own }) => own && pull.state === "open").map(({ pull }) => pull);
    },
    async everyOpenPull() {
      const found = await api.list(PullAnswer, "GET /pulls", { parameters: { state: "open" } });
      return found.filter(({ state }) => state === "open");
    },
    async pullsFrom(branch) {
      const parameters = { head: `${api.owner}:${branch}`, state: "all" };
      const found = await api.list(OwnPullAnswer, "GET /pulls", { parameters });
      // GitHub ignores a filter it does not understand, so the answer is filtered again.
      return found.filter(({ pull, own }) => own && pull.head.ref === branch).map(({ pull }) => pull);
    },
    pull: (number) => api.find(PullAnswer, "GET /pulls/{pull_number}", { pull_number: number }),
    pullCommits: (number) =>
      api.list(PullCommit, "GET /pulls/{pull_number}/commits", { parameters: { pull_number: number } }),
    createPull: (pull) => api.call(PullAnswer, "POST /pulls", pull),
    async addLabels(issue, labels) {
      const refused: string[] = [];
      const present: string[] = [];
      for (const label of labels) {
        const problem = await ensureLabel(api, label);
        if (problem === null) present.push(label.name);
        else refused.push(problem);
      }
      if (present.length === 0) return refused;
      const problem = await tried(() =>
        api.call(z.unknown(), "POST /issues/{issue_number}/labels", { issue_number: issue, labels: present }),
      );
      return problem === null ? refused : [...refused, `GitHub refused the labels ${present.join(", ")}: ${problem}`];
    },
    async requestReviewers(pull, users, teams) {
      const ask = (reviewers: string[], team_reviewers: string[]) =>
        tried(() =>
          api.call(z.unknown(), "POST /pulls/{pull_number}/requested_reviewers", {
            pull_number: pull,
            reviewers,
            team_reviewers,
          }),
        );
      if (users.length + teams.length === 0 || (await ask(users, teams)) === null) return [];
      // One impossible name refuses the whole list: ask one by one, so that the possible ones are asked.
      const refused: string[] = [];
      for (const user of users) {
        const problem = await ask([user], []);
        if (problem !== null) refused.push(`GitHub refused the reviewer ${user}: ${problem}`);
      }
      for (const team of teams) {
        const problem = await ask([], [team]);
        if (problem !== null) refused.push(`GitHub refused the team ${team}: ${problem}`);
      }
      return refused;
    },
  };
}

const PullCommit = z
  .object({ sha: Sha, commit: z.object({ message: z.string() }) })
  .transform(({ sha, commit }) => ({ sha, message: commit.message }));

/** Out: null when the label is there now, else why not. */
async function ensureLabel(
  api: Api,
  label: { name: string; color: string; description: string },
): Promise<string | null> {
  if ((await api.find(z.object({}), "GET /labels/{name}", { name: label.name })) !== null) return null;
  const problem = await tried(() => api.call(z.unknown(), "POST /labels", label));
  if (problem === null || /already_exists/.test(problem)) return null;
  return `GitHub refused to create the label ${label.name}: ${problem}`;
}

/** Runs a request that GitHub may refuse. Out: its words for 403, 404 and 422; null when it was accepted. Other failures throw. */
async function tried(ask: () => Promise<unknown>): Promise<string | null> {
  try {
    await ask();
    return null;
  } catch (thrown) {
    const status = statusOf(thrown);
    if (!(thrown instanceof AirlockError) || status === null || ![403, 404, 422].includes(status)) throw thrown;
    return httpFailure(thrown).message.replaceAll(/\s+/g, " ").slice(0, 200);
  }
}
