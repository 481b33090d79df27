import type { Profile, Sandbox } from "../../sandbox/sandbox.ts";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import { runAgent } from "../agent/loop.ts";
import { assemblePrompt, readFixedText } from "../agent/prompt.ts";
import { type OnEvent, sessionWriter } from "../agent/session.ts";
import type { AuditLog } from "../audit/log.ts";
import { resourceLimits } from "../environment/limits.ts";
import { type InstalledPlaces, openDependencyView } from "../environment/view.ts";
import { AirlockError } from "../errors.ts";
import type { NetworkRow } from "../handoff/network.ts";
import type { Solution } from "../handoff/solution.ts";
import { endsWithAnswer, type Task } from "../handoff/task.ts";
import type { Model } from "../model/model.ts";
import type { Canary } from "../text/canary.ts";
import { createTools } from "../tools/create.ts";
import { openWorkspace } from "../workspace/open.ts";
import { watchCanary } from "./canary-watch.ts";
import { type Installed, mountsOf } from "./dependencies.ts";
import { watchNetwork } from "./network.ts";
import { sealable } from "./sealable.ts";

export interface SolveRequest {
  task: Task;
  /** SHA-256 of the Task as it was read. */
  taskDigest: string;
  /** Host directory in or above a repository that holds `task.start` and `task.base`. */
  source: string;
  dependencies: Installed;
  /** What the making of the environment asked of the network. Absent: it is told elsewhere. */
  prepared?: readonly NetworkRow[];
  /** Values this process holds; they must reach neither the model nor a paper. */
  known: readonly string[];
  /** The credential that is planted for this run. It stands in this process's environment and nowhere inside. */
  canary: Canary;
}

export interface SolveEffects {
  sandbox: Sandbox;
  model: Model;
  audit: AuditLog;
  /** Host directory of ours that the sandbox's user can enter; the workspace lives and dies below it. */
  dir: string;
  now: () => number;
  /**
   * Takes one line of the session at a time, each ending in a line feed. It quotes what the model wrote before anything was
   * scanned: what leaves this machine passes `releasable` first.
   */
  session: (line: string) => void;
  /** Told of every event as well, just as unscanned; absent: nobody watches. */
  onEvent?: OnEvent;
  onProgress: (text: string) => void;
  signal: AbortSignal;
}

/**
 * What change would do it? Runs the agent in a throw-away copy of `start`, every tool inside the sandbox, and seals what it made.
 * Out: a Solution for whatever the model does, with the last state that could be recorded; a change that may not leave this job
 * is named by its findings and hash, not carried. So is everything when the planted credential came out: then the sandbox was left.
 * Throws AirlockError when the model cannot be asked even once, when `source` does not hold the Task's start, or `sandbox-failed`
 * when containment did not hold; SandboxError when the sandbox broke before anything was written.
 * Job permissions: contents: read.
 */
export async function solve(request: SolveRequest, effects: SolveEffects): Promise<Solution> {
  const { task, canary } = request;
  const { audit, dir } = effects;
  await using watch = await watchCanary(canary, dir);
  const sandbox = watch.sandbox(effects.sandbox);
  const places = placesOf(request);
  const mountPoints = places.readOnly.flatMap(({ inside }) =>
    inside.startsWith(`${workspaceInside}/`) ? [inside.slice(workspaceInside.length + 1)] : [],
  );
  await using view = await openDependencyView({ sandbox, dir, dependencies: places });
  await using workspace = await openWorkspace({
    source: request.source,
    commit: task.start.commit,
    against: task.base.commit,
    dir,
    runAs: sandbox.user,
    mountPoints,
    ...generatedOf(request.dependencies),
    fileBytesMax: task.config.limits.change_bytes,
  });
  for (const at of ["start", "base"] as const)
    if (workspace[at].tree !== task[at].tree) throw otherTree(at, task[at].tree, workspace[at].tree);
  const { limits } = task.config;
  const profile: Profile = {
    workspace: { host: workspace.root, mode: task.sandbox_mode },
    ...view.mounts,
    limits: {
      timeoutMs: limits.command_s * 1000,
      output: { headBytes: limits.output_head_bytes, tailBytes: limits.output_tail_bytes },
      ...resourceLimits(limits),
    },
  };
  audit.append("agent.started", {
    model: task.config.agent.model,
    sandbox_mode: task.sandbox_mode,
    approval_policy: task.approval_policy,
    start: task.start.commit,
  });
  const network = watchNetwork(task.config.network.solve, audit);
  const writeEvent = sessionWriter(effects.session, effects.now);
  const result = await runAgent({
    model: watch.model(effects.model),
    tools: createTools({ sandbox, profile, limits, egress: network.egress, ...wayOfWork(task) }),
    task,
    prompt: assemblePrompt(await readFixedText(task), task),
    limits,
    now: effects.now,
    onEvent: (event) => {
      writeEvent(event);
      effects.onEvent?.(event);
    },
    checkpoint: (timeoutMs) => workspace.checkpoint(timeoutMs),
    signal: AbortSignal.any([effects.signal, watch.signal]),
    known: [...request.known, canary.value],
  });
  const rows = [...network.rows(), ...(request.prepared ?? [])];
  const solution = await sealable(request, effects, { result, workspace, watch, network: rows });
  audit.append("agent.ended", {
    ending: solution.ending.kind,
    turns: result.usage.turns,
    tree: solution.tree,
    violations: solution.violations,
  });
  return { ...solution, audit_head: audit.head };
}

function wayOfWork(task: Task): { answers: "answer" | "analysis" | "plan" | undefined; settles: boolean } {
  return { answers: answersOf(task), settles: task.brief.kind === "review" };
}

/** What the work is, where it is no change. */
function answersOf(task: Task): "answer" | "analysis" | "plan" | undefined {
  if (!endsWithAnswer(task)) return undefined;
  if (task.verb === "plan") return "plan";
  return task.verb === "ci" ? "analysis" : "answer";
}

function generatedOf(installed: Installed): { generated?: string } {
  return installed.kind === "failed" || installed.generated === undefined ? {} : { generated: installed.generated };
}

/** An agent that may not write gets them read-only, as everything else. */
function placesOf({ dependencies, task }: SolveRequest): InstalledPlaces {
  if (dependencies.kind !== "installed") return { readOnly: [], scratch: [] };
  const { directory, ...mounts } = mountsOf(dependencies);
  return task.sandbox_mode === "workspace-write" ? { ...mounts, directory } : mounts;
}

function otherTree(at: "start" | "base", wanted: string, found: string): AirlockError {
  return new AirlockError({
    code: "tree-mismatch",
    message: `The checkout holds tree ${found} at the ${at} commit, the Task says ${wanted}.`,
    fix: "Check out exactly the commits that the gate names.",
  });
}
