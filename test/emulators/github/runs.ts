import { createHash } from "node:crypto";
import type { DispatchedRun, RunUpdate, StoredArtifact } from "../runner/dispatched-run.ts";
import { Refusal } from "./answer.ts";
import { commitAt, refAt } from "./git-read.ts";
import { showUser } from "./show-account.ts";
import { showRepository } from "./show-repository.ts";
import type { Account, Artifact, Repository, Run, State } from "./state.ts";
import { nextId } from "./ids.ts";
import { jobToken } from "./tokens.ts";
import { checkInputs, workflowOf, workflowText } from "./workflows.ts";

export interface Dispatch {
  workflow: string;
  ref: string;
  inputs: Record<string, string>;
  by: Account;
}

/** Starts a run. @throws Refusal 404 without such a workflow, 422 for an unknown ref or wrong inputs. */
export function dispatch(state: State, repository: Repository, asked: Dispatch): Run {
  const workflow = workflowOf(state, repository, asked.workflow);
  const branch = asked.ref.replace(/^refs\/heads\//, "");
  const sha = refAt(repository.bare, `refs/heads/${branch}`) ?? commitAt(repository.bare, asked.ref);
  if (sha === null) throw new Refusal(422, `No ref found for: ${asked.ref}`);
  const text = workflowText(repository, workflow, sha);
  if (text === null) throw new Refusal(422, "Workflow does not exist on this ref");
  const now = state.now();
  const run: Run = {
    id: nextId(state, "run"),
    number: repository.runs.filter((one) => one.workflow === workflow).length + 1,
    attempt: 1,
    workflow,
    actor: asked.by,
    triggeredBy: asked.by,
    inputs: checkInputs(text, asked.inputs),
    title: workflow.name,
    status: "queued",
    conclusion: null,
    sha,
    branch,
    createdAt: now,
    startedAt: now,
    updatedAt: now,
    jobs: [],
    log: [],
    unlisted: state.runListLag,
    text,
  };
  repository.runs.push(run);
  begin(state, repository, run);
  return run;
}

/** "Re-run all jobs": the same run, inputs, commit and actor, the next attempt. @throws Refusal 403 while it is running. */
export function rerun(state: State, repository: Repository, run: Run, by: Account): void {
  if (run.status !== "completed") throw new Refusal(403, "This workflow is already running");
  const now = state.now();
  const fresh = {
    attempt: run.attempt + 1,
    triggeredBy: by,
    status: "queued",
    conclusion: null,
    startedAt: now,
    updatedAt: now,
    jobs: [],
    log: [],
  } as const;
  Object.assign(run, { ...fresh, jobs: [], log: [] });
  begin(state, repository, run);
}

export function cancel(state: State, repository: Repository, run: Run): void {
  if (run.status === "completed") throw new Refusal(409, "Cannot cancel a workflow run that is completed.");
  update(state, repository, run, { status: "completed", conclusion: "cancelled" });
}

/** Runs, newest first, without those that GitHub would not list yet. */
export function listedRuns(repository: Repository): Run[] {
  const listed = repository.runs.filter((run) => run.unlisted === 0);
  for (const run of repository.runs) if (run.unlisted > 0) run.unlisted -= 1;
  return listed.toSorted((a, b) => b.id - a.id);
}

export function runOf(repository: Repository, id: number): Run {
  const found = repository.runs.find((run) => run.id === id);
  if (found === undefined) throw new Refusal(404, "Not Found");
  return found;
}

/** What the runner gets: frozen facts of one attempt, and verbs on this run only. */
export function handleOf(state: State, repository: Repository, run: Run): DispatchedRun {
  const attempt = run.attempt;
  const ref = `refs/heads/${run.branch}`;
  return {
    id: run.id,
    attempt,
    number: run.number,
    repository: {
      id: repository.id,
      owner: repository.owner.login,
      ownerId: repository.owner.id,
      name: repository.name,
      defaultBranch: repository.defaultBranch,
    },
    actor: { id: run.actor.id, login: run.actor.login },
    event: "workflow_dispatch",
    inputs: { ...run.inputs },
    workflow: { path: run.workflow.path, text: run.text },
    sha: run.sha,
    ref,
    apiUrl: state.url,
    graphqlUrl: `${state.url}/graphql`,
    serverUrl: state.url,
    vars: { ...repository.vars },
    secrets: { ...repository.secrets },
    payload: {
      inputs: { ...run.inputs },
      ref,
      repository: showRepository(state, repository),
      sender: showUser(state, run.actor),
      workflow: run.workflow.path,
    },
    update: (change) => {
      if (run.attempt === attempt) update(state, repository, run, change);
    },
    saveArtifact: async (artifact) => saveArtifact(state, repository, run, artifact),
    readArtifact: async (id) => readArtifact(repository, run, id),
    tokenFor: (permissions) => {
      const token = jobToken(state, repository, permissions);
      return { token: token.value, revoke: () => void state.tokens.delete(token.value) };
    },
  };
}

function begin(state: State, repository: Repository, run: Run): void {
  announce(state, repository, run, "requested");
  state.dispatched(repository, run);
}

function update(state: State, repository: Repository, run: Run, change: RunUpdate): void {
  if (run.status === "completed") return;
  const was = run.status;
  run.title = change.title ?? run.title;
  run.jobs = change.jobs ?? run.jobs;
  run.log.push(...(change.log ?? []));
  run.status = change.status ?? run.status;
  run.updatedAt = state.now();
  if (run.status === "in_progress" && was !== "in_progress") announce(state, repository, run, "in_progress");
  if (run.status !== "completed") return;
  run.conclusion = change.conclusion ?? "failure";
  announce(state, repository, run, "completed");
}

/** Tells the Apps where a run is. */
export function announce(
  state: State,
  repository: Repository,
  run: Run,
  action: "requested" | "in_progress" | "completed",
): void {
  state.emit({ action, repository, sender: run.triggeredBy, subject: { name: "workflow_run", run } });
}

function saveArtifact(
  state: State,
  repository: Repository,
  run: Run,
  asked: { name: string; zip: Buffer; attempt: number },
): { id: number; digest: string } {
  const isTaken = repository.artifacts.some(
    (one) => one.run === run.id && one.attempt === asked.attempt && one.name === asked.name,
  );
  if (isTaken) throw new Error(`an artifact with the name ${asked.name} already exists on this workflow run`);
  const artifact: Artifact = {
    id: nextId(state, "artifact"),
    name: asked.name,
    run: run.id,
    attempt: asked.attempt,
    zip: asked.zip,
    digest: `sha256:${createHash("sha256").update(asked.zip).digest("hex")}`,
    createdAt: state.now(),
    expired: false,
  };
  repository.artifacts.push(artifact);
  return { id: artifact.id, digest: artifact.digest };
}

function readArtifact(repository: Repository, run: Run, id: number): StoredArtifact | null {
  const found = repository.artifacts.find((one) => one.id === id && one.run === run.id && !one.expired);
  return found === undefined ? null : { id: found.id, name: found.name, digest: found.digest, zip: found.zip };
}
