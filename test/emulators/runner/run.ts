import { runContexts, type JobEnd } from "./contexts.ts";
import type { DispatchedRun, JobState } from "./dispatched-run.ts";
import { holds, render, type Contexts, type Status } from "./expressions.ts";
import { runJob, type Machine } from "./job.ts";
import { makeJobDirectories, removeTree } from "./job-directories.ts";
import { createMasks, type Masks } from "./job-log.ts";
import type { JobPlan, WorkflowPlan } from "./workflow-file.ts";

/** What a run needs of its runner. */
export interface RunnerMachine extends Machine {
  /** The jobs' directories are made below it, and removed when the job ended. */
  dir: string;
  /** Called after a job ended and before the next starts. */
  between: (job: string, run: DispatchedRun) => Promise<void>;
}

/** `display_title`: `run-name` evaluated, or the workflow's name. */
export function titleOf(run: DispatchedRun, plan: WorkflowPlan): string {
  return plan.runName === null ? plan.name : render(plan.runName, runContexts(run, plan));
}

/** Runs a workflow's jobs, one after the other in the order of their needs, and reports each step of the way to the run. */
export async function driveRun(run: DispatchedRun, plan: WorkflowPlan, machine: RunnerMachine): Promise<void> {
  const masks = createMasks(Object.values(run.secrets));
  const states = new Map(plan.jobs.map((job) => [job.id, queued(job)]));
  const ends: Record<string, JobEnd> = {};
  const report = (job: JobPlan, change: Partial<JobState>) => {
    states.set(job.id, { ...(states.get(job.id) ?? queued(job)), ...change });
    run.update({ jobs: [...states.values()] });
  };
  run.update({ status: "in_progress", jobs: [...states.values()] });
  for (const job of inOrder(plan.jobs)) {
    const contexts = { ...runContexts(run, plan), needs: pick(ends, job.needs) };
    if (job.name !== null) report(job, { name: render(job.name, contexts) });
    if (!holds(job.if, contexts, statusOf(job, plan.jobs, ends))) {
      ends[job.id] = { result: "skipped", outputs: {} };
      report(job, { status: "completed", conclusion: "skipped" });
      continue;
    }
    report(job, { status: "in_progress", startedAt: machine.now() });
    const end = await oneJob({ run, plan, machine, masks }, job, contexts, (change) => report(job, change));
    ends[job.id] = end;
    report(job, { status: "completed", conclusion: end.result, completedAt: machine.now() });
    await machine.between(job.id, run);
  }
  run.update({ status: "completed", conclusion: conclusionOf(counted(plan.jobs, ends)) });
}

interface Drive {
  run: DispatchedRun;
  plan: WorkflowPlan;
  machine: RunnerMachine;
  masks: Masks;
}

/** A machine of its own: fresh directories before, nothing left of them after. */
async function oneJob(
  { run, plan, machine, masks }: Drive,
  job: JobPlan,
  contexts: { needs: Record<string, JobEnd> } & Contexts,
  report: (change: Partial<JobState>) => void,
): Promise<JobEnd> {
  const names = { run: `${run.id}-${run.attempt}`, job: job.id, repository: run.repository.name };
  const directories = await makeJobDirectories(machine.dir, names, machine.user);
  const onLog: Machine["onLog"] = (line) => {
    machine.onLog(line);
    run.update({ log: [line] });
  };
  try {
    return await runJob({
      plan: job,
      workflow: plan,
      run,
      machine: { ...machine, onLog },
      directories,
      masks,
      needs: contexts.needs,
      onState: (steps, summary) => report({ steps, summary }),
    });
  } finally {
    await removeTree(directories.root);
  }
}

function queued(job: JobPlan): JobState {
  const name = job.name?.kind === "literal" ? job.name.value : job.id;
  return {
    id: job.id,
    name,
    status: "queued",
    conclusion: null,
    startedAt: null,
    completedAt: null,
    steps: [],
    summary: "",
  };
}

/** Jobs in an order in which every need comes first; the file's order otherwise. GitHub's parser has refused cycles. */
function inOrder(jobs: readonly JobPlan[]): JobPlan[] {
  const ordered: JobPlan[] = [];
  const add = (job: JobPlan): void => {
    if (ordered.includes(job)) return;
    for (const need of jobs.filter((one) => job.needs.includes(one.id))) add(need);
    ordered.push(job);
  };
  for (const job of jobs) add(job);
  return ordered;
}

/** `success()` and `failure()` of a job look at all its needs, also at needs of needs; a skipped one is no success. */
function statusOf(job: JobPlan, jobs: readonly JobPlan[], ends: Readonly<Record<string, JobEnd>>): Status {
  const above = new Set<string>();
  const climb = (id: string): void => {
    for (const need of jobs.find((one) => one.id === id)?.needs ?? []) {
      above.add(need);
      climb(need);
    }
  };
  climb(job.id);
  const results = [...above].map((id) => ends[id]?.result);
  return {
    success: results.every((result) => result === "success"),
    failure: results.includes("failure"),
    cancelled: false,
  };
}

function pick(ends: Readonly<Record<string, JobEnd>>, needs: readonly string[]): Record<string, JobEnd> {
  return Object.fromEntries(Object.entries(ends).filter(([id]) => needs.includes(id)));
}

/** A job with `continue-on-error` says nothing about the run. */
function counted(jobs: readonly JobPlan[], ends: Readonly<Record<string, JobEnd>>): JobEnd[] {
  return jobs.flatMap(({ id, continueOnError }) => (continueOnError ? [] : (ends[id] ?? [])));
}

function conclusionOf(ends: readonly JobEnd[]): "success" | "failure" | "cancelled" {
  if (ends.some((end) => end.result === "failure")) return "failure";
  return ends.some((end) => end.result === "cancelled") ? "cancelled" : "success";
}
