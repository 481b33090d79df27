import type { JobState } from "../runner/dispatched-run.ts";
import type { CommitFacts } from "./git-read.ts";
import type { MergeGroup } from "./queue.ts";
import type { RecordedFacts } from "./recorded-runs.ts";
import type { Review } from "./reviews.ts";
import type { ReviewComment, Thread } from "./threads.ts";

/** Everything the embedded GitHub knows besides the git repositories. One value, changed in place by the verbs of the sibling files. */
export interface State {
  url: string;
  dir: string;
  now: () => number;
  runListLag: number;
  accounts: Account[];
  apps: App[];
  manifests: Map<string, Manifest>;
  installations: Installation[];
  repositories: Repository[];
  /** Teams of organisations by `owner/slug` in lower case: account ids of active members. */
  teams: Map<string, number[]>;
  tokens: Map<string, Token>;
  deliveries: Delivery[];
  /** Anonymous download addresses that `GET …/artifacts/{id}/zip` handed out, with the moment they end. */
  downloads: Map<string, { artifact: { zip: Buffer }; until: number }>;
  ids: Map<string, number>;
  /** Told about everything that a webhook could carry. Set by the hub; the default forgets it. */
  emit: (event: HubEvent) => void;
  /** Told about every new run attempt. */
  dispatched: (repository: Repository, run: Run) => void;
}

export type Permissions = Record<string, "read" | "write">;
export type RoleName = "none" | "read" | "triage" | "write" | "maintain" | "admin";

export interface Account {
  id: number;
  login: string;
  type: "User" | "Bot" | "Organization";
  createdAt: number;
}

export interface App {
  id: number;
  slug: string;
  name: string;
  owner: Account;
  bot: Account;
  /** Numeric user id of the App's bot account. */
  botId: number;
  permissions: Permissions;
  events: string[];
  clientId: string;
  privateKeyPem: string;
  publicKeyPem: string;
  /** Where events go; may be changed at any moment. null: the App takes no events. */
  webhookUrl: string | null;
  webhookSecret: string;
  homepage: string;
  createdAt: number;
}

export interface NewApp {
  slug: string;
  name?: string;
  permissions: Permissions;
  events: string[];
  webhookUrl?: string;
  webhookSecret: string;
  owner?: Account;
  homepage?: string;
}

/** What a person confirmed on the page of the manifest flow; the App is made when its code is converted. */
export interface Manifest {
  asked: NewApp;
  /** A code converts once. */
  used: boolean;
}

export interface Installation {
  id: number;
  app: App;
  account: Account;
  repositories: Set<number>;
  createdAt: number;
}

/** Whoever asks over HTTP. Repositories: null means every repository the account's role opens. */
export interface Token {
  value: string;
  kind: "installation" | "job" | "user";
  account: Account;
  app: App | null;
  installation: Installation | null;
  repositories: Set<number> | null;
  permissions: Permissions;
  expiresAt: number;
  asked: number;
}

export interface Repository {
  id: number;
  owner: Account;
  name: string;
  private: boolean;
  archived: boolean;
  defaultBranch: string;
  /** Path of the bare git repository. */
  bare: string;
  createdAt: number;
  pushedAt: number;
  roles: Map<number, RoleName>;
  teams: Set<string>;
  labels: Label[];
  issues: Issue[];
  comments: Comment[];
  checks: CheckRun[];
  workflows: Workflow[];
  runs: Run[];
  artifacts: Artifact[];
  /** Commits GitHub signed: made through the API by an App without naming an author. */
  signed: Set<string>;
  vars: Record<string, string>;
  secrets: Record<string, string>;
  /** The setting "Allow GitHub Actions to create and approve pull requests". */
  actionsMayCreatePulls: boolean;
  /** Whether the repository's settings allow to ask for a merge once everything holds; off as on GitHub. */
  autoMergeAllowed: boolean;
  /** Status checks that rulesets require, by branch. `appId` null: from any source. */
  required: Record<string, { context: string; appId: number | null }[]>;
  /** The same by classic branch protection. */
  protectedBy: Record<string, { context: string; appId: number | null }[]>;
  /** Pull requests in line, by the branch they want to join. */
  queues: Record<string, number[]>;
}

export interface Label {
  id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface Issue {
  id: number;
  number: number;
  title: string;
  body: string;
  author: Account;
  app: App | null;
  state: "open" | "closed";
  locked: boolean;
  labels: string[];
  reactions: Reaction[];
  createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  bodyEditedAt: number | null;
  renames: { at: number; by: Account; from: string; to: string }[];
  pull: PullFacts | null;
}

export interface PullFacts {
  head: string;
  headSha: string;
  base: string;
  baseSha: string;
  draft: boolean;
  mergedAt: number | null;
  /** Set while GitHub waits to merge exactly this commit. */
  autoMerge: { head: string; method: string; at: number } | null;
  reviewers: Account[];
  teams: string[];
  /** Oldest first. */
  reviews: Review[];
  threads: Thread[];
}

export interface Comment {
  id: number;
  issue: number;
  body: string;
  author: Account;
  app: App | null;
  createdAt: number;
  updatedAt: number;
  editedAt: number | null;
  reactions: Reaction[];
}

export interface Reaction {
  id: number;
  content: string;
  user: Account;
  createdAt: number;
}

export interface CheckRun {
  id: number;
  name: string;
  headSha: string;
  app: App;
  externalId: string;
  status: string;
  conclusion: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  detailsUrl: string | null;
  startedAt: number;
  completedAt: number | null;
}

export interface Workflow {
  id: number;
  name: string;
  path: string;
  createdAt: number;
}

export interface Run extends RecordedFacts {
  id: number;
  number: number;
  attempt: number;
  workflow: Workflow;
  actor: Account;
  triggeredBy: Account;
  inputs: Record<string, string>;
  title: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  sha: string;
  branch: string;
  createdAt: number;
  startedAt: number;
  updatedAt: number;
  jobs: JobState[];
  log: { job: string; step: string; text: string }[];
  /** List calls during which this run is not listed yet. */
  unlisted: number;
  /** The file at `sha`: what was dispatched. */
  text: string;
}

export interface Artifact {
  id: number;
  name: string;
  run: number;
  attempt: number;
  zip: Buffer;
  digest: string;
  createdAt: number;
  expired: boolean;
}

/** Something that happened, before it became one payload per subscribed App. */
export interface HubEvent {
  action: string | null;
  repository: Repository;
  sender: Account;
  subject: Subject;
}

/** What an event is about. `name` is the webhook's event name. */
export type Subject =
  | { name: "issues"; issue: Issue; label?: Label; changes?: Changes }
  | { name: "issue_comment"; issue: Issue; comment: Comment; changes?: Changes }
  | { name: "pull_request"; issue: Issue; label?: Label; changes?: Changes; moved?: { before: string; after: string } }
  | { name: "pull_request_review"; issue: Issue; review: Review; changes?: Changes }
  | { name: "pull_request_review_comment"; issue: Issue; thread: Thread; comment: ReviewComment }
  | { name: "merge_group"; group: MergeGroup }
  | { name: "workflow_run"; run: Run }
  | { name: "push"; ref: string; before: string; after: string; commits: CommitFacts[] };

export type Changes = Record<string, { from: string }>;

export interface Delivery {
  id: number;
  guid: string;
  app: App;
  installation: number;
  repository: number | null;
  event: string;
  action: string | null;
  deliveredAt: number;
  durationMs: number;
  redelivery: boolean;
  /** What the receiver answered; 0 when nobody answered. */
  statusCode: number;
  status: string;
  headers: Record<string, string>;
  body: string;
  response: string;
}

/** GitHub's time format: whole seconds. */
export function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}
