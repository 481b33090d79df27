import { invalid, notFound, Refusal } from "./answer.ts";
import { associationOf } from "./accounts.ts";
import { commitAt } from "./git-read.ts";
import { git } from "./git.ts";
import { nextId } from "./ids.ts";
import { later, type Author } from "./issues.ts";
import { announceReview, recordReview, type Review } from "./reviews.ts";
import { nodeId, showUser } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import { issuePage, showRollup } from "./show-issue.ts";
import type { PullIssue } from "./show-pull.ts";
import { apiOf } from "./show-repository.ts";
import type { Account, Repository, State } from "./state.ts";
import { iso } from "./state.ts";

/** Comments on the same lines. Only comments on the right side of a diff are emulated. */
export interface Thread {
  /** Number behind its node id. */
  id: number;
  path: string;
  line: number;
  /** The head on which it was begun. */
  commit: string;
  resolvedBy: Account | null;
  /** Oldest first, never empty. */
  comments: ReviewComment[];
}

export interface ReviewComment {
  id: number;
  review: number;
  author: Account;
  body: string;
  createdAt: number;
  editedAt: number | null;
}

export interface NewThread {
  path: string;
  line: number;
  body: string;
}

/** Begins a thread of a review. @throws Refusal 422 for a line that the head's file does not have, or an empty text. */
export function beginThread(
  state: State,
  repository: Repository,
  issue: PullIssue,
  { review, path, line, body }: NewThread & { review: Review },
): Thread {
  if (lineOf(repository, issue.pull.headSha, path, line) === null)
    throw invalid(
      "PullRequestReviewComment",
      "pull_request_review_thread.line",
      "custom",
      "Line could not be resolved",
    );
  const thread: Thread = {
    id: nextId(state, "thread"),
    path,
    line,
    commit: issue.pull.headSha,
    resolvedBy: null,
    comments: [],
  };
  issue.pull.threads.push(thread);
  comment(state, repository, issue, { thread, review, body });
  return thread;
}

/** An answer in a thread, which GitHub files under a review of its own. @throws Refusal 422 for an empty text, 404 unless it is asked by the first comment. */
export function replyInThread(
  state: State,
  repository: Repository,
  issue: PullIssue,
  { to, by, body }: { to: number; by: Author; body: string },
): ReviewComment {
  const thread = issue.pull.threads.find(({ comments }) => comments[0]?.id === to);
  if (thread === undefined) throw notFound();
  if (issue.locked && by.app !== null) throw new Refusal(403, "Unable to create comment because issue is locked.");
  const review = recordReview(state, issue, { by: by.account, event: "COMMENT", body: "" });
  const answer = comment(state, repository, issue, { thread, review, body });
  announceReview(state, repository, issue, review);
  return answer;
}

function comment(
  state: State,
  repository: Repository,
  issue: PullIssue,
  { thread, review, body }: { thread: Thread; review: Review; body: string },
): ReviewComment {
  if (body.trim() === "") throw invalid("PullRequestReviewComment", "body", "missing_field");
  const made: ReviewComment = {
    id: nextId(state, "reviewComment"),
    review: review.id,
    author: review.author,
    body,
    createdAt: state.now(),
    editedAt: null,
  };
  thread.comments.push(made);
  issue.updatedAt = state.now();
  const subject = { name: "pull_request_review_comment", issue, thread, comment: made } as const;
  state.emit({ action: "created", repository, sender: made.author, subject });
  return made;
}

/** A person changes a comment of a thread. No event: nobody here listens for it. */
export function editThreadComment(state: State, issue: PullIssue, { id, body }: { id: number; body: string }): void {
  const found = issue.pull.threads.flatMap(({ comments }) => comments).find((one) => one.id === id);
  if (found === undefined) throw notFound();
  Object.assign(found, { body, editedAt: later(state, found.createdAt) });
}

/** Whether the line says something else now than when the thread was begun. */
export function isOutdated(repository: Repository, { pull }: PullIssue, { commit, path, line }: Thread): boolean {
  return lineOf(repository, commit, path, line) !== lineOf(repository, pull.headSha, path, line);
}

/** Text of a line of a commit's file; null when there is no such line. */
function lineOf(repository: Repository, commit: string, path: string, line: number): string | null {
  if (commitAt(repository.bare, commit) === null) return null;
  const listed = git(repository.bare, ["ls-tree", "-z", commit, "--", path]).toString("utf8");
  const blob = /^\d{6} blob ([0-9a-f]{40})\t/.exec(listed)?.[1];
  if (blob === undefined) return null;
  return git(repository.bare, ["cat-file", "blob", blob]).toString("utf8").split("\n")[line - 1] ?? null;
}

export function showThreadComment(
  state: State,
  repository: Repository,
  issue: PullIssue,
  { thread, comment: shown }: { thread: Thread; comment: ReviewComment },
): Json {
  const html = `${issuePage(state, repository, issue)}#discussion_r${shown.id}`;
  const pull = `${apiOf(state, repository)}/pulls/${issue.number}`;
  const url = `${apiOf(state, repository)}/pulls/comments/${shown.id}`;
  const [first] = thread.comments;
  const line = isOutdated(repository, issue, thread) ? null : thread.line;
  return {
    id: shown.id,
    node_id: nodeId("PullRequestReviewComment", shown.id),
    pull_request_review_id: shown.review,
    ...(first === shown || first === undefined ? {} : { in_reply_to_id: first.id }),
    diff_hunk: `@@ -${thread.line} +${thread.line} @@\n ${lineOf(repository, thread.commit, thread.path, thread.line) ?? ""}`,
    path: thread.path,
    ...(line === null ? {} : { line }),
    original_line: thread.line,
    side: "RIGHT",
    subject_type: "line",
    commit_id: issue.pull.headSha,
    original_commit_id: thread.commit,
    user: showUser(state, shown.author),
    body: shown.body,
    created_at: iso(shown.createdAt),
    updated_at: iso(shown.editedAt ?? shown.createdAt),
    url,
    html_url: html,
    pull_request_url: pull,
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull } },
    author_association: associationOf(repository, shown.author),
    reactions: showRollup(`${url}/reactions`, []),
  };
}
