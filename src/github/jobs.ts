import { z } from "zod";
import { runOf, RunShape } from "./answers.ts";
import type { Api } from "./api.ts";
import type { Run } from "./github.ts";
import type { Tail } from "./tail.ts";

/** What other workflows of the repository did. Part of the port `GitHub`, whose contract holds here. */
export interface Jobs {
  /** A run with what tells where it came from; null when it is gone. */
  workflowRun(id: number): Promise<WorkflowRun | null>;
  /** Runs of any workflow whose head is this commit, newest first. */
  runsAt(commit: string): Promise<WorkflowRun[]>;
  /** The newest completed runs of a workflow on a branch, newest first: at most `max`, which may be 100. */
  latestRuns(workflow: number, branch: string, max: number): Promise<WorkflowRun[]>;
  /** The jobs of all attempts of a run, with their steps. */
  jobs(run: number): Promise<Job[]>;
  /** The last `bytesMax` bytes of a job's log, as GitHub keeps it. null when it is gone: logs expire, and can be deleted. */
  jobLog(job: number, bytesMax: number): Promise<Tail | null>;
}

export interface WorkflowRun extends Run {
  /** GitHub's id of the workflow, the same after its file was renamed or its branch changed. */
  workflow: number;
  workflowName: string;
  /** Id of the repository that the head lies in; null when that is gone. A fork's is another. */
  headRepository: number | null;
}

export interface Job {
  id: number;
  name: string;
  attempt: number;
  status: string;
  conclusion: string | null;
  steps: { number: number; name: string; conclusion: string | null }[];
}

/** In: one repository's endpoints, with `actions: read`. */
export function jobs(api: Api): Jobs {
  return {
    workflowRun: (id) => api.find(WorkflowRunAnswer, "GET /actions/runs/{run_id}", { run_id: id }),
    async runsAt(commit) {
      const found = await api.list(WorkflowRunAnswer, "GET /actions/runs", {
        parameters: { head_sha: commit },
        field: "workflow_runs",
      });
      return found.filter(({ headSha }) => headSha === commit).toSorted((a, b) => b.id - a.id);
    },
    async latestRuns(workflow, branch, max) {
      const { workflow_runs: found } = await api.call(
        z.object({ workflow_runs: z.array(WorkflowRunAnswer) }),
        "GET /actions/workflows/{workflow_id}/runs",
        { workflow_id: workflow, branch, status: "completed", per_page: max },
      );
      return found.toSorted((a, b) => b.id - a.id);
    },
    jobs: (run) =>
      api.list(JobAnswer, "GET /actions/runs/{run_id}/jobs", {
        parameters: { run_id: run, filter: "all" },
        field: "jobs",
      }),
    jobLog: (job, bytesMax) => api.tail("GET /actions/jobs/{job_id}/logs", { job_id: job }, bytesMax),
  };
}

const WorkflowRunAnswer = RunShape.extend({
  workflow_id: z.int().positive(),
  name: z.string().nullish(),
  head_repository: z.object({ id: z.int() }).nullish(),
}).transform((answer): WorkflowRun => {
  const run = runOf(answer);
  return {
    ...run,
    workflow: answer.workflow_id,
    workflowName: answer.name == null || answer.name === "" ? run.path : answer.name,
    headRepository: answer.head_repository?.id ?? null,
  };
});

const JobAnswer = z
  .object({
    id: z.int().positive(),
    name: z.string(),
    run_attempt: z.int().min(1).nullish(),
    status: z.string(),
    conclusion: z.string().nullable(),
    steps: z.array(z.object({ number: z.int(), name: z.string(), conclusion: z.string().nullable() })).nullish(),
  })
  .transform((answer): Job => ({
    id: answer.id,
    name: answer.name,
    attempt: answer.run_attempt ?? 1,
    status: answer.status,
    conclusion: answer.conclusion,
    steps: answer.steps ?? [],
  }));
