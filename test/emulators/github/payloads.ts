import type { CommitFacts } from "./git-read.ts";
import { nodeId, showInstallation, showUser } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import { showComment, showIssue, showLabel } from "./show-issue.ts";
import { showGroup } from "./queue.ts";
import { showReview } from "./reviews.ts";
import { isPull, showPull, showPullSimple } from "./show-pull.ts";
import { fullName, htmlOf, showRepository } from "./show-repository.ts";
import { showRun, showWorkflow } from "./show-run.ts";
import { showThreadComment } from "./threads.ts";
import type { Account, Changes, HubEvent, Installation, Label, Repository, State } from "./state.ts";
import { iso } from "./state.ts";

/** The payload of an event as the App of this installation receives it. It is made when the event happens, not when it is sent. */
export function payloadOf(state: State, event: HubEvent, installation: Installation): Json {
  const { repository, subject } = event;
  const isPush = subject.name === "push";
  return {
    ...(event.action === null ? {} : { action: event.action }),
    ...subjectOf(state, event),
    repository: isPush ? pushRepository(state, repository) : showRepository(state, repository),
    ...(repository.owner.type === "Organization" ? { organization: showOrganization(state, repository.owner) } : {}),
    sender: showUser(state, event.sender),
    installation: { id: installation.id, node_id: nodeId("Installation", installation.id) },
  };
}

/** The payload of `installation.created`, which belongs to no repository. */
export function installationPayload(state: State, installation: Installation, sender: Account): Json {
  const repositories = state.repositories.filter((one) => installation.repositories.has(one.id));
  return {
    action: "created",
    installation: showInstallation(state, installation),
    repositories: repositories.map((one) => ({
      id: one.id,
      node_id: nodeId("Repository", one.id),
      name: one.name,
      full_name: fullName(one),
      private: one.private,
    })),
    requester: null,
    sender: showUser(state, sender),
  };
}

function subjectOf(state: State, event: HubEvent): Json {
  const { repository, sender, subject } = event;
  switch (subject.name) {
    case "issues":
      return { issue: showIssue(state, repository, subject.issue), ...details(state, repository, subject) };
    case "issue_comment":
      return {
        issue: showIssue(state, repository, subject.issue),
        comment: showComment(state, repository, subject.comment),
        ...details(state, repository, subject),
      };
    case "pull_request": {
      const { issue } = subject;
      if (!isPull(issue)) throw new Error(`#${issue.number} is not a pull request`);
      const shown = { number: issue.number, pull_request: showPull(state, repository, issue) };
      return { ...shown, ...subject.moved, ...details(state, repository, subject) };
    }
    case "pull_request_review": {
      const { issue, review } = subject;
      if (!isPull(issue)) throw new Error(`#${issue.number} is not a pull request`);
      const shown = { ...showReview(state, repository, issue, review), state: review.state.toLowerCase() };
      const about = { review: shown, pull_request: showPullSimple(state, repository, issue) };
      return { ...about, ...details(state, repository, subject) };
    }
    case "pull_request_review_comment": {
      const { issue, thread, comment } = subject;
      if (!isPull(issue)) throw new Error(`#${issue.number} is not a pull request`);
      const shown = showThreadComment(state, repository, issue, { thread, comment });
      const one = { position: 1, original_position: 1, start_line: null, original_start_line: null, start_side: null };
      return { comment: { ...shown, ...one }, pull_request: showPullSimple(state, repository, issue) };
    }
    case "merge_group":
      return { merge_group: showGroup(subject.group) };
    case "workflow_run": {
      const { run } = subject;
      return { workflow_run: showRun(state, repository, run), workflow: showWorkflow(state, repository, run.workflow) };
    }
    case "push":
      return push(state, repository, { ...subject, sender });
  }
}

function details(state: State, repository: Repository, { label, changes }: { label?: Label; changes?: Changes }): Json {
  return {
    ...(changes === undefined ? {} : { changes }),
    ...(label === undefined ? {} : { label: showLabel(state, repository, label) }),
  };
}

interface Push {
  ref: string;
  before: string;
  after: string;
  commits: CommitFacts[];
  sender: Account;
}

function push(state: State, repository: Repository, { ref, before, after, commits, sender }: Push): Json {
  const shown = commits.map((commit) => showPushed(state, repository, commit));
  return {
    ref,
    before,
    after,
    created: /^0+$/.test(before),
    deleted: /^0+$/.test(after),
    forced: false,
    base_ref: null,
    compare: `${htmlOf(state, repository)}/compare/${before}...${after}`,
    commits: shown.toReversed(),
    head_commit: shown[0] ?? null,
    pusher: { name: sender.login, email: `${sender.login.replace("[bot]", "")}@users.noreply.github.com` },
  };
}

function showPushed(state: State, repository: Repository, commit: CommitFacts): Json {
  const address = (email: string): string => (/^[\w.+-]+@[\w.-]+$/.test(email) ? email : "noreply@github.com");
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: iso(commit.committer.at * 1000),
    url: `${htmlOf(state, repository)}/commit/${commit.sha}`,
    author: { name: commit.author.name, email: address(commit.author.email) },
    committer: { name: commit.committer.name, email: address(commit.committer.email) },
    added: [],
    removed: [],
    modified: [],
  };
}

/** A push's repository carries its times as seconds, an old habit of GitHub's. */
function pushRepository(state: State, repository: Repository): Json {
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  return {
    ...showRepository(state, repository),
    created_at: seconds(repository.createdAt),
    pushed_at: seconds(repository.pushedAt),
    stargazers: 0,
    master_branch: repository.defaultBranch,
  };
}

function showOrganization(state: State, owner: Account): Json {
  const url = `${state.url}/orgs/${owner.login}`;
  return {
    login: owner.login,
    id: owner.id,
    node_id: nodeId("Organization", owner.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${state.url}/avatars/${owner.id}`,
    description: null,
  };
}
