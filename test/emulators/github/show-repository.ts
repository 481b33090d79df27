import { nodeId, showUser } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import type { Repository, State } from "./state.ts";
import { iso } from "./state.ts";

export function apiOf(state: State, repository: Repository): string {
  return `${state.url}/repos/${repository.owner.login}/${repository.name}`;
}

export function htmlOf(state: State, repository: Repository): string {
  return `${state.url}/${repository.owner.login}/${repository.name}`;
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}

export function showRepository(state: State, repository: Repository): Json {
  const [html, full] = [htmlOf(state, repository), fullName(repository)];
  const open = repository.issues.filter((issue) => issue.state === "open").length;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: full,
    private: repository.private,
    owner: showUser(state, repository.owner),
    html_url: html,
    description: null,
    fork: false,
    ...addresses(apiOf(state, repository)),
    created_at: iso(repository.createdAt),
    updated_at: iso(repository.pushedAt),
    pushed_at: iso(repository.pushedAt),
    git_url: `${html}.git`,
    ssh_url: `git@127.0.0.1:${full}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    homepage: null,
    size: 0,
    language: null,
    ...features,
    archived: repository.archived,
    visibility: repository.private ? "private" : "public",
    open_issues: open,
    open_issues_count: open,
    default_branch: repository.defaultBranch,
  };
}

const features = {
  stargazers_count: 0,
  watchers_count: 0,
  watchers: 0,
  forks: 0,
  forks_count: 0,
  network_count: 0,
  subscribers_count: 0,
  has_issues: true,
  has_projects: false,
  has_downloads: true,
  has_wiki: false,
  has_pages: false,
  has_discussions: false,
  mirror_url: null,
  disabled: false,
  license: null,
  allow_forking: true,
  is_template: false,
  web_commit_signoff_required: false,
  topics: [],
};

function addresses(api: string): Json {
  const parts = {
    archive_url: "{archive_format}{/ref}",
    assignees_url: "assignees{/user}",
    blobs_url: "git/blobs{/sha}",
    branches_url: "branches{/branch}",
    collaborators_url: "collaborators{/collaborator}",
    comments_url: "comments{/number}",
    commits_url: "commits{/sha}",
    compare_url: "compare/{base}...{head}",
    contents_url: "contents/{+path}",
    contributors_url: "contributors",
    deployments_url: "deployments",
    downloads_url: "downloads",
    events_url: "events",
    forks_url: "forks",
    git_commits_url: "git/commits{/sha}",
    git_refs_url: "git/refs{/sha}",
    git_tags_url: "git/tags{/sha}",
    hooks_url: "hooks",
    issue_comment_url: "issues/comments{/number}",
    issue_events_url: "issues/events{/number}",
    issues_url: "issues{/number}",
    keys_url: "keys{/key_id}",
    labels_url: "labels{/name}",
    languages_url: "languages",
    merges_url: "merges",
    milestones_url: "milestones{/number}",
    notifications_url: "notifications{?since,all,participating}",
    pulls_url: "pulls{/number}",
    releases_url: "releases{/id}",
    stargazers_url: "stargazers",
    statuses_url: "statuses/{sha}",
    subscribers_url: "subscribers",
    subscription_url: "subscription",
    tags_url: "tags",
    teams_url: "teams",
    trees_url: "git/trees{/sha}",
  };
  return { url: api, ...Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, `${api}/${part}`])) };
}
