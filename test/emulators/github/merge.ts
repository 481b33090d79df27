import { Refusal } from "./answer.ts";
import { mergeBase, refAt } from "./git-read.ts";
import { writeCommit } from "./git-write.ts";
import { gitText } from "./git.ts";
import { changeIssue } from "./issues.ts";
import { pullOf } from "./pulls.ts";
import { moveRef } from "./refs.ts";
import type { Account, Repository, State } from "./state.ts";

/** A person presses "Squash and merge": one commit on the base, and the pull request is closed as merged. Rules are not asked. */
export function squashMerge(state: State, repository: Repository, number: number, by: Account): string {
  const issue = pullOf(repository, number);
  const { bare } = repository;
  const { pull } = issue;
  const ref = `refs/heads/${pull.base}`;
  const onto = refAt(bare, ref) ?? pull.baseSha;
  if (issue.state === "closed" || mergeBase(bare, onto, pull.headSha) === null)
    throw new Refusal(405, "Pull Request is not mergeable");
  const tree = gitText(bare, ["merge-tree", "--write-tree", onto, pull.headSha]).split("\n")[0] ?? "";
  const who = { name: by.login, email: `${by.login}@example.com`, at: Math.floor(state.now() / 1000) };
  const message = `${issue.title} (#${number})`;
  const commit = writeCommit(bare, { tree, parents: [onto], message, author: who, committer: who });
  pull.mergedAt = state.now();
  moveRef(state, repository, { account: by, permissions: { workflows: "write" } }, { ref, sha: commit, force: false });
  changeIssue(state, repository, issue, { state: "closed", by });
  return commit;
}
