import { AirlockError } from "../errors.ts";
import type { Ending, Solution, Usage } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import type { Item, Model, ModelTurn } from "../model/model.ts";
import type { Finish } from "../tools/finish.ts";
import type { CallContext } from "./calls.ts";
import { runCalls } from "./calls.ts";
import { hiddenOutput } from "./hidden-output.ts";
import type { LimitEnding } from "./limits.ts";
import { limit } from "./limits.ts";
import type { Answered } from "./points.ts";
import { recordTree } from "./record.ts";
import type { Streak } from "./streak.ts";
import { withMisstep } from "./streak.ts";
import { specOf } from "./tool-spec.ts";
import { addTurn } from "./usage.ts";

/** The endings that the agent itself can reach; the others are decided by whoever runs it. */
export type AgentEnding = Exclude<Ending, { kind: "refused" | "needs_approval" }>;

/** What grows from turn to turn. */
export interface TurnState {
  items: Item[];
  usage: Usage;
  streak: Streak;
  /** Whether any call so far may have changed the workspace. */
  wrote: boolean;
  checkpoints: Solution["checkpoints"];
  /** The points of a review that are answered. */
  answered: Answered[];
  violations: string[];
}

/** What stays the same for all turns. */
export interface TurnContext extends CallContext {
  model: Model;
  cacheKey: string;
}

export type After = { kind: "go-on" } | { kind: "end"; ending: AgentEnding; finish: Finish | null };

/**
 * One model call with everything that follows from it. Changes `state`. A fault of the model after the first answer ends the run
 * with what there is; before it, it is thrown.
 */
export async function takeTurn(state: TurnState, context: TurnContext): Promise<After> {
  const turn = state.usage.turns + 1;
  context.onEvent({ type: "turn.started", turn });
  const answer = await query(state, context);
  if (answer.kind === "failed") {
    context.onEvent({ type: "turn.failed", turn, error: { message: answer.why } });
    return answer.ending === null ? { kind: "go-on" } : { kind: "end", ending: answer.ending, finish: null };
  }
  const isPriced = state.usage.cost_usd !== null;
  state.usage = addTurn(state.usage, answer.usage);
  if (isPriced && state.usage.cost_usd === null) context.onEvent({ type: "notice", message: unpriced(context.task) });
  const after = answer.kind === "completed" ? await carryOut(answer, state, context) : giveWay(answer, state);
  context.onEvent({ type: "turn.completed", turn, usage: state.usage });
  return after;
}

type Answer = ModelTurn | { kind: "failed"; why: string; ending: AgentEnding | null };

async function query(
  { items, usage }: TurnState,
  { model, task, tools, cacheKey, signal }: TurnContext,
): Promise<Answer> {
  const { model: name, reasoning_effort: effort } = task.config.agent;
  try {
    return await model.respond({ model: name, effort, items, tools: tools.map(specOf), cacheKey, signal });
  } catch (thrown) {
    if (signal.aborted) return { kind: "failed", why: "the run is ending", ending: null };
    // Before the first answer there is nothing to keep, and the fix is for whoever runs this.
    if (!(thrown instanceof AirlockError) || usage.turns === 0) throw thrown;
    return { kind: "failed", why: thrown.message, ending: limit("model", `${thrown.message} ${thrown.fix}`) };
  }
}

async function carryOut(
  answer: Extract<ModelTurn, { kind: "completed" }>,
  state: TurnState,
  context: TurnContext,
): Promise<After> {
  const turn = state.usage.turns;
  state.items.push(...answer.items);
  if (answer.text !== "")
    context.onEvent({
      type: "item.completed",
      item: { id: `message_${turn}`, type: "agent_message", text: answer.text },
    });
  if (answer.calls.length === 0) {
    correct(state, "You called no tool. Go on with the work, or call finish.");
    return { kind: "go-on" };
  }
  const { outputs, finish, wrote, violations, hidden, broken, streak } = await runCalls(
    answer.calls,
    { ...state, turn },
    context,
  );
  state.items.push(...outputs);
  state.violations.push(...Array.from({ length: hidden }, () => hiddenOutput));
  state.streak = streak;
  state.wrote ||= wrote;
  const unrecorded = wrote ? await record(turn, violations, { state, context }) : null;
  const stopped = broken ?? unrecorded;
  // Stopped from outside or by the clock: the loop names that, and there is no time for another turn anyway.
  if (stopped !== null)
    return context.signal.aborted ? { kind: "go-on" } : { kind: "end", ending: stopped, finish: null };
  return finish === null ? { kind: "go-on" } : { kind: "end", ending: endingOf(finish), finish };
}

/**
 * Records what the turn left. In: what a sweep during the turn took out. Out: why the run ends when this state cannot be
 * recorded; the checkpoints before it stay, and the last of them is the result.
 */
async function record(
  turn: number,
  swept: readonly string[],
  { state, context }: { state: TurnState; context: TurnContext },
): Promise<LimitEnding | null> {
  const recorded = await recordTree(turn, state.checkpoints, context);
  if (recorded.kind === "limit") {
    state.violations.push(...swept, recorded.detail);
    context.onEvent({ type: "error", message: recorded.detail });
    return recorded;
  }
  const { tree, isNew } = recorded;
  const violations = [...swept, ...recorded.violations];
  if (isNew || violations.length > 0) context.onEvent({ type: "checkpoint", turn, tree, violations });
  if (violations.length === 0) return null;
  state.violations.push(...violations);
  state.items.push({
    kind: "user",
    text: `Not allowed in the workspace, and taken out of it:\n${violations.join("\n")}`,
  });
  return null;
}

/** Unknown is not zero: a limit that nothing measures must not look as if it held. */
export function unpriced({ config }: Task): string {
  return `No price is known for the model ${config.agent.model}: the cost of this run is unknown, and limits.cost_usd did not bound it. limits.tokens and limits.turns did.`;
}

/** A response whose calls may not be run. */
function giveWay(answer: Exclude<ModelTurn, { kind: "completed" }>, state: TurnState): After {
  const end = (ending: AgentEnding): After => ({ kind: "end", ending, finish: null });
  if (answer.kind === "refused") return end({ kind: "gave_up", reason: `The model refused: ${answer.text}` });
  if (answer.reason === "content_filter")
    return end({ kind: "gave_up", reason: "The provider's content filter stopped the model." });
  if (answer.reason === "context_length_exceeded")
    return end(limit("context", "The history no longer fits into the model's context."));
  correct(state, `Your answer was cut off (${answer.reason}) and nothing of it was carried out. Take smaller steps.`);
  return { kind: "go-on" };
}

function correct(state: TurnState, text: string): void {
  state.streak = withMisstep(state.streak);
  state.items.push({ kind: "user", text });
}

function endingOf({ outcome, summary }: Finish): AgentEnding {
  switch (outcome) {
    case "done":
      return { kind: "finished" };
    case "no_change":
    case "gave_up":
      return { kind: outcome, reason: summary };
  }
}
