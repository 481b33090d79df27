import type { ChangedFile } from "./git-diff.ts";
import type { CommitFacts, Person } from "./git-read.ts";
import { nodeId, showUser } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import { apiOf, htmlOf } from "./show-repository.ts";
import type { Account, Repository, State } from "./state.ts";
import { iso } from "./state.ts";

/** A git commit as `git/commits/{sha}` answers it. */
export function showGitCommit(state: State, repository: Repository, commit: CommitFacts): Json {
  const api = apiOf(state, repository);
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: commitPage(state, repository, commit.sha),
    author: showPerson(commit.author),
    committer: showPerson(commit.committer),
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => showParent(state, repository, sha)),
    verification: showVerification(repository, commit),
  };
}

/** A commit as `commits/{ref}` answers it. */
export function showCommit(state: State, repository: Repository, commit: CommitFacts): Json {
  const api = apiOf(state, repository);
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: `${api}/commits/${commit.sha}`,
    html_url: commitPage(state, repository, commit.sha),
    comments_url: `${api}/commits/${commit.sha}/comments`,
    commit: {
      url: `${api}/git/commits/${commit.sha}`,
      author: showPerson(commit.author),
      committer: showPerson(commit.committer),
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      verification: showVerification(repository, commit),
    },
    author: accountOfPerson(state, commit.author),
    committer: accountOfPerson(state, commit.committer),
    parents: commit.parents.map((sha) => showParent(state, repository, sha)),
  };
}

export function showFile(state: State, repository: Repository, file: ChangedFile, at: string): Json {
  const path = file.path
    .split("/")
    .map((part) => encodeURIComponent(part))
    .join("/");
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${htmlOf(state, repository)}/blob/${at}/${path}`,
    raw_url: `${htmlOf(state, repository)}/raw/${at}/${path}`,
    contents_url: `${apiOf(state, repository)}/contents/${path}?ref=${at}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

/** The address GitHub gives an account that hides its own: it ties a commit to the account. */
export function noreply(account: Account): string {
  return `${account.id}+${account.login}@users.noreply.github.com`;
}

export function authorOf(state: State, person: Person): Account | null {
  const id = /^(\d+)\+/.exec(person.email)?.[1];
  return state.accounts.find((account) => String(account.id) === id && person.email === noreply(account)) ?? null;
}

function accountOfPerson(state: State, person: Person): Json | null {
  const account = authorOf(state, person);
  return account === null ? null : showUser(state, account);
}

function commitPage(state: State, repository: Repository, sha: string): string {
  return `${htmlOf(state, repository)}/commit/${sha}`;
}

function showPerson({ name, email, at }: Person): Json {
  return { name, email, date: iso(at * 1000) };
}

function showParent(state: State, repository: Repository, sha: string): Json {
  return { sha, url: `${apiOf(state, repository)}/commits/${sha}`, html_url: commitPage(state, repository, sha) };
}

function showVerification(repository: Repository, commit: CommitFacts): Json {
  const signed = repository.signed.has(commit.sha);
  return {
    verified: signed,
    reason: signed ? "valid" : "unsigned",
    signature: signed ? "-----BEGIN PGP SIGNATURE-----\n(embedded)\n-----END PGP SIGNATURE-----" : null,
    payload: signed ? `tree ${commit.tree}\n\n${commit.message}` : null,
    verified_at: signed ? iso(commit.committer.at * 1000) : null,
  };
}
