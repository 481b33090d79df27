import { associationOf } from "./accounts.ts";
import { nodeId, showApp, showUser } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import { apiOf, htmlOf } from "./show-repository.ts";
import type { Comment, Issue, Label, Reaction, Repository, State } from "./state.ts";
import { iso } from "./state.ts";

export function issuePage(state: State, repository: Repository, issue: Issue): string {
  return `${htmlOf(state, repository)}/${issue.pull === null ? "issues" : "pull"}/${issue.number}`;
}

export function showIssue(state: State, repository: Repository, issue: Issue): Json {
  const url = `${apiOf(state, repository)}/issues/${issue.number}`;
  const pull =
    issue.pull === null ? {} : { pull_request: pullLinks(state, repository, issue), draft: issue.pull.draft };
  return {
    id: issue.id,
    node_id: nodeId("Issue", issue.id),
    url,
    repository_url: apiOf(state, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: issuePage(state, repository, issue),
    number: issue.number,
    title: issue.title,
    body: issue.body,
    user: showUser(state, issue.author),
    performed_via_github_app: issue.app === null ? null : showApp(state, issue.app),
    author_association: associationOf(repository, issue.author),
    labels: issue.labels.map((name) => showLabel(state, repository, labelNamed(repository, name))),
    state: issue.state,
    state_reason: issue.state === "closed" ? "completed" : null,
    locked: issue.locked,
    active_lock_reason: null,
    assignee: null,
    assignees: [],
    milestone: null,
    type: null,
    comments: repository.comments.filter((comment) => comment.issue === issue.number).length,
    created_at: iso(issue.createdAt),
    updated_at: iso(issue.updatedAt),
    closed_at: issue.closedAt === null ? null : iso(issue.closedAt),
    closed_by: null,
    reactions: showRollup(`${url}/reactions`, issue.reactions),
    sub_issues_summary: { total: 0, completed: 0, percent_completed: 0 },
    issue_dependencies_summary: { blocked_by: 0, total_blocked_by: 0, blocking: 0, total_blocking: 0 },
    ...pull,
  };
}

function pullLinks(state: State, repository: Repository, issue: Issue): Json {
  const html = issuePage(state, repository, issue);
  const url = `${apiOf(state, repository)}/pulls/${issue.number}`;
  const mergedAt = issue.pull?.mergedAt ?? null;
  return {
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    merged_at: mergedAt === null ? null : iso(mergedAt),
  };
}

export function showComment(state: State, repository: Repository, comment: Comment): Json {
  const issue = repository.issues.find((one) => one.number === comment.issue);
  const url = `${apiOf(state, repository)}/issues/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url,
    html_url: issue === undefined ? url : `${issuePage(state, repository, issue)}#issuecomment-${comment.id}`,
    issue_url: `${apiOf(state, repository)}/issues/${comment.issue}`,
    body: comment.body,
    user: showUser(state, comment.author),
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    author_association: associationOf(repository, comment.author),
    reactions: showRollup(`${url}/reactions`, comment.reactions),
    performed_via_github_app: comment.app === null ? null : showApp(state, comment.app),
  };
}

export function showReaction(state: State, reaction: Reaction): Json {
  return {
    id: reaction.id,
    node_id: nodeId("Reaction", reaction.id),
    user: showUser(state, reaction.user),
    content: reaction.content,
    created_at: iso(reaction.createdAt),
  };
}

export function showRollup(url: string, reactions: Reaction[]): Json {
  const contents = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];
  const count = (content: string): number => reactions.filter((reaction) => reaction.content === content).length;
  return {
    url,
    total_count: reactions.length,
    ...Object.fromEntries(contents.map((content) => [content, count(content)])),
  };
}

export function labelNamed(repository: Repository, name: string): Label {
  const found = repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
  return found ?? { id: 0, name, color: "ededed", description: null };
}

export function showLabel(state: State, repository: Repository, label: Label): Json {
  return {
    id: label.id,
    node_id: nodeId("Label", label.id),
    url: `${apiOf(state, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}
