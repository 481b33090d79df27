import type { Buffer } from "node:buffer";
import type { Mode } from "../change.ts";
import type { Role } from "../handoff/identity.ts";
import type { Outgoing } from "../text/outgoing.ts";
import type { BotChecks } from "./bot-checks.ts";
import type { Jobs } from "./jobs.ts";
import type { Labels } from "./labels.ts";
import type { Threads } from "./threads.ts";
import type { Tracking } from "./tracking.ts";

/**
 * Everything Airlock asks of GitHub, for one repository. The only implementation is `octokit.ts`; whoever needs GitHub gets this.
 * Contract for every method: a partial or unreadable answer throws `AirlockError` (`github-failed`, `github-forbidden`,
 * `github-unreadable`), never returns less than asked; lists are complete over all pages. Text that leaves is `Outgoing`.
 */
export interface GitHub extends Threads, Labels, Jobs, Tracking, BotChecks {
  repository(): Promise<Repository>;
  /** The account's effective role on the repository, from `role_name` (custom roles map to their base role). Unknown login: `none`. */
  role(login: string): Promise<{ role: Role; user: Account | null }>;
  /** Accounts with access, with their effective role. */
  collaborators(): Promise<(Account & { role: Role })[]>;
  /**
   * Account ids of the active members of a team of the repository's organisation, with those of its child teams; at most 10,000.
   * null: GitHub does not tell (no such team, one that the token may not see, a repository of a user).
   */
  teamMembers(slug: string): Promise<number[] | null>;
  /** Status checks that the active rulesets require on a branch. Rulesets in evaluation do not count. */
  requiredByRules(branch: string): Promise<RequiredCheck[]>;
  /** Status checks that classic branch protection requires. Needs to read contents, which the App may not. */
  requiredByProtection(branch: string): Promise<RequiredCheck[]>;
  /** The value of an Actions variable; null when it is not set. */
  variable(name: string): Promise<Seen<string | null>>;
  secretIsSet(name: string): Promise<Seen<boolean>>;
  /** The setting “Allow GitHub Actions to create and approve pull requests”. */
  actionsMayCreatePulls(): Promise<Seen<boolean>>;
  /** Whether the default branch has a file here. */
  hasFile(path: string): Promise<boolean>;
  issue(number: number): Promise<Issue | null>;
  /** All conversation comments of an issue or pull request, oldest first. */
  comments(issue: number): Promise<Comment[]>;
  comment(id: number): Promise<Comment | null>;

  /** Head of a branch; null when there is no such branch. */
  branch(name: string): Promise<string | null>;
  /** Branches whose name begins with `prefix`. GitHub may cut a long list: for finding names, not for proving that there are none. */
  branches(prefix: string): Promise<{ name: string; head: string }[]>;
  commit(sha: string): Promise<{ sha: string; tree: string; parents: string[]; message: string }>;
  /** Whether `ancestor` is reachable from `descendant` (or equal). No for commits without a common history, or that are gone. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** The best common ancestor of two commits. Throws `github-failed` when they have none. */
  mergeBase(one: string, other: string): Promise<string>;
  /** Every blob, symlink and submodule of a tree, recursively. Throws `github-unreadable` when GitHub truncates the list. */
  tree(sha: string): Promise<TreeEntry[]>;
  blob(sha: string): Promise<Buffer>;

  createBlob(bytes: Uint8Array): Promise<string>;
  createTree(baseTree: string, entries: { path: string; mode: Mode; sha: string | null }[]): Promise<string>;
  /** Author and committer are left out, so that GitHub signs as the token's identity. */
  createCommit(commit: {
    message: Outgoing;
    tree: string;
    parents: string[];
  }): Promise<{ sha: string; verified: boolean }>;
  createBranch(name: string, sha: string): Promise<"created" | "exists">;
  /** Moves a branch forward, and never takes a commit away from it. */
  moveBranch(name: string, sha: string): Promise<"moved" | "not-fast-forward">;

  /** Open pull requests whose head is a branch of this repository, newest first. */
  openPulls(): Promise<Pull[]>;
  /** All open pull requests, from forks as well, newest first. */
  everyOpenPull(): Promise<Pull[]>;
  /** Pull requests whose head is this branch of this repository, any state. */
  pullsFrom(branch: string): Promise<Pull[]>;
  pull(number: number): Promise<Pull | null>;
  /** The commits of a pull request, oldest first: readable without any permission on contents. GitHub lists at most 250. */
  pullCommits(number: number): Promise<{ sha: string; message: string }[]>;
  /** Who made the commits of a pull request. Throws `github-unreadable` where GitHub may have cut the list (250). */
  commitPeople(number: number): Promise<CommitPeople[]>;
  /** Submitted reviews, oldest first. A review whose author is gone is written by `ghost`. */
  reviews(pull: number): Promise<Review[]>;
  /** Pull requests whose head is this commit, in any state, from this repository and from forks. */
  pullsAt(commit: string): Promise<Pull[]>;
  /** Numbers of the pull requests in the merge queue of a branch, first in line first; null when the branch has no queue. */
  mergeQueue(branch: string): Promise<number[] | null>;
  createPull(pull: { title: Outgoing; body: Outgoing; head: string; base: string; draft: boolean }): Promise<Pull>;
  /** Creates missing labels, then adds them. Out: one sentence per label GitHub refused. */
  addLabels(issue: number, labels: { name: string; color: string; description: string }[]): Promise<string[]>;
  /** Out: one sentence per reviewer GitHub refused (not a collaborator, the author, a team without access). */
  requestReviewers(pull: number, users: string[], teams: string[]): Promise<string[]>;
  /**
   * Pull requests from branches of this repository whose names begin with `prefix` that were merged at or after `since`, or that GitHub
   * will merge once it can; with the lines each changes per file.
   */
  mergingPulls(prefix: string, since: Date): Promise<MergingPull[]>;
  /**
   * Asks GitHub to merge once all rules of the branch hold, as long as the head is exactly this commit. Asking twice is asking once.
   * Out: null when it will, else GitHub's words why not. Throws when it is not known whether GitHub took it.
   */
  enableAutoMerge(pull: number, head: string): Promise<string | null>;

  createComment(issue: number, body: Outgoing): Promise<Comment>;
  updateComment(id: number, body: Outgoing): Promise<Comment>;
  deleteComment(id: number): Promise<void>;
  react(comment: number, content: "eyes" | "rocket" | "confused" | "-1" | "+1"): Promise<void>;

  /** Starts a workflow by its file name on a full ref (`refs/heads/…`). Out: the run's id when GitHub returns it, else null. */
  dispatch(workflow: string, ref: string, inputs: Record<string, string>): Promise<{ run: number | null }>;
  /** Runs of a workflow file, newest first, created at or after `since`. */
  runs(workflow: string, since: Date): Promise<Run[]>;
  run(id: number): Promise<Run | null>;
  /** Asks GitHub to stop a run; it goes on for some seconds. `ended`: it was over already. */
  cancelRun(id: number): Promise<"asked" | "ended">;
  artifacts(run: number): Promise<Artifact[]>;
  /** The artifact's zip, at most `bytesMax` bytes. null when it is gone or expired. */
  artifact(id: number, bytesMax: number): Promise<Buffer | null>;

  createCheck(check: CheckRun & { head: string }): Promise<{ id: number }>;
  updateCheck(id: number, check: CheckRun): Promise<void>;
  /** Check runs of a commit with this name made by this App only, newest first: of several, GitHub believes the newest. */
  checks(commit: string, name: string): Promise<ListedCheck[]>;
}

/** A setting as far as the token may read it. */
export type Seen<Value> = { kind: "seen"; value: Value } | { kind: "unknown" };

export interface Account {
  id: number;
  login: string;
  type: "User" | "Bot" | "Organization" | "Mannequin";
}

export interface Repository {
  id: number;
  owner: string;
  name: string;
  defaultBranch: string;
  private: boolean;
  archived: boolean;
}

export interface Issue {
  number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  locked: boolean;
  /** Names. */
  labels: string[];
  isPull: boolean;
  author: Account;
  createdAt: string;
  /** When the body was last edited; null if never. From GraphQL: REST's `updated_at` also moves with every comment. */
  editedAt: string | null;
  /** When the title last changed; null if never. */
  renamedAt: string | null;
}

export interface Comment {
  id: number;
  issue: number;
  body: string;
  author: Account;
  /** The App that wrote it, if one did. */
  appId: number | null;
  createdAt: string;
  updatedAt: string;
  url: string;
}

export interface TreeEntry {
  path: string;
  mode: Mode;
  sha: string;
}

export interface Pull {
  number: number;
  url: string;
  state: "open" | "closed";
  merged: boolean;
  draft: boolean;
  title: string;
  body: string;
  author: Account;
  head: { ref: string; sha: string; repository: number | null };
  base: { ref: string; sha: string };
}

export interface MergingPull {
  number: number;
  /** null: it waits to be merged. */
  mergedAt: string | null;
  files: { path: string; lines: number }[];
}

/** One end of a commit. */
export interface CommitPerson {
  /** The account that owns the address; null when none does. */
  account: Account | null;
  email: string;
}

export interface CommitPeople {
  sha: string;
  message: string;
  author: CommitPerson;
  committer: CommitPerson;
}

export interface Review {
  id: number;
  person: Account;
  state: "approved" | "changes_requested" | "dismissed" | "commented" | "pending";
  /** The head that was reviewed; null when that commit is gone. */
  commit: string | null;
  submittedAt: string;
}

export interface RequiredCheck {
  name: string;
  /** The only App whose check of this name counts; null when any may write it. */
  appId: number | null;
}

export interface Run {
  id: number;
  attempt: number;
  event: string;
  status: string;
  conclusion: string | null;
  /** The account whose action created the run: our App's bot for a dispatch. */
  actor: Account;
  headBranch: string | null;
  headSha: string;
  /** Path of the workflow file, without `@ref`. */
  path: string;
  /** The evaluated `run-name`. */
  title: string;
  createdAt: string;
  url: string;
}

export interface Artifact {
  id: number;
  name: string;
  bytes: number;
  expired: boolean;
  /** GitHub's own SHA-256 of the zip, when it gives one. */
  digest: string | null;
}

export interface CheckRun {
  name: string;
  externalId: string;
  status: "in_progress" | "completed";
  /** Required when completed. */
  conclusion?: "success" | "failure" | "neutral" | "action_required";
  title: Outgoing;
  summary: Outgoing;
  text?: Outgoing;
  detailsUrl?: string;
}

/** A check run as GitHub shows it. */
export interface ListedCheck {
  id: number;
  externalId: string | null;
  status: string;
  conclusion: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  appId: number | null;
}
