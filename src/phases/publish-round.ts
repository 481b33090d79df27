import type { GitHub } from "../github/github.ts";
import type { Verdict } from "../handoff/verdict.ts";
import { answerRound } from "../record/answer-round.ts";
import { appendChange } from "../record/append-change.ts";
import type { BodyFacts } from "../record/body.ts";
import type { JudgeGround } from "./judge-again.ts";
import { planRound } from "./round-plan.ts";
import { stop, type Stopped } from "./stop.ts";

export type RoundPublishing =
  /** The Task is no round of review, or policy does not let its commits be pushed. */
  { kind: "not-here" } | { kind: "published"; shown: Pick<Verdict, "published" | "round"> } | Stopped;

/**
 * Publishes a round of review: its commits onto the pull request that it is about, then an answer to each point. A round in which nothing
 * was changed pushes nothing and answers, whatever policy says of what stands on GitHub already.
 */
export async function publishRound(
  facts: BodyFacts,
  ground: () => Promise<JudgeGround>,
  { github, onProgress }: { github: GitHub; onProgress: (text: string) => void },
): Promise<RoundPublishing> {
  const { task, solution, judgement } = facts;
  if (task.brief.kind !== "review" || task.pull === null) return { kind: "not-here" };
  const isChanged = solution.tree !== task.start.tree || (solution.steps ?? []).length > 0;
  if (isChanged && judgement.kind !== "publish") return { kind: "not-here" };
  onProgress("judging each commit of the round");
  const plan = await planRound(facts, ground, github);
  onProgress("adding the commits to the pull request and answering its points");
  const appended = await appendChange(github, facts, plan);
  if (appended.kind === "head-moved")
    return stop(
      "head-moved",
      `Somebody pushed to the pull request while the run was publishing: its head is ${appended.head.slice(0, 12)} now.`,
      "Nothing was pushed. Look at that commit, then write the command again.",
    );
  const { published, commits } = appended;
  const round = await answerRound(github, facts, { plan, commits, pull: task.pull.number });
  return { kind: "published", shown: { published, round } };
}
