import type { Solution, Usage } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import type { Model } from "../model/model.ts";
import type { Finish } from "../tools/finish.ts";
import type { Tool } from "../tools/tool.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { limitHit } from "./limits.ts";
import type { Prompt } from "./prompt.ts";
import type { OnEvent } from "./session.ts";
import { redacting } from "./session.ts";
import { messageOf } from "./containment.ts";
import type { Answered } from "./points.ts";
import { noStreak } from "./streak.ts";
import type { AgentEnding, TurnContext, TurnState } from "./turn.ts";
import { takeTurn } from "./turn.ts";
import { nothingUsed } from "./usage.ts";

export interface AgentRun {
  model: Model;
  tools: readonly Tool[];
  task: Task;
  prompt: Prompt;
  limits: Task["config"]["limits"];
  /** Milliseconds, only ever compared with itself. */
  now: () => number;
  /** Told of every event, already redacted. Contract: must not throw. */
  onEvent: OnEvent;
  /** Records the tree after a turn that may have changed it. A throw ends the run with the checkpoints before it. */
  checkpoint: Workspace["checkpoint"];
  signal: AbortSignal;
  /** Secret values that must reach neither the model nor the session. */
  known?: readonly string[];
}

export interface AgentResult {
  ending: AgentEnding;
  /** What the agent said when it finished; null when it did not. */
  finish: Finish | null;
  usage: Usage;
  /** The trees that differ from the one before, oldest first. The last one is the result, whatever the ending; none means the start tree. */
  checkpoints: Solution["checkpoints"];
  /** The points of a review that it answered, in its order. */
  answered: Answered[];
  violations: string[];
}

/**
 * Asks the model, carries out its calls, appends, repeats, until it calls finish or a limit is reached. Every ending is the last
 * event of the session. What was done before the ending is kept in the checkpoints.
 * @throws AirlockError when the model cannot be asked even once, or `sandbox-failed` when containment did not hold; what the
 * sandbox throws before anything was written. Whatever the model does to the workspace after that is an ending.
 */
export async function runAgent(run: AgentRun): Promise<AgentResult> {
  const { repository, run: id, config } = run.task;
  const cacheKey = `airlock-${repository.id}-${id.id}-${id.attempt}`;
  const started = run.now();
  const deadline = AbortSignal.timeout(run.limits.wall_clock_s * 1000);
  const signal = AbortSignal.any([run.signal, deadline]);
  const context: TurnContext = {
    ...run,
    signal,
    cacheKey,
    known: run.known ?? [],
    onEvent: redacting(run.onEvent, run.known ?? []),
    checkpoint: () => run.checkpoint(checkpointTime(run, started)),
  };
  const { instructions, user } = run.prompt;
  const state: TurnState = {
    items: [
      { kind: "instructions", text: instructions },
      { kind: "user", text: user },
    ],
    usage: nothingUsed,
    streak: noStreak,
    wrote: false,
    checkpoints: [],
    answered: [],
    violations: [],
  };
  const end = ({ ending, finish }: Pick<AgentResult, "ending" | "finish">): AgentResult => {
    context.onEvent({ type: "thread.completed", ending, usage: state.usage });
    const { usage, checkpoints, answered, violations } = state;
    return { ending, finish, usage, checkpoints, answered, violations };
  };
  context.onEvent({ type: "thread.started", thread_id: cacheKey, model: config.agent.model });
  try {
    for (;;) {
      const elapsedMs = deadline.aborted ? Number.POSITIVE_INFINITY : run.now() - started;
      const hit = limitHit(
        { usage: state.usage, streak: state.streak, elapsedMs, cancelled: run.signal.aborted },
        run.limits,
      );
      if (hit !== null) return end({ ending: hit, finish: null });
      const after = await takeTurn(state, context);
      if (after.kind === "end") return end(after);
    }
  } catch (thrown) {
    context.onEvent({ type: "error", message: messageOf(thrown) });
    throw thrown;
  }
}

/** Milliseconds a checkpoint has although the time of the run is over: its last turn is worth keeping. */
const graceMs = 30_000;
/** The same when someone stopped the run: a runner kills the job some 10 s after that. */
const graceCancelledMs = 5_000;

function checkpointTime({ limits, now, signal }: AgentRun, started: number): number {
  if (signal.aborted) return graceCancelledMs;
  return Math.max(graceMs, limits.wall_clock_s * 1000 - (now() - started));
}
