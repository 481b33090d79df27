import { person } from "./accounts.ts";
import { commitAt, commitFacts, refAt } from "./git-read.ts";
import { writeBlob, writeCommit, writeTree } from "./git-write.ts";
import { changeIssue, issueOf } from "./issues.ts";
import { addLabels, removeLabel } from "./labels.ts";
import { openPull, pullOf, setDraft } from "./pulls.ts";
import { squashMerge } from "./merge.ts";
import { enqueue } from "./queue.ts";
import { createRef, moveRef, type RefAsker } from "./refs.ts";
import { announceReview, dismissReview, editReview, type NewReview, recordReview } from "./reviews.ts";
import { noreply } from "./show-commit.ts";
import type { PullIssue } from "./show-pull.ts";
import type { Repository, State } from "./state.ts";
import { beginThread, editThreadComment, type NewThread, replyInThread, type Thread } from "./threads.ts";
import type { Webhooks } from "./webhooks.ts";

/** What people do between a pull request and its merge. Deeds resolve when every App has answered their webhooks. */
export interface Reviewing {
  reopen: (as: string, issue: number) => Promise<void>;
  label: (as: string, issue: number, name: string) => Promise<void>;
  unlabel: (as: string, issue: number, name: string) => Promise<void>;
  openPull: (as: string, pull: { head: string; base: string }) => Promise<number>;
  /** A person presses "Submit review". Resolves like `comment`. Out: the review's id. */
  review: (as: string, pull: number, event: "APPROVE" | "REQUEST_CHANGES" | "COMMENT") => Promise<number>;
  /** The same with words: `body`, and comments that each begin a thread on a line of the head. Out: the review's id. */
  reviewWith: (
    as: string,
    pull: number,
    said: { event: NewReview["event"]; body: string; comments: NewThread[] },
  ) => Promise<number>;
  editReview: (pull: number, review: number, body: string) => Promise<void>;
  /** A person answers in the thread that a comment began. Out: the id of the answer. */
  replyInThread: (as: string, pull: number, comment: number, body: string) => Promise<number>;
  editThreadComment: (pull: number, comment: number, body: string) => void;
  /** A person presses "Resolve conversation" at the thread that a comment began. */
  resolve: (as: string, pull: number, comment: number) => void;
  threadsOf: (pull: number) => readonly Thread[];
  dismiss: (as: string, pull: number, review: number) => Promise<void>;
  setDraft: (as: string, pull: number, draft: boolean) => Promise<void>;
  /** A person commits a file onto a branch, which is made from the default branch when it is not there. Out: the commit. */
  push: (as: string, branch: string, file: { path: string; text: string }) => Promise<string>;
  /** A person puts a branch onto a commit that is there. */
  setBranch: (as: string, branch: string, sha: string) => Promise<void>;
  /** A ruleset requires a check on a branch, from one App or (null) from any source. */
  requireCheck: (branch: string, context: string, appId: number | null) => void;
  /** A person presses "Merge when ready". Out: the head of the group that GitHub builds. */
  enqueue: (as: string, pull: number) => Promise<string>;
  /** A person presses "Squash and merge". Out: the commit on the base. */
  merge: (as: string, pull: number) => Promise<string>;
}

export function reviewing(state: State, webhooks: Webhooks, record: Repository): Reviewing {
  const told = async <Value>(deed: () => Value): Promise<Value> => {
    const value = deed();
    await webhooks.settled();
    return value;
  };
  const by = (login: string) => ({ account: person(state, login), permissions: { workflows: "write" as const } });
  return {
    reopen: (as: string, number: number) =>
      told(() => changeIssue(state, record, issueOf(record, number), { state: "open", by: person(state, as) })),
    label: (as: string, number: number, name: string) =>
      told(() => addLabels(state, record, issueOf(record, number), { names: [name], by: person(state, as) })),
    unlabel: (as: string, number: number, name: string) =>
      told(() => void removeLabel(state, record, issueOf(record, number), { name, by: person(state, as) })),
    openPull: (as: string, { head, base }: { head: string; base: string }) =>
      told(() => {
        const asked = { title: `From ${head}`, body: "", head, base, draft: false };
        return openPull(state, record, { account: person(state, as), app: null }, asked).number;
      }),
    review: (as: string, pull: number, event: "APPROVE" | "REQUEST_CHANGES" | "COMMENT") =>
      told(() => submit(state, record, pullOf(record, pull), { by: person(state, as), event, body: "", comments: [] })),
    reviewWith: (as: string, pull: number, said: { event: NewReview["event"]; body: string; comments: NewThread[] }) =>
      told(() => submit(state, record, pullOf(record, pull), { ...said, by: person(state, as) })),
    editReview: (pull: number, id: number, body: string) =>
      told(() => editReview(state, record, pullOf(record, pull), { id, body })),
    replyInThread: (as: string, pull: number, to: number, body: string) => {
      const answer = { to, by: { account: person(state, as), app: null }, body };
      return told(() => replyInThread(state, record, pullOf(record, pull), answer).id);
    },
    editThreadComment: (pull: number, id: number, body: string) =>
      editThreadComment(state, pullOf(record, pull), { id, body }),
    resolve: (as: string, pull: number, first: number) => {
      const thread = pullOf(record, pull).pull.threads.find(({ comments }) => comments[0]?.id === first);
      if (thread === undefined) throw new Error(`no thread begins with comment ${first}`);
      thread.resolvedBy = person(state, as);
    },
    threadsOf: (pull: number) => pullOf(record, pull).pull.threads,
    dismiss: (as: string, pull: number, id: number) =>
      told(() => dismissReview(state, record, pullOf(record, pull), { id, by: person(state, as) })),
    setDraft: (as: string, pull: number, draft: boolean) =>
      told(() => setDraft(state, record, pullOf(record, pull), { draft, by: person(state, as) })),
    push: (as: string, branch: string, file: { path: string; text: string }) =>
      told(() => pushFile(state, record, { by: by(as), branch, file })),
    setBranch: (as: string, branch: string, sha: string) =>
      told(() => placeBranch(state, record, { by: by(as), branch, sha })),
    requireCheck: (branch: string, context: string, appId: number | null) =>
      void (record.required[branch] ??= []).push({ context, appId }),
    merge: (as: string, pull: number) => told(() => squashMerge(state, record, pull, person(state, as))),
    enqueue: (as: string, pull: number) => told(() => enqueue(state, record, pull, person(state, as)).headSha),
  };
}

/** A review and its threads; its event comes last, as everything is submitted at once. */
function submit(
  state: State,
  record: Repository,
  issue: PullIssue,
  { comments, ...said }: NewReview & { comments: NewThread[] },
): number {
  const review = recordReview(state, issue, said);
  for (const one of comments) beginThread(state, record, issue, { ...one, review });
  announceReview(state, record, issue, review);
  return review.id;
}

interface Pushed {
  by: RefAsker;
  branch: string;
}

function pushFile(
  state: State,
  record: Repository,
  { by, branch, file }: Pushed & { file: { path: string; text: string } },
): string {
  const start = commitAt(record.bare, branch) ?? commitAt(record.bare, record.defaultBranch) ?? "";
  const { tree: base } = commitFacts(record.bare, start);
  const sha = writeBlob(record.bare, Buffer.from(file.text));
  const tree = writeTree(record.bare, base, [{ path: file.path, mode: "100644", sha }]);
  const who = { name: by.account.login, email: noreply(by.account), at: Math.floor(state.now() / 1000) };
  const message = `Change ${file.path}`;
  const commit = writeCommit(record.bare, { tree, parents: [start], message, author: who, committer: who });
  placeBranch(state, record, { by, branch, sha: commit });
  return commit;
}

function placeBranch(state: State, record: Repository, { by, branch, sha }: Pushed & { sha: string }): void {
  const ref = `refs/heads/${branch}`;
  if (refAt(record.bare, ref) === null) createRef(state, record, by, { ref, sha });
  else moveRef(state, record, by, { ref, sha, force: true });
}
