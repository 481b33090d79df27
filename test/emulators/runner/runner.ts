import type { DispatchedRun } from "./dispatched-run.ts";
import { render } from "./expressions.ts";
import { runContexts } from "./contexts.ts";
import type { LogLine } from "./job-log.ts";
import { driveRun, titleOf, type RunnerMachine } from "./run.ts";
import type { User } from "./step-process.ts";
import { readWorkflow, type WorkflowPlan } from "./workflow-file.ts";

export interface RunnerOptions {
  /** Directory for the jobs' own directories. */
  dir: string;
  /** The built action: holds action.yml and dist/. It stands in for every `uses: <owner>/airlock@…`. */
  actionDirectory: string;
  /** Added to the environment of every step; `PATH` replaces this process's own. */
  env?: Record<string, string>;
  onLog?: (line: LogLine) => void;
  /** Called after a job ended, before the next: stories tamper with papers here. */
  between?: (job: string, run: DispatchedRun) => Promise<void>;
  /** Who runs the steps; absent means this process's user. */
  asUser?: User;
  now?: () => number;
}

export interface Runner {
  /** Takes a run that was just dispatched. Runs of one concurrency group wait for each other. */
  onDispatch: (run: DispatchedRun) => void;
  /** Resolves when nothing runs or waits. Rejects when a workflow asked for something that is not imitated. */
  idle: () => Promise<void>;
}

/** A run that waits for its concurrency group. */
interface Waiting {
  start: () => Promise<void>;
  cancel: () => void;
}

interface Group {
  busy: boolean;
  waiting: Waiting[];
}

/** A GitHub Actions runner for workflows that are dispatched by hand or by an App: one machine, one job at a time per run. */
export function createRunner(options: RunnerOptions): Runner {
  const machine: RunnerMachine = {
    dir: options.dir,
    actionDirectory: options.actionDirectory,
    env: options.env ?? {},
    user: options.asUser,
    now: options.now ?? Date.now,
    onLog: options.onLog ?? (() => {}),
    between: options.between ?? (async () => {}),
  };
  const active = new Set<Promise<void>>();
  const groups = new Map<string, Group>();
  const surprises: unknown[] = [];
  return {
    onDispatch: (run) => {
      const work = take(run, machine, groups).catch((error: unknown) => {
        surprises.push(error);
        fail(run, error);
      });
      active.add(work);
      void work.finally(() => active.delete(work));
    },
    idle: async () => {
      while (active.size > 0) await Promise.all(active);
      const seen = surprises.splice(0);
      if (seen.length > 0)
        throw new AggregateError(seen, `the runner could not do its work: ${seen.map(String).join("; ")}`);
    },
  };
}

/** Reads the run's workflow, gives the run its title, waits for its group and drives it. */
async function take(run: DispatchedRun, machine: RunnerMachine, groups: Map<string, Group>): Promise<void> {
  const plan = await readWorkflow(run.workflow);
  const missing = missingInputs(run, plan);
  if (missing.length > 0) throw new Error(`required inputs are missing: ${missing.join(", ")}`);
  run.update({ status: "queued", title: titleOf(run, plan) });
  const drive = () => driveRun(run, plan, machine);
  if (plan.concurrency === null) return drive();
  const { repository } = run;
  const name = render(plan.concurrency.group, runContexts(run, plan)).toLowerCase();
  const key = `${repository.owner}/${repository.name}:${name}`;
  const group = groups.get(key) ?? { busy: false, waiting: [] };
  groups.set(key, group);
  await inTurn(group, plan.concurrency.queue, { start: drive, cancel: () => cancelled(run) });
}

/** First come, first served. Without `queue: max` a newer run replaces the one that waits, which ends as cancelled. */
async function inTurn(group: Group, queue: "single" | "max", entry: Waiting): Promise<void> {
  if (group.busy) {
    if (queue === "single") for (const older of group.waiting.splice(0)) older.cancel();
    const turn = Promise.withResolvers<"start" | "cancel">();
    group.waiting.push({
      start: async () => turn.resolve("start"),
      cancel: () => turn.resolve("cancel"),
    });
    if ((await turn.promise) === "cancel") return entry.cancel();
  }
  group.busy = true;
  try {
    await entry.start();
  } finally {
    const next = group.waiting.shift();
    if (next === undefined) group.busy = false;
    else void next.start();
  }
}

function missingInputs(run: DispatchedRun, plan: WorkflowPlan): string[] {
  if (plan.inputs === null) throw new Error(`${run.workflow.path} has no workflow_dispatch trigger`);
  return Object.entries(plan.inputs)
    .filter(([name, input]) => input.required && (run.inputs[name] ?? input.default) === "")
    .map(([name]) => name);
}

function cancelled(run: DispatchedRun): void {
  run.update({ status: "completed", conclusion: "cancelled" });
}

/** GitHub's "startup failure", and what a limit of this runner looks like on the run's page. */
function fail(run: DispatchedRun, error: unknown): void {
  const text = `##[error]${error instanceof Error ? error.message : String(error)}`;
  run.update({ status: "completed", conclusion: "failure", log: [{ job: "", step: "", text }] });
}
