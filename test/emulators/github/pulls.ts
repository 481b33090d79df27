import { roleOf } from "./accounts.ts";
import { Refusal, invalid, notFound } from "./answer.ts";
import { isAncestor, refAt } from "./git-read.ts";
import type { Author } from "./issues.ts";
import { issueOf, newIssue } from "./issues.ts";
import type { PullIssue } from "./show-pull.ts";
import { isPull } from "./show-pull.ts";
import type { Account, Repository, State } from "./state.ts";
import { actionsAppId } from "./ids.ts";

export interface NewPull {
  title: string;
  body: string;
  /** `branch` or `owner:branch`; forks are not emulated. */
  head: string;
  base: string;
  draft: boolean;
}

export function pullOf(repository: Repository, number: number): PullIssue {
  const issue = issueOf(repository, number);
  if (!isPull(issue)) throw notFound();
  return issue;
}

/** @throws Refusal with GitHub's words: unknown branch, nothing between the branches, a pull request that is open already. */
export function openPull(state: State, repository: Repository, by: Author, asked: NewPull): PullIssue {
  if (by.app?.id === actionsAppId && !repository.actionsMayCreatePulls) {
    throw new Refusal(403, "GitHub Actions is not permitted to create or approve pull requests.");
  }
  const head = asked.head.replace(new RegExp(`^${repository.owner.login}:`, "i"), "");
  const headSha = refAt(repository.bare, `refs/heads/${head}`);
  const baseSha = refAt(repository.bare, `refs/heads/${asked.base}`);
  if (headSha === null) throw invalid("PullRequest", "head", "invalid");
  if (baseSha === null) throw invalid("PullRequest", "base", "invalid");
  const label = `${repository.owner.login}:${head}`;
  const isOpen = (issue: PullIssue): boolean =>
    issue.state === "open" && issue.pull.head === head && issue.pull.base === asked.base;
  if (repository.issues.filter(isPull).some(isOpen)) {
    throw invalid("PullRequest", "head", "custom", `A pull request already exists for ${label}.`);
  }
  if (isAncestor(repository.bare, headSha, baseSha)) {
    throw invalid("PullRequest", "head", "custom", `No commits between ${asked.base} and ${head}`);
  }
  const issue = newIssue(state, repository, by, { title: asked.title, body: asked.body });
  const pull = {
    head,
    headSha,
    base: asked.base,
    baseSha,
    draft: asked.draft,
    mergedAt: null,
    autoMerge: null,
    reviewers: [],
    teams: [],
    reviews: [],
    threads: [],
  };
  const opened: PullIssue = Object.assign(issue, { pull });
  state.emit({ action: "opened", repository, sender: by.account, subject: { name: "pull_request", issue: opened } });
  return opened;
}

/** A person turns a draft into a pull request that is ready for review, or back. */
export function setDraft(
  state: State,
  repository: Repository,
  issue: PullIssue,
  { draft, by }: { draft: boolean; by: Account },
): void {
  if (issue.pull.draft === draft) return;
  issue.pull.draft = draft;
  const action = draft ? "converted_to_draft" : "ready_for_review";
  state.emit({ action, repository, sender: by, subject: { name: "pull_request", issue } });
}

/** @throws Refusal 422 for the author, a stranger, or a team without access; then nobody is requested. */
export function requestReviewers(
  state: State,
  repository: Repository,
  issue: PullIssue,
  asked: { reviewers: string[]; teams: string[] },
): void {
  const accounts = asked.reviewers.map((login) => reviewer(state, repository, issue, login));
  for (const team of asked.teams) if (!repository.teams.has(team)) throw notCollaborators(repository);
  const { pull } = issue;
  pull.reviewers.push(...accounts.filter((account) => !pull.reviewers.includes(account)));
  pull.teams.push(...asked.teams.filter((team) => !pull.teams.includes(team)));
  issue.updatedAt = state.now();
}

export function removeReviewers(issue: PullIssue, asked: { reviewers: string[]; teams: string[] }): void {
  issue.pull.reviewers = issue.pull.reviewers.filter((account) => !asked.reviewers.includes(account.login));
  issue.pull.teams = issue.pull.teams.filter((team) => !asked.teams.includes(team));
}

function reviewer(state: State, repository: Repository, issue: PullIssue, login: string): Account {
  const account = state.accounts.find((one) => one.login.toLowerCase() === login.toLowerCase());
  if (account === issue.author) throw new Refusal(422, "Review cannot be requested from pull request author.");
  if (account === undefined || account.type !== "User") throw notCollaborators(repository);
  const isCollaborator = repository.owner.id === account.id || repository.roles.has(account.id);
  if (!isCollaborator || roleOf(repository, account) === "none") throw notCollaborators(repository);
  return account;
}

function notCollaborators(repository: Repository): Refusal {
  const name = `${repository.owner.login}/${repository.name}`;
  return new Refusal(
    422,
    `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${name} repository.`,
  );
}
