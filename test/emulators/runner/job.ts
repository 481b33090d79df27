import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { githubVariables, runContexts, runnerContext, type JobEnd } from "./contexts.ts";
import type { DispatchedRun, JobConclusion, JobState } from "./dispatched-run.ts";
import { render, renderAll, type Contexts, type Status, type Template } from "./expressions.ts";
import type { JobDirectories } from "./job-directories.ts";
import type { LogLine, Masks } from "./job-log.ts";
import { runStep, type StepEnd } from "./step.ts";
import type { User } from "./step-process.ts";
import type { JobPlan, WorkflowPlan } from "./workflow-file.ts";

/** What a job needs of the machine it runs on. */
export interface Machine {
  /** The built action: holds action.yml and dist/. */
  actionDirectory: string;
  /** Added to the environment of every step. */
  env: Readonly<Record<string, string>>;
  user: User | undefined;
  now: () => number;
  onLog: (line: LogLine) => void;
}

/** One job while it runs. Steps read it and add to it. */
export interface RunningJob {
  plan: JobPlan;
  run: DispatchedRun;
  machine: Machine;
  directories: JobDirectories;
  masks: Masks;
  token: string;
  /** Ends whatever runs when the job's time is over. */
  signal: AbortSignal;
  status: Status;
  /** What the artifact service of the real runner would take; every action (not every script) is given it. */
  serviceToken: string;
  /** Variables that hold for all steps: `GITHUB_*` and `RUNNER_*`. */
  fixed: Record<string, string>;
  /** `env` of workflow and job, and what steps wrote to `GITHUB_ENV`. */
  env: Record<string, string>;
  /** What steps wrote to `GITHUB_PATH`, newest first. */
  paths: string[];
  steps: Record<string, StepEnd>;
  summary: string;
  contexts(extra?: Contexts): Contexts;
  log(step: string, text: string): void;
}

interface JobRequest {
  plan: JobPlan;
  workflow: WorkflowPlan;
  run: DispatchedRun;
  machine: Machine;
  directories: JobDirectories;
  masks: Masks;
  needs: Readonly<Record<string, JobEnd>>;
  /** Told whenever the job's visible state changed. */
  onState: (steps: JobState["steps"], summary: string) => void;
}

const minuteMs = 60_000;
/** Minutes a job may take when the file does not say: GitHub's default. */
const jobMinutes: Template = { kind: "literal", value: "360" };
/** Minutes that steps with `always()` have after the job's time was over: GitHub's cancellation grace. */
const graceMinutes = 5;

/** Runs the steps of one job in order, with its own token, and returns how it ended. The token is dead afterwards. */
export async function runJob(request: JobRequest): Promise<JobEnd> {
  const { plan, run, masks } = request;
  const grant = run.tokenFor(plan.permissions);
  masks.add(grant.token);
  try {
    const job = await startJob(request, grant.token);
    const states: JobState["steps"] = plan.steps.map((step, index) => ({
      name: `step ${index + 1}`,
      number: index + 1,
      status: "queued",
      conclusion: null,
    }));
    for (const [index, step] of plan.steps.entries()) {
      const end = await runStep(job, step, index + 1);
      states[index] = { name: end.name, number: index + 1, status: "completed", conclusion: end.conclusion };
      request.onState(states, job.summary);
      if (end.outcome === "cancelled" && job.signal.aborted) cancel(job);
      else if (end.conclusion === "failure") job.status = { ...job.status, success: false, failure: true };
    }
    return { result: resultOf(job.status), outputs: jobOutputs(job) };
  } finally {
    grant.revoke();
  }
}

async function startJob(request: JobRequest, token: string): Promise<RunningJob> {
  const { plan, workflow, run, machine, directories, masks, needs } = request;
  const base = runContexts(run, workflow);
  const eventPath = path.join(directories.temp, "event.json");
  await writeFile(eventPath, JSON.stringify(run.payload, null, 2));
  const github = { ...base.github, token, job: plan.id, workspace: directories.workspace, event_path: eventPath };
  const runner = runnerContext(directories);
  const serviceToken = `runtime-${randomBytes(24).toString("hex")}`;
  masks.add(serviceToken);
  const contexts = {
    ...base,
    github,
    runner,
    needs,
    secrets: { ...run.secrets, GITHUB_TOKEN: token },
    strategy: {},
    matrix: null,
  };
  const timeout = Number(render(plan.timeoutMinutes ?? jobMinutes, contexts)) * minuteMs;
  const job: RunningJob = {
    plan,
    run,
    machine,
    directories,
    masks,
    token,
    signal: AbortSignal.timeout(timeout),
    status: { success: true, failure: false, cancelled: false },
    serviceToken,
    fixed: {
      ...githubVariables(github),
      ...Object.fromEntries(Object.entries(runner).map(([name, value]) => [`RUNNER_${name.toUpperCase()}`, value])),
      GITHUB_ACTIONS: "true",
      CI: "true",
    },
    env: renderAll({ ...workflow.env, ...plan.env }, contexts),
    paths: [],
    steps: {},
    summary: "",
    contexts: (extra) => ({
      ...contexts,
      env: job.env,
      job: { status: resultOf(job.status) },
      steps: job.steps,
      ...extra,
    }),
    log: (step, text) => machine.onLog({ job: plan.id, step, text: masks.hide(text) }),
  };
  return job;
}

/** The job's time is over: what is left runs only with `always()` or `cancelled()`, within the grace. */
function cancel(job: RunningJob): void {
  job.log("", `##[error]The job has exceeded the maximum execution time of its timeout-minutes.`);
  job.status = { success: false, failure: false, cancelled: true };
  job.signal = AbortSignal.timeout(graceMinutes * minuteMs);
}

function resultOf(status: Status): JobConclusion {
  return status.cancelled ? "cancelled" : status.failure ? "failure" : "success";
}

/** Outputs that are empty are left out, and so are outputs that carry a masked value: GitHub drops those with a warning. */
function jobOutputs(job: RunningJob): Record<string, string> {
  const all = Object.entries(renderAll(job.plan.outputs, job.contexts())).filter(([, value]) => value !== "");
  const shown = all.filter(([name, value]) => {
    if (!job.masks.sees(value)) return true;
    job.log("", `##[warning]Skip output '${name}' since it may contain secret.`);
    return false;
  });
  return Object.fromEntries(shown);
}
