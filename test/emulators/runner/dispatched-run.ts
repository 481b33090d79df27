/** The access a job token has, by GitHub's permission names with underscores (`pull_requests`); absent means none. */
export type JobPermissions = Record<string, "read" | "write">;

export type JobConclusion = "success" | "failure" | "cancelled" | "skipped" | "timed_out";

export interface StepState {
  name: string;
  number: number;
  status: "queued" | "in_progress" | "completed";
  conclusion: JobConclusion | null;
}

/** One job as GitHub's "list jobs for a workflow run" shows it. Times are milliseconds since the epoch. */
export interface JobState {
  id: string;
  name: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: JobConclusion | null;
  startedAt: number | null;
  completedAt: number | null;
  steps: StepState[];
  /** What the steps so far wrote to `GITHUB_STEP_SUMMARY`, as Markdown; secrets are already masked. */
  summary: string;
  /** The whole log, where the job was recorded instead of run; null when it is gone. */
  log?: string | null;
}

/** What the runner reports about a run; an absent key means "as before". `conclusion` comes with status `completed`. */
export interface RunUpdate {
  status?: "queued" | "in_progress" | "completed";
  conclusion?: "success" | "failure" | "cancelled";
  /** `run-name` evaluated; what the API calls `display_title`. */
  title?: string;
  jobs?: JobState[];
  /** The log of the run so far is appended by these lines; secrets are already masked. */
  log?: { job: string; step: string; text: string }[];
}

/** An artifact as stored: the bytes are a zip file, its digest is `sha256:` + hexadecimal over those bytes. */
export interface StoredArtifact {
  id: number;
  name: string;
  digest: string;
  zip: Buffer;
}

/**
 * One dispatched workflow run, as the embedded GitHub hands it to the runner. The facts are frozen at dispatch;
 * the methods act on GitHub's own state. Artifacts belong to this run; `readArtifact` knows only this run's artifacts,
 * as `actions/download-artifact` without a token does.
 */
export interface DispatchedRun {
  readonly id: number;
  readonly attempt: number;
  /** Counts the runs of this workflow, from 1. */
  readonly number: number;
  readonly repository: {
    readonly id: number;
    readonly owner: string;
    readonly ownerId: number;
    readonly name: string;
    readonly defaultBranch: string;
  };
  /** Who dispatched: a person, or the App's bot account (login with `[bot]`). */
  readonly actor: { readonly id: number; readonly login: string };
  readonly event: "workflow_dispatch";
  readonly inputs: Readonly<Record<string, string>>;
  /** `path` as in the repository (`.github/workflows/airlock.yml`), `text` the file at `sha`. */
  readonly workflow: { readonly path: string; readonly text: string };
  /** The commit the workflow was read from: the head of `ref` at dispatch. */
  readonly sha: string;
  /** `refs/heads/main`. */
  readonly ref: string;
  /** `GITHUB_API_URL`, `GITHUB_GRAPHQL_URL` and `GITHUB_SERVER_URL` of every step; git over HTTP lives under the last. */
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  readonly serverUrl: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** The webhook payload of the dispatch ({inputs, ref, repository, sender, workflow}); the content of `GITHUB_EVENT_PATH`. */
  readonly payload: Readonly<Record<string, unknown>>;

  update(change: RunUpdate): void;
  /** Stores one artifact of this run. Rejects a name that this run and attempt already used, as GitHub's v4 artifacts do. */
  saveArtifact(artifact: { name: string; zip: Buffer; attempt: number }): Promise<{ id: number; digest: string }>;
  /** The artifact, or null when this run has none with that id. */
  readArtifact(id: number): Promise<StoredArtifact | null>;
  /** A token with exactly these permissions on this repository (`metadata: read` always); `revoke` ends it with the job. */
  tokenFor(permissions: JobPermissions): { token: string; revoke(): void };
}
