import type { Answer } from "./answer.ts";
import { created, empty, notFound, ok, page } from "./answer.ts";
import { addComment, changeComment, commentOf, issueOf, react, removeComment } from "./issues.ts";
import type { Ask, Route } from "./route.ts";
import { bodyAs, actor, conversation, issuesOrPulls, numeric, param, repositoryAsked } from "./route.ts";
import { showComment, showReaction } from "./show-issue.ts";
import type { Comment } from "./state.ts";

const comments = "/repos/{owner}/{repo}/issues/comments";
const ofIssue = "/repos/{owner}/{repo}/issues/{issue_number}/comments";

/** Comments of the conversation and the reactions to them. */
export const commentRoutes: Route[] = [
  { method: "GET", path: comments, need: issuesOrPulls("read"), run: listAll },
  { method: "GET", path: ofIssue, need: conversation("read"), run: listOfIssue },
  { method: "POST", path: ofIssue, need: conversation("write"), run: create },
  { method: "GET", path: `${comments}/{comment_id}`, need: conversation("read"), run: one },
  { method: "PATCH", path: `${comments}/{comment_id}`, need: conversation("write"), run: update },
  { method: "DELETE", path: `${comments}/{comment_id}`, need: conversation("write"), run: remove },
  { method: "GET", path: `${comments}/{comment_id}/reactions`, need: conversation("read"), run: listReactions },
  { method: "POST", path: `${comments}/{comment_id}/reactions`, need: conversation("write"), run: addReaction },
  {
    method: "DELETE",
    path: `${comments}/{comment_id}/reactions/{reaction_id}`,
    need: conversation("write"),
    run: removeReaction,
  },
];

function listAll(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const { query } = ask;
  const since = Date.parse(query.get("since") ?? "1970-01-01");
  const key = query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const sign = query.get("direction") === "desc" ? -1 : 1;
  const found = repository.comments
    .filter((comment) => comment.updatedAt >= since)
    .toSorted((a, b) => sign * (a[key] - b[key]));
  return page(found, { url: ask.url, show: (comment) => showComment(ask.state, repository, comment) });
}

function listOfIssue(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const issue = issueOf(repository, numeric(ask, "issue_number"));
  const since = Date.parse(ask.query.get("since") ?? "1970-01-01");
  const found = repository.comments.filter((comment) => comment.issue === issue.number && comment.updatedAt >= since);
  return page(found, { url: ask.url, show: (comment) => showComment(ask.state, repository, comment) });
}

function create(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const issue = issueOf(repository, numeric(ask, "issue_number"));
  const { body } = bodyAs<{ body: string }>(ask);
  return created(showComment(ask.state, repository, addComment(ask.state, repository, actor(ask), { issue, body })));
}

function one(ask: Ask): Answer {
  return ok(showComment(ask.state, repositoryAsked(ask), commentAsked(ask)));
}

function update(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const { body } = bodyAs<{ body: string }>(ask);
  changeComment(ask.state, repository, commentAsked(ask), { body, by: actor(ask).account });
  return one(ask);
}

function remove(ask: Ask): Answer {
  removeComment(ask.state, repositoryAsked(ask), commentAsked(ask), actor(ask).account);
  return empty();
}

function listReactions(ask: Ask): Answer {
  const content = ask.query.get("content");
  const found = commentAsked(ask).reactions.filter((reaction) => content === null || reaction.content === content);
  return page(found, { url: ask.url, show: (reaction) => showReaction(ask.state, reaction) });
}

function addReaction(ask: Ask): Answer {
  const { content } = bodyAs<{ content: string }>(ask);
  const { reaction, isNew } = react(ask.state, commentAsked(ask).reactions, actor(ask).account, content);
  return isNew ? created(showReaction(ask.state, reaction)) : ok(showReaction(ask.state, reaction));
}

function removeReaction(ask: Ask): Answer {
  const comment = commentAsked(ask);
  const id = param(ask, "reaction_id");
  if (!comment.reactions.some((reaction) => String(reaction.id) === id)) throw notFound();
  comment.reactions = comment.reactions.filter((reaction) => String(reaction.id) !== id);
  return empty();
}

function commentAsked(ask: Ask): Comment {
  return commentOf(repositoryAsked(ask), numeric(ask, "comment_id"));
}
