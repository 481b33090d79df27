import { associationOf } from "./accounts.ts";
import { changedFiles } from "./git-diff.ts";
import { countCommits, mergeBase } from "./git-read.ts";
import { nodeId, showUser } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import { issuePage, labelNamed, showLabel } from "./show-issue.ts";
import { apiOf, htmlOf, showRepository } from "./show-repository.ts";
import type { Issue, Label, PullFacts, Repository, State } from "./state.ts";
import { iso } from "./state.ts";

/** An issue that is a pull request. */
export type PullIssue = Issue & { pull: PullFacts };

export function isPull(issue: Issue): issue is PullIssue {
  return issue.pull !== null;
}

/** A pull request as lists show it. */
export function showPullSimple(state: State, repository: Repository, issue: PullIssue): Json {
  const { pull } = issue;
  const html = issuePage(state, repository, issue);
  const isMerged = pull.mergedAt !== null;
  return {
    ...links(state, repository, issue),
    id: issue.id,
    node_id: nodeId("PullRequest", issue.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    active_lock_reason: null,
    title: issue.title,
    body: issue.body,
    user: showUser(state, issue.author),
    labels: issue.labels.map((name) => showPullLabel(state, repository, labelNamed(repository, name))),
    milestone: null,
    created_at: iso(issue.createdAt),
    updated_at: iso(issue.updatedAt),
    closed_at: issue.closedAt === null ? null : iso(issue.closedAt),
    merged_at: pull.mergedAt === null ? null : iso(pull.mergedAt),
    merge_commit_sha: isMerged ? pull.headSha : null,
    assignee: null,
    assignees: [],
    requested_reviewers: pull.reviewers.map((account) => showUser(state, account)),
    requested_teams: pull.teams.map((slug) => showTeam(state, slug)),
    head: showEnd(state, repository, pull.head, pull.headSha),
    base: showEnd(state, repository, pull.base, pull.baseSha),
    author_association: associationOf(repository, issue.author),
    auto_merge: null,
    draft: pull.draft,
  };
}

/** A pull request as it is shown alone, with its counts. */
export function showPull(state: State, repository: Repository, issue: PullIssue): Json {
  const { pull } = issue;
  const from = mergeBase(repository.bare, pull.baseSha, pull.headSha) ?? pull.baseSha;
  const files = changedFiles(repository.bare, from, pull.headSha);
  return {
    ...showPullSimple(state, repository, issue),
    merged: pull.mergedAt !== null,
    mergeable: issue.state === "open" ? true : null,
    rebaseable: null,
    mergeable_state: pull.draft ? "draft" : "clean",
    merged_by: null,
    comments: repository.comments.filter((comment) => comment.issue === issue.number).length,
    review_comments: pull.threads.reduce((sum, { comments }) => sum + comments.length, 0),
    maintainer_can_modify: false,
    commits: countCommits(repository.bare, `${from}..${pull.headSha}`),
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}

export function showPullMinimal(state: State, repository: Repository, issue: PullIssue): Json {
  const repo = { id: repository.id, url: apiOf(state, repository), name: repository.name };
  return {
    id: issue.id,
    number: issue.number,
    url: `${apiOf(state, repository)}/pulls/${issue.number}`,
    head: { ref: issue.pull.head, sha: issue.pull.headSha, repo },
    base: { ref: issue.pull.base, sha: issue.pull.baseSha, repo },
  };
}

export function showTeam(state: State, slug: string): Json {
  const url = `${state.url}/organizations/1/team/${slug}`;
  return {
    id: Buffer.from(slug).reduce((sum, byte) => sum + byte, 1),
    node_id: nodeId("Team", slug),
    url,
    html_url: `${state.url}/orgs/teams/${slug}`,
    name: slug,
    slug,
    description: null,
    privacy: "closed",
    permission: "push",
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: "organization",
    organization_id: 1,
    parent: null,
  };
}

/** In a pull request GitHub's schema wants a label's description to be text. */
function showPullLabel(state: State, repository: Repository, label: Label): Json {
  return { ...showLabel(state, repository, label), description: label.description ?? "" };
}

function showEnd(state: State, repository: Repository, ref: string, sha: string): Json {
  return {
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: showUser(state, repository.owner),
    repo: showRepository(state, repository),
  };
}

function links(state: State, repository: Repository, issue: PullIssue): Json {
  const api = apiOf(state, repository);
  const url = `${api}/pulls/${issue.number}`;
  const issueUrl = `${api}/issues/${issue.number}`;
  const parts = {
    self: url,
    html: `${htmlOf(state, repository)}/pull/${issue.number}`,
    issue: issueUrl,
    comments: `${issueUrl}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${issue.pull.headSha}`,
  };
  return {
    url,
    issue_url: parts.issue,
    commits_url: parts.commits,
    review_comments_url: parts.review_comments,
    review_comment_url: parts.review_comment,
    comments_url: parts.comments,
    statuses_url: parts.statuses,
    _links: Object.fromEntries(Object.entries(parts).map(([key, href]) => [key, { href }])),
  };
}
