import { AirlockError } from "../errors.ts";
import { outcomeUnknown } from "../github/failure.ts";
import type { GitHub, Pull } from "../github/github.ts";
import type { PullSubject, Task } from "../handoff/task.ts";
import type { Verdict } from "../handoff/verdict.ts";
import { type BodyFacts, pullBody } from "./body.ts";
import { judgementDigest, judgementOfCommit, roundMessage, runOfCommit } from "./commit-message.ts";
import { applyReview, letMerge, takeOldLabels } from "./review.ts";
import { pointsOf, type RoundPlan } from "./round.ts";
import { writeTree } from "./write-tree.ts";

export type Appending =
  /** `commits`: one for each of the plan. `published` is null when the plan has none: nothing was pushed. */
  | { kind: "appended"; commits: string[]; published: Verdict["published"] }
  /** Somebody else's commit is the head: nothing was written that anybody can see. */
  | { kind: "head-moved"; head: string };

/**
 * Adds a round's commits to its pull request, never by force: the branch moves forward from the Task's start or not at all. Then the text,
 * the labels and the people asked to look again. Looks before it writes and after a lost answer, so that repeating it makes nothing twice.
 * In: the papers' data; the judgement must be `publish` where there are commits. Each tree that GitHub builds must be the planned one, and
 * the last the verified one.
 * @throws AirlockError `tree-mismatch` when one is not, and what the GitHub port throws.
 */
export async function appendChange(github: GitHub, facts: BodyFacts, plan: RoundPlan): Promise<Appending> {
  const { task, judgement, report } = facts;
  if (plan.commits.length === 0) return { kind: "appended", commits: [], published: null };
  const on = pullOf(task);
  if (judgement.kind !== "publish") throw unappendable(`policy says ${judgement.kind}`);
  if (plan.commits.at(-1)?.tree !== report.head_tree) throw unappendable("the last commit has not the verified tree");
  const head = await github.branch(on.branch);
  const there = head === null ? null : await commitsOfRun(github, head, { ...facts, plan });
  if (there === null && head !== task.start.commit) return { kind: "head-moved", head: head ?? "no branch" };
  const made = there === null ? await writeCommits(github, facts, plan) : { commits: there, notes: [] };
  const { commits, notes } = made;
  const commit = commits.at(-1) ?? task.start.commit;
  if (there === null && !(await move(github, on.branch, commit)))
    return { kind: "head-moved", head: (await github.branch(on.branch)) ?? "no branch" };

  const pull = await github.pull(on.number);
  if (pull === null) throw unappendable(`pull request #${on.number} is gone`);
  const round = { points: pointsOf(plan, commits), commits: commits.length, squashed: plan.squashed };
  await github.updatePull(on.number, { body: pullBody({ ...facts, round: { ...round, isDraft: pull.draft } }) });
  const refused = [
    ...(await takeOldLabels(github, on.number, { task, judgement })),
    ...(await applyReview(github, on.number, { task, judgement, again: authorsToAsk(task, plan, pull) })),
    ...(await letMerge(github, { pull: on.number, head: commit, base: on.target }, judgement)),
  ];
  return {
    kind: "appended",
    commits,
    published: {
      branch: on.branch,
      commit,
      tree: report.head_tree,
      pull_request: on.number,
      url: pull.url,
      not_applied: [...notes, ...refused],
    },
  };
}

/** The commits that an earlier attempt of this run added: each has a planned tree, and the last one names the judgement. null: these are others. */
async function commitsOfRun(
  github: GitHub,
  head: string,
  { task, run, judgement, plan }: Pick<BodyFacts, "task" | "run" | "judgement"> & { plan: RoundPlan },
): Promise<string[] | null> {
  const commits: string[] = [];
  let at = head;
  for (const { tree } of plan.commits.toReversed()) {
    const { message, parents, tree: found } = await github.commit(at);
    const [parent] = parents;
    if (found !== tree || runOfCommit(message) !== run.id || parents.length !== 1 || parent === undefined) return null;
    if (at === head && judgementOfCommit(message) !== judgementDigest(judgement)) return null;
    commits.unshift(at);
    at = parent;
  }
  return at === task.start.commit ? commits : null;
}

async function writeCommits(
  github: GitHub,
  { task, run, judgement, known }: BodyFacts,
  { commits: planned }: RoundPlan,
): Promise<{ commits: string[]; notes: string[] }> {
  const { requester } = task;
  const pull = pullOf(task).number;
  const commits: string[] = [];
  let [parent, base, signed] = [task.start.commit, task.start.tree, true];
  for (const [index, { items, subject, change, tree: wanted }] of planned.entries()) {
    const tree = await writeTree(github, { base, change }, wanted);
    const isLast = index === planned.length - 1;
    const told = isLast ? { judgement } : {};
    const message = roundMessage({ subject, items, pull, requester, run, ...told, known });
    const commit = await github.createCommit({ message, tree, parents: [parent] });
    commits.push(commit.sha);
    [parent, base, signed] = [commit.sha, tree, signed && commit.verified];
  }
  return { commits, notes: signed ? [] : [unsigned] };
}

const unsigned = "GitHub did not sign the commits; a rule that requires signed commits will refuse them.";

/** Whether the branch is at our commit now. */
async function move(github: GitHub, branch: string, commit: string): Promise<boolean> {
  try {
    if ((await github.moveBranch(branch, commit)) === "moved") return true;
  } catch (thrown) {
    if (!outcomeUnknown(thrown)) throw thrown;
    if ((await github.branch(branch)) === commit) return true;
    throw thrown;
  }
  return (await github.branch(branch)) === commit;
}

/** The people whose points were worked on; GitHub asks nobody to review their own pull request. */
function authorsToAsk({ brief }: Task, { items }: RoundPlan, { author }: Pull): string[] {
  if (brief.kind !== "review") return [];
  const done = new Set(items.filter(({ outcome }) => outcome === "done").map(({ id }) => id));
  const people = brief.items.filter(({ id }) => done.has(id)).flatMap(({ texts }) => texts.map((text) => text.author));
  return [...new Set(people)].filter((login) => login !== author.login);
}

function pullOf({ pull }: Task): PullSubject {
  if (pull === null) throw unappendable("the Task names no pull request");
  return pull;
}

function unappendable(why: string): AirlockError {
  return new AirlockError({
    code: "bad-input",
    message: `This round cannot be published: ${why}.`,
    fix: "Nothing was pushed by this attempt. This is a defect of Airlock; please report it with the run's papers.",
  });
}
