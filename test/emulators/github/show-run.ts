import type { JobState } from "../runner/dispatched-run.ts";
import { commitFacts } from "./git-read.ts";
import { nodeId, showApp, showUser } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import { isPull, showPullMinimal } from "./show-pull.ts";
import { apiOf, htmlOf, showRepository } from "./show-repository.ts";
import type { Artifact, CheckRun, Repository, Run, State, Workflow } from "./state.ts";
import { iso } from "./state.ts";

/** The repository of somebody else that a head can lie in. */
const forkId = 999_000_001;

/** Days an artifact is kept when the workflow says nothing. */
const artifactDays = 90;

export function runPage(state: State, repository: Repository, run: Run): string {
  return `${htmlOf(state, repository)}/actions/runs/${run.id}`;
}

export function showRun(state: State, repository: Repository, run: Run): Json {
  const api = apiOf(state, repository);
  const url = `${api}/actions/runs/${run.id}`;
  const suite = run.id + 1;
  return {
    id: run.id,
    name: run.workflow.name,
    node_id: nodeId("WorkflowRun", run.id),
    check_suite_id: suite,
    check_suite_node_id: nodeId("CheckSuite", suite),
    head_branch: run.branch,
    head_sha: run.sha,
    path: run.workflow.path,
    display_title: run.title,
    run_number: run.number,
    event: run.event ?? "workflow_dispatch",
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflow.id,
    url,
    html_url: runPage(state, repository, run),
    pull_requests: [],
    created_at: iso(run.createdAt),
    updated_at: iso(run.updatedAt),
    actor: showUser(state, run.actor),
    run_attempt: run.attempt,
    referenced_workflows: [],
    run_started_at: iso(run.startedAt),
    triggering_actor: showUser(state, run.triggeredBy),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${api}/check-suites/${suite}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${api}/actions/workflows/${run.workflow.id}`,
    head_commit: showHeadCommit(repository, run.sha),
    repository: showRepository(state, repository),
    head_repository:
      run.fork === true ? { ...showRepository(state, repository), id: forkId } : showRepository(state, repository),
  };
}

export function showWorkflow(state: State, repository: Repository, workflow: Workflow): Json {
  const page = `${htmlOf(state, repository)}/blob/${repository.defaultBranch}/${workflow.path}`;
  return {
    id: workflow.id,
    node_id: nodeId("Workflow", workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: "active",
    created_at: iso(workflow.createdAt),
    updated_at: iso(workflow.createdAt),
    url: `${apiOf(state, repository)}/actions/workflows/${workflow.id}`,
    html_url: page,
    badge_url: `${htmlOf(state, repository)}/workflows/badge.svg`,
  };
}

/** GitHub's id of a job; every attempt has its own. */
export function jobId(run: Run, { attempt, jobs, job }: { attempt: number; jobs: JobState[]; job: JobState }): number {
  return run.id * 1000 + attempt * 100 + jobs.indexOf(job);
}

export function showJob(
  state: State,
  repository: Repository,
  { run, job, attempt, jobs }: { run: Run; job: JobState; attempt: number; jobs: JobState[] },
): Json {
  const api = apiOf(state, repository);
  const id = jobId(run, { attempt, jobs, job });
  const started = iso(job.startedAt ?? run.startedAt);
  return {
    id,
    node_id: nodeId("Job", id),
    run_id: run.id,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: attempt,
    workflow_name: run.workflow.name,
    head_branch: run.branch,
    head_sha: run.sha,
    url: `${api}/actions/jobs/${id}`,
    html_url: `${runPage(state, repository, run)}#${job.id}`,
    check_run_url: `${api}/check-runs/${id}`,
    name: job.name,
    status: job.status,
    conclusion: job.conclusion,
    created_at: iso(run.createdAt),
    started_at: started,
    completed_at: job.completedAt === null ? null : iso(job.completedAt),
    labels: ["ubuntu-24.04"],
    runner_id: 1,
    runner_name: "embedded",
    runner_group_id: 1,
    runner_group_name: "embedded",
    steps: job.steps.map((step) => ({ ...step, started_at: started, completed_at: null })),
  };
}

export function showArtifact(state: State, repository: Repository, artifact: Artifact): Json {
  const url = `${apiOf(state, repository)}/actions/artifacts/${artifact.id}`;
  const run = repository.runs.find((one) => one.id === artifact.run);
  return {
    id: artifact.id,
    node_id: nodeId("Artifact", artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.zip.byteLength,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expired,
    digest: artifact.digest,
    created_at: iso(artifact.createdAt),
    updated_at: iso(artifact.createdAt),
    expires_at: iso(artifact.createdAt + artifactDays * 86_400_000),
    workflow_run: {
      id: artifact.run,
      repository_id: repository.id,
      head_repository_id: repository.id,
      head_branch: run?.branch ?? repository.defaultBranch,
      head_sha: run?.sha ?? "",
    },
  };
}

export function showCheck(state: State, repository: Repository, check: CheckRun): Json {
  const url = `${apiOf(state, repository)}/check-runs/${check.id}`;
  const page = `${htmlOf(state, repository)}/runs/${check.id}`;
  const pulls = repository.issues.filter(isPull).filter((issue) => issue.pull.headSha === check.headSha);
  return {
    id: check.id,
    node_id: nodeId("CheckRun", check.id),
    name: check.name,
    head_sha: check.headSha,
    external_id: check.externalId,
    url,
    html_url: page,
    details_url: check.detailsUrl ?? page,
    status: check.status,
    conclusion: check.conclusion,
    started_at: iso(check.startedAt),
    completed_at: check.completedAt === null ? null : iso(check.completedAt),
    output: {
      title: check.title,
      summary: check.summary,
      text: check.text,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: check.id + 1 },
    app: showApp(state, check.app),
    pull_requests: pulls.map((issue) => showPullMinimal(state, repository, issue)),
  };
}

function showHeadCommit(repository: Repository, sha: string): Json {
  const commit = commitFacts(repository.bare, sha);
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: iso(commit.committer.at * 1000),
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  };
}
