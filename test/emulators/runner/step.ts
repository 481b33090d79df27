import path from "node:path";
import { inputEnvironment, readAction } from "./action-file.ts";
import { builtinAction } from "./builtin-actions.ts";
import type { JobConclusion } from "./dispatched-run.ts";
import { holds, render, renderAll } from "./expressions.ts";
import type { RunningJob } from "./job.ts";
import { workflowCommand } from "./job-log.ts";
import { EmulatorLimit, StepFailure } from "./limit.ts";
import { createStepFiles } from "./step-files.ts";
import { runProcess } from "./step-process.ts";
import type { StepPlan } from "./workflow-file.ts";

/** A step's entry in `steps.*`, and its name for the log. `conclusion` is `outcome` after `continue-on-error`. */
export interface StepEnd {
  name: string;
  outcome: JobConclusion;
  conclusion: JobConclusion;
  outputs: Record<string, string>;
}

/** How the work of a step ended, before `continue-on-error`. */
interface Worked {
  outcome: "success" | "failure" | "cancelled";
  outputs: Record<string, string>;
}

/** Evaluates one step's `if` and runs it. Failures are results; only an EmulatorLimit is thrown. */
export async function runStep(job: RunningJob, plan: StepPlan, number: number): Promise<StepEnd> {
  let name = `step ${number}`;
  let end: StepEnd;
  try {
    if (!holds(plan.if, job.contexts(), job.status)) {
      end = { name: nameOf(plan, null), outcome: "skipped", conclusion: "skipped", outputs: {} };
    } else {
      const env = { ...job.env, ...renderAll(plan.env, job.contexts()) };
      name = nameOf(plan, plan.name && render(plan.name, job.contexts({ env })));
      job.log(name, `##[group]${name}`);
      const { outcome, outputs } = await work(job, { plan, number, name, env });
      const forgiven = outcome === "failure" && plan.continueOnError !== null && isTrue(job, plan, env);
      end = { name, outcome, conclusion: forgiven ? "success" : outcome, outputs };
    }
  } catch (error) {
    if (error instanceof EmulatorLimit) throw error;
    job.log(name, `##[error]${error instanceof Error ? error.message : String(error)}`);
    end = { name, outcome: "failure", conclusion: "failure", outputs: {} };
  }
  if (plan.id !== null) job.steps[plan.id] = end;
  return end;
}

function isTrue(job: RunningJob, plan: StepPlan, env: Record<string, string>): boolean {
  return plan.continueOnError !== null && render(plan.continueOnError, job.contexts({ env })) === "true";
}

function nameOf(plan: StepPlan, rendered: string | null): string {
  if (rendered !== null) return rendered;
  if (plan.name?.kind === "literal") return plan.name.value;
  const { does } = plan;
  return does.kind === "uses"
    ? `Run ${does.uses}`
    : `Run ${(does.run.kind === "literal" ? does.run.value : "…").split("\n")[0] ?? ""}`;
}

interface StepRequest {
  plan: StepPlan;
  number: number;
  name: string;
  env: Record<string, string>;
}

async function work(job: RunningJob, request: StepRequest): Promise<Worked> {
  const { plan, env } = request;
  const minutes = plan.timeoutMinutes && Number(render(plan.timeoutMinutes, job.contexts({ env })));
  const signal = minutes === null ? job.signal : AbortSignal.any([job.signal, AbortSignal.timeout(minutes * 60_000)]);
  try {
    const ended = plan.does.kind === "uses" ? await use(job, request, signal) : await runScript(job, request, signal);
    if (!signal.aborted || ended.outcome === "success") return ended;
    if (!job.signal.aborted) job.log(request.name, `##[error]The action has timed out after ${minutes} minutes.`);
    return { outcome: job.signal.aborted ? "cancelled" : "failure", outputs: ended.outputs };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    job.log(request.name, `##[error]${error.message}`);
    return { outcome: "failure", outputs: {} };
  }
}

/** Runs an action: one that is imitated here, or `<owner>/airlock`, which is the built one. Any other is a limit. */
async function use(job: RunningJob, request: StepRequest, signal: AbortSignal): Promise<Worked> {
  const { plan, env, name } = request;
  if (plan.does.kind !== "uses") throw new EmulatorLimit("not an action");
  const { uses } = plan.does;
  const inputs = renderAll(plan.does.with, job.contexts({ env }));
  const builtin = builtinAction(uses, inputs);
  if (builtin !== null) {
    const { run, token, machine, directories } = job;
    const own = { ...environment(job, env), HOME: directories.home };
    const step = { inputs, run, token, workspace: directories.workspace, env: own, user: machine.user, signal };
    return { outcome: "success", outputs: await builtin({ ...step, log: (line) => job.log(name, line) }) };
  }
  if (!/^[^/\s]+\/airlock@\S+$/.test(uses)) throw new EmulatorLimit(`the action ${uses} is not imitated`);
  const action = await readAction(job.machine.actionDirectory);
  const variables = { ...inputEnvironment(action, inputs), ACTIONS_RUNTIME_TOKEN: job.serviceToken };
  return runChild(job, request, { command: process.execPath, args: [action.main], variables, signal });
}

function runScript(job: RunningJob, request: StepRequest, signal: AbortSignal): Promise<Worked> {
  const { plan, env } = request;
  if (plan.does.kind !== "run") throw new EmulatorLimit("not a script");
  const script = render(plan.does.run, job.contexts({ env }));
  const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script];
  return runChild(job, request, { command: "bash", args, variables: {}, signal });
}

interface ChildRequest {
  command: string;
  args: string[];
  /** What only this step is given: its inputs. */
  variables: Record<string, string>;
  signal: AbortSignal;
}

/** Starts the step's own process and takes over what it wrote to its files and printed as commands. */
async function runChild(job: RunningJob, request: StepRequest, child: ChildRequest): Promise<Worked> {
  const { plan, number, name, env } = request;
  const { directories, machine } = job;
  const files = await createStepFiles(path.join(directories.temp, "_runner_file_commands"), number, machine.user);
  const printed: Record<string, string> = {};
  const cwd = plan.workingDirectory ? render(plan.workingDirectory, job.contexts({ env })) : ".";
  const { exitCode, cut } = await runProcess({
    command: child.command,
    args: child.args,
    cwd: path.resolve(directories.workspace, cwd),
    env: { ...environment(job, env), ...files.env, ...child.variables },
    user: machine.user,
    signal: child.signal,
    onLine: lineReader(job, name, printed),
  });
  const written = await files.read();
  job.summary += job.masks.hide(written.summary);
  Object.assign(job.env, written.env);
  job.paths.unshift(...written.paths);
  if (exitCode !== 0) job.log(name, `##[error]Process completed with exit code ${exitCode}.`);
  return { outcome: cut || exitCode !== 0 ? "failure" : "success", outputs: { ...printed, ...written.outputs } };
}

/** Later entries win: what the machine and GitHub set cannot be overridden by a workflow's `env`. */
function environment(job: RunningJob, env: Record<string, string>): Record<string, string> {
  const { machine, directories } = job;
  const search = machine.env["PATH"] ?? process.env["PATH"] ?? "/usr/bin:/bin";
  return {
    LANG: "C.UTF-8",
    HOME: directories.home,
    ...machine.env,
    ...env,
    PATH: [...job.paths, search].join(":"),
    ...job.fixed,
  };
}

/** Handles one line of output: workflow commands act (also those that a child printed raw), all else is logged. */
function lineReader(job: RunningJob, step: string, outputs: Record<string, string>): (line: string) => void {
  let resume: string | null = null;
  return (line) => {
    const command = workflowCommand(line);
    if (command === null) return job.log(step, line);
    if (resume !== null) {
      if (command.name === resume.toLowerCase()) resume = null;
      else job.log(step, line);
      return;
    }
    const { name, message, properties } = command;
    if (name === "add-mask") job.masks.add(message);
    else if (name === "stop-commands") resume = message;
    else if (name === "set-output") outputs[properties["name"] ?? ""] = message;
    else if (name === "set-env" || name === "add-path") job.log(step, `##[error]The \`${name}\` command is disabled.`);
    else if (name !== "debug") job.log(step, `##[${name}]${message}`);
  };
}
