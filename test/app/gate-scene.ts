import type { Judgement } from "../../src/handoff/verdict.ts";
import { verdict } from "../record/papers.ts";
import { low, messageOf, type RunScene, runScene } from "./run-scene.ts";

export const finding = {
  id: "0123456789ab",
  rule: "test-deleted",
  level: "block" as const,
  path: "test/sum.test.ts",
  line: null,
  message: "A test was deleted.",
  before: "1 test",
  after: null,
};

/** As publish judges: with whose approval counts. */
export const approvers = { requester_may_approve: false, security_users: [], security_teams: [] };
export const high: Judgement = {
  ...low,
  approvers,
  level: "high",
  requirements: { reviewers: 2, security_review: false, manual_verification: false, owners: [] },
};

export interface GateScene extends RunScene {
  /** mona's run publishes a change under a judgement and ends. */
  publishedUnder(judgement: Judgement): Promise<{ pull: number; head: string; branch: string }>;
  /** The check that GitHub believes. */
  check(sha: string): { conclusion: string | null; title: string; summary: string };
  /** Somebody comments. Out: the App's newest comment there. */
  say(login: string, pull: number, text: string): Promise<string>;
}

/** A run of mona (admin) is under way; ben and ada may write, eve maintains, and there is a bot. */
export async function gateScene(): Promise<GateScene> {
  const at = await runScene();
  for (const login of ["ben", "ada", "eve"]) at.hub.addUser(login);
  at.hub.addUser("robot[bot]", { type: "Bot" });
  at.repository.setRole("mona", "admin");
  at.repository.setRole("ben", "write");
  at.repository.setRole("ada", "write");
  at.repository.setRole("eve", "maintain");
  return {
    ...at,
    async publishedUnder(judgement) {
      const pushed = await at.published(messageOf(at.run.id, judgement));
      await at.finish(at.run, {
        "airlock-publish-1": { "verdict.json": { ...verdict({ ...judgement, published: pushed }), ...at.identity() } },
      });
      await at.quiet();
      return { pull: pushed.pull_request, head: pushed.commit, branch: pushed.branch };
    },
    check(sha) {
      const newest = at.repository.checks(sha).at(-1);
      return { conclusion: newest?.conclusion ?? null, title: newest?.title ?? "", summary: newest?.summary ?? "" };
    },
    async say(login, pull, text) {
      await at.repository.comment(login, pull, text);
      await at.quiet();
      const answers = at.repository.issueComments(pull).filter(({ author }) => author === "airlock[bot]");
      return answers.at(-1)?.body ?? "";
    },
  };
}
