import type { Answer } from "./answer.ts";
import { created, notFound, ok, page } from "./answer.ts";
import { pullOf } from "./pulls.ts";
import type { Ask, Route } from "./route.ts";
import { actor, bodyAs, numeric, read, repositoryAsked, write } from "./route.ts";
import { announceReview, recordReview, showReview } from "./reviews.ts";
import type { PullIssue } from "./show-pull.ts";
import { isPull } from "./show-pull.ts";
import { beginThread, replyInThread, showThreadComment } from "./threads.ts";

const pulls = "/repos/{owner}/{repo}/pulls";
const one = `${pulls}/{pull_number}`;

/** Reviews by themselves, and what they say about lines. */
export const threadRoutes: Route[] = [
  { method: "GET", path: `${one}/reviews`, need: read("pull_requests"), run: reviews },
  { method: "GET", path: `${one}/reviews/{review_id}`, need: read("pull_requests"), run: review },
  { method: "GET", path: `${one}/comments`, need: read("pull_requests"), run: comments },
  { method: "POST", path: `${one}/comments`, need: write("pull_requests"), run: begin },
  { method: "GET", path: `${pulls}/comments/{comment_id}`, need: read("pull_requests"), run: comment },
  { method: "POST", path: `${one}/comments/{comment_id}/replies`, need: write("pull_requests"), run: reply },
];

function reviews(ask: Ask): Answer {
  const issue = pullAsked(ask);
  return page(issue.pull.reviews, {
    url: ask.url,
    show: (found) => showReview(ask.state, repositoryAsked(ask), issue, found),
  });
}

function review(ask: Ask): Answer {
  const issue = pullAsked(ask);
  const found = issue.pull.reviews.find(({ id }) => id === numeric(ask, "review_id"));
  if (found === undefined) throw notFound();
  return ok(showReview(ask.state, repositoryAsked(ask), issue, found));
}

function comments(ask: Ask): Answer {
  const issue = pullAsked(ask);
  return page(commentsOf(issue), {
    url: ask.url,
    show: (found) => showThreadComment(ask.state, repositoryAsked(ask), issue, found),
  });
}

function comment(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  for (const issue of repository.issues.filter(isPull)) {
    const found = commentsOf(issue).find((shown) => shown.comment.id === numeric(ask, "comment_id"));
    if (found !== undefined) return ok(showThreadComment(ask.state, repository, issue, found));
  }
  throw notFound();
}

/** A comment by itself is a review of its own. */
function begin(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const issue = pullAsked(ask);
  const { body, path, line = 1 } = bodyAs<{ body: string; path: string; line?: number }>(ask);
  const review = recordReview(ask.state, issue, { by: actor(ask).account, event: "COMMENT", body: "" });
  const thread = beginThread(ask.state, repository, issue, { review, path, line, body });
  announceReview(ask.state, repository, issue, review);
  const [comment] = thread.comments;
  if (comment === undefined) throw new Error("a thread begins with a comment");
  return created(showThreadComment(ask.state, repository, issue, { thread, comment }));
}

function reply(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const issue = pullAsked(ask);
  const { body } = bodyAs<{ body: string }>(ask);
  const made = replyInThread(ask.state, repository, issue, { to: numeric(ask, "comment_id"), by: actor(ask), body });
  const found = commentsOf(issue).find((shown) => shown.comment === made);
  if (found === undefined) throw new Error("an answer is in its thread");
  return created(showThreadComment(ask.state, repository, issue, found));
}

/** Oldest first, as GitHub lists them. */
function commentsOf({ pull }: PullIssue) {
  const all = pull.threads.flatMap((thread) => thread.comments.map((shown) => ({ thread, comment: shown })));
  return all.toSorted((a, b) => a.comment.id - b.comment.id);
}

function pullAsked(ask: Ask): PullIssue {
  return pullOf(repositoryAsked(ask), numeric(ask, "pull_number"));
}
