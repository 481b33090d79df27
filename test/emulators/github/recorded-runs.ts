import type { JobState } from "../runner/dispatched-run.ts";
import { person } from "./accounts.ts";
import { commitAt } from "./git-read.ts";
import { nextId } from "./ids.ts";
import { announce, runOf } from "./runs.ts";
import type { Repository, Run, State } from "./state.ts";
import type { Webhooks } from "./webhooks.ts";
import { workflowOf } from "./workflows.ts";

type Conclusion = NonNullable<JobState["conclusion"]>;

/** A job of another workflow, as it ended. `log`: as GitHub keeps it; null when it is gone. */
export interface RecordedJob {
  name: string;
  conclusion: Conclusion;
  steps: [name: string, conclusion: Conclusion][];
  log: string | null;
}

export interface RecordedRun {
  /** File name of a workflow on the default branch. */
  workflow: string;
  conclusion: Conclusion;
  jobs: RecordedJob[];
  /** Default: `push`. */
  event?: string;
  /** Default: the default branch. */
  branch?: string;
  /** Default: the branch's head. */
  sha?: string;
  /** Default: `mona`. */
  by?: string;
  /** Whether its head lies in a fork. */
  fork?: boolean;
}

/** What a run carries that was recorded, not dispatched. */
export interface RecordedFacts {
  event?: string;
  /** Whether the head lies in a fork. Absent: it does not. */
  fork?: boolean;
  /** Jobs of the attempts before this one. */
  earlier?: { attempt: number; jobs: JobState[] }[];
}

/** Runs of workflows that no runner plays: only how they ended is told. Deeds resolve when every App has answered. */
export interface Recording {
  /** Out: the run's id. */
  recordRun: (asked: RecordedRun) => Promise<number>;
  /** A further attempt of a recorded run. */
  recordAttempt: (run: number, ended: Pick<RecordedRun, "conclusion" | "jobs">) => Promise<void>;
  /** What GitHub does after its days of retention. */
  expireLogs: (run: number) => void;
}

export function recording(state: State, webhooks: Webhooks, record: Repository): Recording {
  const end = async (run: Run) => {
    announce(state, record, run, "completed");
    await webhooks.settled();
  };
  return {
    async recordRun(asked) {
      const run = newRun(state, record, asked);
      record.runs.push(run);
      await end(run);
      return run.id;
    },
    async recordAttempt(id, { conclusion, jobs }) {
      const run = runOf(record, id);
      const earlier = [...(run.earlier ?? []), { attempt: run.attempt, jobs: run.jobs }];
      Object.assign(run, {
        attempt: run.attempt + 1,
        earlier,
        conclusion,
        jobs: jobs.map((job) => jobState(state, job)),
      });
      await end(run);
    },
    expireLogs(id) {
      const run = runOf(record, id);
      for (const job of [...run.jobs, ...(run.earlier ?? []).flatMap(({ jobs }) => jobs)]) job.log = null;
    },
  };
}

function newRun(state: State, record: Repository, asked: RecordedRun): Run {
  const { conclusion, branch = record.defaultBranch, event = "push", by = "mona", fork = false } = asked;
  const workflow = workflowOf(state, record, asked.workflow);
  const account = person(state, by);
  const now = state.now();
  return {
    id: nextId(state, "run"),
    number: record.runs.filter((one) => one.workflow === workflow).length + 1,
    attempt: 1,
    workflow,
    actor: account,
    triggeredBy: account,
    inputs: {},
    title: workflow.name,
    event,
    fork,
    status: "completed",
    conclusion,
    sha: asked.sha ?? commitAt(record.bare, branch) ?? "",
    branch,
    createdAt: now,
    startedAt: now,
    updatedAt: now,
    jobs: asked.jobs.map((job) => jobState(state, job)),
    log: [],
    unlisted: 0,
    text: "",
  };
}

function jobState(state: State, { name, conclusion, steps, log }: RecordedJob): JobState {
  const at = state.now();
  const common = { status: "completed" as const, startedAt: at, completedAt: at };
  const shown = steps.map(([step, ended], index) => ({
    name: step,
    number: index + 1,
    status: "completed" as const,
    conclusion: ended,
  }));
  return { id: name, name, conclusion, steps: shown, summary: "", log, ...common };
}
