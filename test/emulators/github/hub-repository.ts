import type { Dispatch } from "./runs.ts";
import { dispatch, rerun, runOf } from "./runs.ts";
import { person } from "./accounts.ts";
import { blob, commitAt, commitsIn, itemAt } from "./git-read.ts";
import type { CommitFacts } from "./git-read.ts";
import { addComment, changeComment, changeIssue, commentOf, issueOf, openIssue, setLocked } from "./issues.ts";
import { reviewing, type Reviewing } from "./hub-reviewing.ts";
import { recording, type Recording } from "./recorded-runs.ts";
import { isPull } from "./show-pull.ts";
import { htmlOf } from "./show-repository.ts";
import type { CheckRun, Comment, Reaction, Repository, RoleName, Run, State } from "./state.ts";
import type { Webhooks } from "./webhooks.ts";

/** A repository in a story's hands: what people do on the web site, and what a test wants to know afterwards. */
export interface HubRepository extends Reviewing, Recording {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  /** Path of the bare git repository. */
  readonly bare: string;
  readonly htmlUrl: string;
  readonly vars: Record<string, string>;
  readonly secrets: Record<string, string>;
  /** The record behind it, for whatever this handle has no word for. */
  readonly record: Repository;
  setRole: (login: string, role: RoleName) => void;
  /** Gives a team access, so that it can be asked for a review. */
  addTeam: (slug: string) => void;
  openIssue: (as: string, title: string, body: string) => number;
  /** A person types a comment. Resolves when every App has answered its webhook (or failed to). */
  comment: (as: string, issue: number, body: string) => Promise<number>;
  editComment: (as: string, id: number, body: string) => Promise<void>;
  editIssue: (as: string, issue: number, change: { title?: string; body?: string }) => void;
  closeIssue: (as: string, issue: number) => void;
  lockIssue: (as: string, issue: number) => void;
  /** A person presses "Run workflow". Out: the run's id. */
  dispatch: (as: string, workflow: string, inputs: Record<string, string>, ref?: string) => number;
  /** A person presses "Re-run all jobs". */
  rerun: (as: string, runId: number) => void;
  pulls: () => HubPull[];
  issueComments: (issue: number) => HubComment[];
  labelsOf: (issue: number) => string[];
  reviewersOf: (pull: number) => { users: string[]; teams: string[] };
  reactionsOf: (comment: number) => { content: string; user: string }[];
  checks: (sha: string) => CheckRun[];
  runs: () => HubRun[];
  artifacts: (runId: number) => HubArtifact[];
  /** A file's text at a branch or commit; null when it is not there. */
  file: (path: string, ref: string) => string | null;
  log: (ref: string) => HubCommit[];
}

export interface HubPull {
  number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  draft: boolean;
  merged: boolean;
  author: string;
  head: { ref: string; sha: string };
  base: { ref: string; sha: string };
  labels: string[];
  reviewers: string[];
  teams: string[];
  htmlUrl: string;
}

export interface HubComment {
  id: number;
  author: string;
  body: string;
  edited: boolean;
  reactions: { content: string; user: string }[];
}

export interface HubRun {
  id: number;
  attempt: number;
  title: string;
  status: string;
  conclusion: string | null;
  actor: string;
  inputs: Record<string, string>;
  jobs: Run["jobs"];
  log: Run["log"];
  htmlUrl: string;
}

export interface HubArtifact {
  id: number;
  name: string;
  attempt: number;
  bytes: Buffer;
  digest: string;
}

export interface HubCommit {
  sha: string;
  message: string;
  author: string;
  committer: string;
  verified: boolean;
}

export function hubRepository(state: State, webhooks: Webhooks, record: Repository): HubRepository {
  return { ...facts(state, record), ...deeds(state, webhooks, record), ...questions(state, record) };
}

function facts(state: State, record: Repository) {
  const { id, name, bare, vars, secrets } = record;
  return { id, owner: record.owner.login, name, bare, vars, secrets, record, htmlUrl: htmlOf(state, record) };
}

function deeds(state: State, webhooks: Webhooks, record: Repository) {
  const author = (login: string) => ({ account: person(state, login), app: null });
  return {
    setRole: (login: string, role: RoleName) => void record.roles.set(person(state, login).id, role),
    addTeam: (slug: string) => void record.teams.add(slug),
    openIssue: (as: string, title: string, body: string) =>
      openIssue(state, record, author(as), { title, body }).number,
    comment: async (as: string, number: number, body: string) => {
      const comment = addComment(state, record, author(as), { issue: issueOf(record, number), body });
      await webhooks.settled();
      return comment.id;
    },
    editComment: async (as: string, id: number, body: string) => {
      changeComment(state, record, commentOf(record, id), { body, by: person(state, as) });
      await webhooks.settled();
    },
    editIssue: (as: string, number: number, change: { title?: string; body?: string }) =>
      changeIssue(state, record, issueOf(record, number), { ...change, by: person(state, as) }),
    closeIssue: (as: string, number: number) =>
      changeIssue(state, record, issueOf(record, number), { state: "closed", by: person(state, as) }),
    lockIssue: (as: string, number: number) =>
      setLocked(state, record, issueOf(record, number), { locked: true, by: person(state, as) }),
    ...reviewing(state, webhooks, record),
    ...recording(state, webhooks, record),
    dispatch: (as: string, workflow: string, inputs: Dispatch["inputs"], ref = record.defaultBranch) =>
      dispatch(state, record, { workflow, ref, inputs, by: person(state, as) }).id,
    rerun: (as: string, runId: number) => rerun(state, record, runOf(record, runId), person(state, as)),
  };
}

function questions(state: State, record: Repository) {
  return {
    pulls: () => record.issues.filter(isPull).map((issue) => showPull(state, record, issue.number)),
    issueComments: (number: number) =>
      record.comments.filter((one) => one.issue === number).map((one) => showComment(one)),
    labelsOf: (number: number) => [...issueOf(record, number).labels],
    reviewersOf: (number: number) => {
      const { reviewers, teams } = showPull(state, record, number);
      return { users: reviewers, teams };
    },
    reactionsOf: (comment: number) => showReactions(commentOf(record, comment).reactions),
    checks: (sha: string) => record.checks.filter((check) => check.headSha === sha),
    runs: () => record.runs.map((run) => showRun(state, record, run)),
    artifacts: (runId: number) =>
      record.artifacts
        .filter((one) => one.run === runId)
        .map(({ id, name, attempt, zip, digest }) => ({ id, name, attempt, bytes: zip, digest })),
    file: (path: string, ref: string) => {
      const commit = commitAt(record.bare, ref);
      const item = commit === null ? null : itemAt(record.bare, commit, path);
      return item === null ? null : blob(record.bare, item.sha).toString("utf8");
    },
    log: (ref: string) =>
      commitsIn(record.bare, commitAt(record.bare, ref) ?? ref).map((one) => showCommit(record, one)),
  };
}

function showPull(state: State, record: Repository, number: number): HubPull {
  const issue = issueOf(record, number);
  if (!isPull(issue)) throw new Error(`#${number} is not a pull request`);
  const { pull } = issue;
  return {
    number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    draft: pull.draft,
    merged: pull.mergedAt !== null,
    author: issue.author.login,
    head: { ref: pull.head, sha: pull.headSha },
    base: { ref: pull.base, sha: pull.baseSha },
    labels: [...issue.labels],
    reviewers: pull.reviewers.map((account) => account.login),
    teams: [...pull.teams],
    htmlUrl: `${htmlOf(state, record)}/pull/${number}`,
  };
}

function showComment(comment: Comment): HubComment {
  const { id, body, reactions } = comment;
  return {
    id,
    author: comment.author.login,
    body,
    edited: comment.editedAt !== null,
    reactions: showReactions(reactions),
  };
}

function showReactions(reactions: Reaction[]): { content: string; user: string }[] {
  return reactions.map(({ content, user }) => ({ content, user: user.login }));
}

function showRun(state: State, record: Repository, run: Run): HubRun {
  const { id, attempt, title, status, conclusion, inputs, jobs, log } = run;
  const htmlUrl = `${htmlOf(state, record)}/actions/runs/${id}`;
  return { id, attempt, title, status, conclusion, actor: run.actor.login, inputs: { ...inputs }, jobs, log, htmlUrl };
}

function showCommit(record: Repository, commit: CommitFacts): HubCommit {
  const { sha, message, author, committer } = commit;
  const named = ({ name, email }: { name: string; email: string }): string => `${name} <${email}>`;
  return { sha, message, author: named(author), committer: named(committer), verified: record.signed.has(sha) };
}
