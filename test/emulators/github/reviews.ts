import { Refusal } from "./answer.ts";
import { nextId } from "./ids.ts";
import { later } from "./issues.ts";
import { nodeId, showUser } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import { associationOf } from "./accounts.ts";
import { issuePage } from "./show-issue.ts";
import type { PullIssue } from "./show-pull.ts";
import { apiOf } from "./show-repository.ts";
import type { Account, Repository, State } from "./state.ts";
import { iso } from "./state.ts";

export interface Review {
  id: number;
  author: Account;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED";
  body: string;
  commit: string;
  submittedAt: number;
  editedAt: number | null;
}

export interface NewReview {
  by: Account;
  event: "APPROVE" | "REQUEST_CHANGES" | "COMMENT";
  body: string;
}

const given = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

/**
 * A review of the head as it is now, with its event still to be told, after its comments.
 * @throws Refusal 422 for an opinion of the pull request's author, as on GitHub.
 */
export function recordReview(state: State, issue: PullIssue, asked: NewReview): Review {
  const { by, event, body } = asked;
  if (by === issue.author && event !== "COMMENT")
    throw new Refusal(422, `Can not ${event === "APPROVE" ? "approve" : "request changes on"} your own pull request`);
  const review: Review = {
    id: nextId(state, "review"),
    author: by,
    state: given[event],
    body,
    commit: issue.pull.headSha,
    submittedAt: state.now(),
    editedAt: null,
  };
  issue.pull.reviews.push(review);
  return review;
}

export function announceReview(state: State, repository: Repository, issue: PullIssue, review: Review): void {
  const subject = { name: "pull_request_review", issue, review } as const;
  state.emit({ action: "submitted", repository, sender: review.author, subject });
}

/** A person changes the text of a review. */
export function editReview(
  state: State,
  repository: Repository,
  issue: PullIssue,
  { id, body }: { id: number; body: string },
): void {
  const review = issue.pull.reviews.find((one) => one.id === id);
  if (review === undefined) throw new Refusal(404, "Not Found");
  const changes = { body: { from: review.body } };
  Object.assign(review, { body, editedAt: later(state, review.submittedAt) });
  const subject = { name: "pull_request_review", issue, review, changes } as const;
  state.emit({ action: "edited", repository, sender: review.author, subject });
}

/** @throws Refusal 404 for an unknown review, 422 for a comment, which is no opinion. */
export function dismissReview(
  state: State,
  repository: Repository,
  issue: PullIssue,
  { id, by }: { id: number; by: Account },
): void {
  const review = issue.pull.reviews.find((one) => one.id === id);
  if (review === undefined) throw new Refusal(404, "Not Found");
  if (review.state === "COMMENTED") throw new Refusal(422, "Can not dismiss a commented pull request review");
  review.state = "DISMISSED";
  state.emit({ action: "dismissed", repository, sender: by, subject: { name: "pull_request_review", issue, review } });
}

export function showReview(state: State, repository: Repository, issue: PullIssue, review: Review): Json {
  const html = `${issuePage(state, repository, issue)}#pullrequestreview-${review.id}`;
  const pull = `${apiOf(state, repository)}/pulls/${issue.number}`;
  return {
    id: review.id,
    node_id: nodeId("PullRequestReview", review.id),
    user: showUser(state, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    _links: { html: { href: html }, pull_request: { href: pull } },
    submitted_at: iso(review.submittedAt),
    commit_id: review.commit,
    author_association: associationOf(repository, review.author),
  };
}
