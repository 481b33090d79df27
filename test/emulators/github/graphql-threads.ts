import { type Arguments, connection, failed, type Fields, showActor } from "./graphql-answers.ts";
import type { Identity } from "./identity.ts";
import type { Review } from "./reviews.ts";
import { nodeId } from "./show-account.ts";
import type { PullIssue } from "./show-pull.ts";
import { isPull } from "./show-pull.ts";
import type { Issue, Repository, State } from "./state.ts";
import { iso } from "./state.ts";
import { isOutdated, type ReviewComment, type Thread } from "./threads.ts";
import { covers, permissionsOn } from "./tokens.ts";

/** What a pull request says of its reviews. */
export function threadFields(state: State, repository: Repository, issue: Issue): Fields {
  if (!isPull(issue)) return {};
  return {
    reviewThreads: (asked: Arguments) =>
      connection(
        issue.pull.threads.map((thread) => showThread(state, repository, { issue, thread })),
        asked,
      ),
  };
}

/** A review or a thread by its global id; null, with an error, for what the token does not open. */
export function nodeAsked(state: State, identity: Identity, id: string): Fields {
  for (const { repository, issue } of pullsOf(state)) {
    const thread = issue.pull.threads.find((one) => threadId(one) === id);
    const review = issue.pull.reviews.find((one) => nodeId("PullRequestReview", one.id) === id);
    if (thread === undefined && review === undefined) continue;
    if (!covers(grantedOn(identity, repository), "pull_requests", "read"))
      throw failed("FORBIDDEN", "Resource not accessible by integration");
    if (thread !== undefined) return showThread(state, repository, { issue, thread });
    if (review !== undefined) return showReview(state, review);
  }
  throw failed("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'.`);
}

/** A machine may resolve where it may write both the pull request and its branch. */
export function resolveThread(state: State, identity: Identity, input: unknown): Fields {
  const id = typeof input === "object" && input !== null && "threadId" in input ? String(input.threadId) : "";
  for (const { repository, issue } of pullsOf(state)) {
    const thread = issue.pull.threads.find((one) => threadId(one) === id);
    if (thread === undefined) continue;
    const granted = grantedOn(identity, repository);
    if (!covers(granted, "pull_requests", "write") || !covers(granted, "contents", "write"))
      throw failed("FORBIDDEN", "Resource not accessible by integration");
    if (identity.kind === "token") thread.resolvedBy = identity.token.account;
    return { thread: showThread(state, repository, { issue, thread }) };
  }
  throw failed("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'.`);
}

export function threadId({ id }: Thread): string {
  return nodeId("PullRequestReviewThread", id);
}

function pullsOf(state: State): { repository: Repository; issue: PullIssue }[] {
  return state.repositories.flatMap((repository) =>
    repository.issues.filter(isPull).map((issue) => ({ repository, issue })),
  );
}

function grantedOn(identity: Identity, repository: Repository) {
  return identity.kind === "token" ? permissionsOn(identity.token, repository) : {};
}

function showThread(
  state: State,
  repository: Repository,
  { issue, thread }: { issue: PullIssue; thread: Thread },
): Fields {
  const outdated = isOutdated(repository, issue, thread);
  return {
    __typename: "PullRequestReviewThread",
    id: threadId(thread),
    isResolved: thread.resolvedBy !== null,
    isOutdated: outdated,
    path: thread.path,
    line: outdated ? null : thread.line,
    originalLine: thread.line,
    comments: (asked: Arguments) =>
      connection(
        thread.comments.map((comment) => showComment(state, comment)),
        asked,
      ),
  };
}

function showComment(state: State, comment: ReviewComment): Fields {
  return {
    __typename: "PullRequestReviewComment",
    id: nodeId("PullRequestReviewComment", comment.id),
    fullDatabaseId: String(comment.id),
    body: comment.body,
    createdAt: iso(comment.createdAt),
    lastEditedAt: comment.editedAt === null ? null : iso(comment.editedAt),
    author: showActor(state, comment.author),
  };
}

function showReview(state: State, review: Review): Fields {
  return {
    __typename: "PullRequestReview",
    id: nodeId("PullRequestReview", review.id),
    fullDatabaseId: String(review.id),
    body: review.body,
    lastEditedAt: review.editedAt === null ? null : iso(review.editedAt),
    author: showActor(state, review.author),
  };
}
