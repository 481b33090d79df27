import { Refusal } from "./answer.ts";
import { commitFacts, refAt } from "./git-read.ts";
import type { CommitFacts } from "./git-read.ts";
import { setRef, writeCommit } from "./git-write.ts";
import { gitText } from "./git.ts";
import { pullOf } from "./pulls.ts";
import type { Account, Repository, State } from "./state.ts";
import { iso } from "./state.ts";
import type { Json } from "./show-account.ts";

/** What GitHub builds of the pull requests at the front of a merge queue. */
export interface MergeGroup {
  headSha: string;
  headRef: string;
  baseSha: string;
  baseRef: string;
  commit: CommitFacts;
}

/** A person presses "Merge when ready": the pull request joins the line, and GitHub asks for the checks of a group up to it. */
export function enqueue(state: State, repository: Repository, number: number, by: Account): MergeGroup {
  const { pull } = pullOf(repository, number);
  const line = (repository.queues[pull.base] ??= []);
  if (line.includes(number)) throw new Refusal(422, "Pull request is already in the queue");
  line.push(number);
  const { bare } = repository;
  const baseSha = refAt(bare, `refs/heads/${pull.base}`) ?? pull.baseSha;
  const ends = line.map((one) => pullOf(repository, one).pull.headSha);
  const github = { name: "GitHub", email: "noreply@github.com", at: Math.floor(state.now() / 1000) };
  let headSha = baseSha;
  for (const end of ends) {
    const tree = gitText(bare, ["merge-tree", "--write-tree", headSha, end]).split("\n")[0] ?? "";
    headSha = writeCommit(bare, { tree, parents: [headSha, end], message: "Merge", author: github, committer: github });
  }
  const headRef = `refs/heads/gh-readonly-queue/${pull.base}/pr-${number}-${baseSha}`;
  setRef(bare, headRef, headSha);
  const group = { headSha, headRef, baseSha, baseRef: `refs/heads/${pull.base}`, commit: commitFacts(bare, headSha) };
  state.emit({ action: "checks_requested", repository, sender: by, subject: { name: "merge_group", group } });
  return group;
}

export function showGroup({ headSha, headRef, baseSha, baseRef, commit }: MergeGroup): Json {
  const { author, committer, message, tree, sha } = commit;
  return {
    head_sha: headSha,
    head_ref: headRef,
    base_sha: baseSha,
    base_ref: baseRef,
    head_commit: {
      id: sha,
      tree_id: tree,
      message,
      timestamp: iso(committer.at * 1000),
      author: { name: author.name, email: author.email },
      committer: { name: committer.name, email: committer.email },
    },
  };
}
