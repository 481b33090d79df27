import { AirlockError } from "../errors.ts";
import { outcomeUnknown, statusOf, httpFailure } from "../github/failure.ts";
import type { GitHub, Pull } from "../github/github.ts";
import type { Verdict } from "../handoff/verdict.ts";
import { attemptsAt, openPullAmong, pullOfRun, type TakenBranch } from "./branch.ts";
import { type BodyFacts, pullBody } from "./body.ts";
import { bumpOf } from "./bump.ts";
import { commitMessage, judgementDigest, judgementOfCommit, runOfCommit, subjectOf } from "./commit-message.ts";
import { issueOf } from "./answered-issue.ts";
import { applyReview, letMerge } from "./review.ts";
import { writeTree } from "./write-tree.ts";

export type Publication = BodyFacts;

export type Publishing =
  /** `adopted`: an earlier attempt of the same run had made the pull request already. */
  | { kind: "published"; published: NonNullable<Verdict["published"]>; adopted: boolean }
  /** Another run's pull request for this issue is open (there is at most one: promise 12), or this run's own was closed. */
  | { kind: "already-done"; pull: Pick<Pull, "number" | "state"> };

/** Times a name is tried again after somebody else took it in the same moment. */
const nameTries = 5;

/**
 * Writes a verified Change to GitHub: blobs, tree, commit, branch, pull request, labels, reviewers. Looks before it creates, and
 * looks again when GitHub's answer to a create was lost, so that repeating it makes nothing twice.
 * In: the four papers' data; the judgement must be `publish`. The tree that GitHub builds must be the one that was verified.
 * @throws AirlockError `tree-mismatch` when it is not, `bad-input` for an empty change, and what the GitHub port throws.
 */
export async function publishChange(github: GitHub, publication: Publication): Promise<Publishing> {
  const { task, judgement, report, solution } = publication;
  const issue = issueOf(task);
  if (issue === null || task.pull !== null) throw unpublishable("it is no new answer to an issue");
  if (judgement.kind !== "publish") throw unpublishable(`policy says ${judgement.kind}`);
  if (solution.change.length === 0) throw unpublishable("the change is empty");

  const { taken, free } = await attemptsAt(github, task.config.pull_request.branch_prefix, issue);
  const earlier = await branchOfRun(github, taken, publication);
  const own = await pullOfRun(github, taken, publication.run.id);
  const answer = own?.state === "closed" ? own : earlier === null ? (own ?? openPullAmong(taken)) : null;
  if (answer !== null) return { kind: "already-done", pull: { number: answer.number, state: answer.state } };
  const tree = await writeTree(github, { base: solution.base.tree, change: solution.change }, report.head_tree);
  const pushed = earlier ?? (await push(github, { free, tree, issue }, publication));
  const { pull, adopted, notes } = await openPull(github, pushed.branch, publication);
  if (pull.head.sha !== pushed.commit) throw movedHead(pull, pushed.commit);
  const refused = await applyReview(github, pull.number, publication);
  const unmerged = await letMerge(
    github,
    { pull: pull.number, head: pushed.commit, base: task.default_branch },
    judgement,
  );
  return {
    kind: "published",
    adopted,
    published: {
      branch: pushed.branch,
      commit: pushed.commit,
      tree,
      pull_request: pull.number,
      url: pull.url,
      not_applied: [...pushed.notes, ...notes, ...refused, ...unmerged],
    },
  };
}

interface Pushed {
  branch: string;
  commit: string;
  notes: string[];
}

/** A branch that an earlier attempt of this run pushed: its commit names the run and the
 * judgement, and holds exactly the verified tree on the same base. */
async function branchOfRun(
  github: GitHub,
  taken: readonly TakenBranch[],
  { run, report, judgement }: Publication,
): Promise<Pushed | null> {
  for (const { name, head } of taken.toReversed()) {
    if (head === null) continue;
    const commit = await github.commit(head);
    const same =
      commit.tree === report.head_tree && commit.parents.length === 1 && commit.parents[0] === report.base.commit;
    const isOurs =
      runOfCommit(commit.message) === run.id && judgementOfCommit(commit.message) === judgementDigest(judgement);
    if (same && isOurs) return { branch: name, commit: commit.sha, notes: [] };
  }
  return null;
}

async function push(
  github: GitHub,
  { free, tree, issue }: { free: string; tree: string; issue: number },
  publication: Publication,
): Promise<Pushed> {
  const { task, run, report, judgement, known } = publication;
  const bump = bumpOf(publication);
  const message = commitMessage({ brief: task.brief, bump, requester: task.requester, run, judgement, known });
  const commit = await github.createCommit({ message, tree, parents: [report.base.commit] });
  const notes = commit.verified
    ? []
    : ["GitHub did not sign the commit; a rule that requires signed commits will refuse it."];
  let name = free;
  for (let attempt = 0; attempt < nameTries; attempt += 1) {
    if (await claim(github, name, commit.sha)) return { branch: name, commit: commit.sha, notes };
    name = (await attemptsAt(github, task.config.pull_request.branch_prefix, issue)).free;
  }
  throw new AirlockError({
    code: "github-failed",
    message: `The branch ${name} was taken by somebody else, ${nameTries} times in a row.`,
    fix: "Look for another automation that creates branches of this name, or set another `pull_request.branch_prefix`.",
  });
}

/** Whether the branch is ours now. A name that exists is never moved: somebody's commits may be on it. */
async function claim(github: GitHub, name: string, sha: string): Promise<boolean> {
  try {
    if ((await github.createBranch(name, sha)) === "created") return true;
  } catch (thrown) {
    if (!outcomeUnknown(thrown)) throw thrown;
  }
  return (await github.branch(name)) === sha;
}

async function openPull(
  github: GitHub,
  branch: string,
  publication: Publication,
): Promise<{ pull: Pull; adopted: boolean; notes: string[] }> {
  const there = await openPullFrom(github, branch);
  if (there !== null) return { pull: there, adopted: true, notes: [] };
  const { task, judgement, known } = publication;
  const wanted = {
    title: subjectOf(task.brief, known, bumpOf(publication)),
    body: pullBody(publication),
    head: branch,
    base: task.default_branch,
    draft: judgement.draft,
  };
  try {
    return { pull: await github.createPull(wanted), adopted: false, notes: [] };
  } catch (thrown) {
    if (wanted.draft && noDrafts(thrown)) {
      const note =
        "This repository has no draft pull requests: it was opened ready for review although it must be looked at as a draft.";
      return { pull: await github.createPull({ ...wanted, draft: false }), adopted: false, notes: [note] };
    }
    const made = outcomeUnknown(thrown) || statusOf(thrown) === 422 ? await openPullFrom(github, branch) : null;
    if (made === null) throw thrown;
    return { pull: made, adopted: false, notes: [] };
  }
}

async function openPullFrom(github: GitHub, branch: string): Promise<Pull | null> {
  return (await github.pullsFrom(branch)).find(({ state }) => state === "open") ?? null;
}

/** GitHub's answer where the plan has no drafts (private repositories of free accounts). */
function noDrafts(thrown: unknown): boolean {
  return statusOf(thrown) === 422 && /draft pull requests are not supported/i.test(httpFailure(thrown).message);
}

function movedHead(pull: Pull, commit: string): AirlockError {
  return new AirlockError({
    code: "tree-mismatch",
    message: `Pull request #${pull.number} points to ${pull.head.sha}, but ${commit} was verified and pushed.`,
    fix: "Somebody pushed to the branch. Look at that commit; then comment `/agent fix` again for a new pull request.",
  });
}

function unpublishable(why: string): AirlockError {
  return new AirlockError({
    code: "bad-input",
    message: `This change cannot be published: ${why}.`,
    fix: "This is a defect of Airlock: publish was reached with a change it must not push. Please report it.",
  });
}
