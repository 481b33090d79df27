import { z } from "zod";
import type { Config } from "../config.ts";
import type { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import type { Item, ToolCall } from "../model/model.ts";
import { capText } from "../tools/cap.ts";
import type { ItemAnswer } from "../tools/answer-item.ts";
import type { Finish } from "../tools/finish.ts";
import type { Tool, ToolResult } from "../tools/tool.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { isContainment, messageOf } from "./containment.ts";
import type { LimitEnding } from "./limits.ts";
import { limit } from "./limits.ts";
import { hideSecrets } from "../text/hide-secrets.ts";
import { type Answered, answerMistake } from "./points.ts";
import { recordTree } from "./record.ts";
import type { OnEvent, ToolItem } from "./session.ts";
import type { Streak } from "./streak.ts";
import { sameCallMax, sameCallTold, withCall, withMisstep } from "./streak.ts";

/** What running calls needs. */
export interface CallContext {
  task: Task;
  tools: readonly Tool[];
  limits: Config["limits"];
  /** Values that must not reach the model or the session. */
  known: readonly string[];
  signal: AbortSignal;
  onEvent: OnEvent;
  /** Sweeps the workspace, and records it. */
  checkpoint: Workspace["checkpoint"];
}

/** What the calls of a turn go on with. */
export interface CallsBefore {
  turn: number;
  streak: Streak;
  /** Whether any earlier turn may have written. */
  wrote: boolean;
  /** Both grow while calls are carried out. */
  checkpoints: Solution["checkpoints"];
  answered: Answered[];
}

export interface CallsRun {
  /** One output per call, in order: the provider refuses a history with a call that has none. */
  outputs: Item[];
  /** Set when the model called finish; calls after it are not carried out. */
  finish: Finish | null;
  /** Whether a tool ran that may have changed the workspace. */
  wrote: boolean;
  /** What a sweep between two calls took out, one sentence each. */
  violations: string[];
  /** Outputs in which something that looks like a secret was hidden from the model. */
  hidden: number;
  /** Set when no further call can be carried out. */
  broken: LimitEnding | null;
  streak: Streak;
}

/** Bytes of one call's arguments. More is no work, but a flood. */
const argumentBytesMax = 1024 * 1024;

/**
 * Carries out the calls of one completed response, one after the other. A bad call is answered, never thrown. When a tool
 * throws, the run is `broken` and ends with what it has.
 * Changes the lists of `before`. @throws what the tool throws, when nothing was
 * written before it: then there is nothing to keep, and the fix is for whoever runs this.
 */
export async function runCalls(
  calls: readonly ToolCall[],
  before: CallsBefore,
  context: CallContext,
): Promise<CallsRun> {
  const run: CallsRun = {
    outputs: [],
    finish: null,
    wrote: false,
    violations: [],
    hidden: 0,
    broken: null,
    streak: before.streak,
  };
  const seen = new Set<string>();
  for (const call of calls) {
    const item = itemOf(call);
    context.onEvent({ type: "item.started", item });
    const wroteBefore = before.wrote || run.wrote;
    const result = await answer({ call, isDouble: seen.has(call.callId), before }, run, context).catch(
      (thrown: unknown) => {
        if (!wroteBefore || isContainment(thrown)) throw thrown;
        run.broken = limit("sandbox", messageOf(thrown));
        return failed("Not carried out: the sandbox broke, and the run ends with what there is.");
      },
    );
    seen.add(call.callId);
    const { output_head_bytes: headBytes, output_tail_bytes: tailBytes } = context.limits;
    const shown = hideSecrets(result.output, context.known);
    if (shown.hidden) run.hidden += 1;
    const output = capText(shown.text, { headBytes, tailBytes });
    context.onEvent({ type: "item.completed", item: completed(item, { ...result, output }) });
    run.outputs.push({ kind: "tool_output", callId: call.callId, output });
  }
  return run;
}

interface OneCall {
  call: ToolCall;
  /** Its id was used before. */
  isDouble: boolean;
  before: CallsBefore;
}

async function answer({ call, isDouble, before }: OneCall, run: CallsRun, context: CallContext): Promise<ToolResult> {
  if (context.signal.aborted) return failed("Not carried out: the run is ending.");
  if (run.finish !== null) return failed("Not carried out: you had called finish.");
  if (run.broken !== null) return failed("Not carried out: the run is ending.");
  const read = isDouble
    ? { kind: "bad" as const, why: `The call id ${call.callId} was used twice.` }
    : readCall(call, context.tools);
  if (read.kind === "bad") {
    run.streak = withMisstep(run.streak);
    return failed(read.why);
  }
  run.streak = withCall(run.streak, call);
  if (run.streak.times >= sameCallMax) return failed("Not carried out: you made the same call too often.");
  if (read.tool.ends !== undefined) run.finish = read.tool.ends(read.input);
  run.wrote ||= read.tool.writes;
  const { tool, input } = read;
  const result =
    tool.settles === undefined
      ? await mounted(() => tool.run(input, context.signal), run, context)
      : await settle(tool.settles(input), { before, run, context });
  if (run.streak.times < sameCallTold) return result;
  const told = `You made exactly this call ${run.streak.times} times in a row. Do something else, or call finish.`;
  return { ...result, output: `${result.output}\n${told}` };
}

/**
 * Runs a call. When an earlier call of the model left the workspace so that nothing can be mounted, a sweep between the calls
 * takes that out and the call is made once more; when that does not help either, no call of this run ever will.
 */
async function mounted(call: () => Promise<ToolResult>, run: CallsRun, context: CallContext): Promise<ToolResult> {
  const first = await call();
  if (first.detail?.kind !== "unmountable") return first;
  const { violations } = await context.checkpoint();
  run.violations.push(...violations);
  run.wrote = true;
  const second = await call();
  if (second.detail?.kind === "unmountable") run.broken = limit("workspace", second.detail.why);
  return second;
}

/** The files as they stand belong to the point that is answered, or the agent is told why they cannot. */
async function settle(
  said: ItemAnswer,
  { before, run, context }: { before: CallsBefore; run: CallsRun; context: CallContext },
): Promise<ToolResult> {
  const { turn, checkpoints, answered } = before;
  const recorded = await recordTree(turn, checkpoints, context);
  if (recorded.kind === "limit") {
    run.broken = recorded;
    return failed("Not answered: the files cannot be recorded, and the run ends with what there is.");
  }
  const { tree, violations, isNew } = recorded;
  run.violations.push(...violations);
  if (isNew) context.onEvent({ type: "checkpoint", turn, tree, violations: [] });
  const mistake = answerMistake(said, { ...context.task, answered, tree });
  if (mistake !== null) return failed(mistake);
  answered.push({ ...said, tree, recorded: checkpoints.length });
  return { ok: true, output: `The point ${said.id} is answered.` };
}

type ReadCall = { kind: "call"; tool: Tool; input: unknown } | { kind: "bad"; why: string };

function readCall(call: ToolCall, tools: readonly Tool[]): ReadCall {
  const bad = (why: string): ReadCall => ({ kind: "bad", why });
  const tool = tools.find(({ name }) => name === call.name);
  if (tool === undefined)
    return bad(
      `There is no tool ${JSON.stringify(call.name)}. The tools are ${tools.map(({ name }) => name).join(", ")}.`,
    );
  if (Buffer.byteLength(call.arguments) > argumentBytesMax)
    return bad(`The arguments have more than ${argumentBytesMax} bytes.`);
  let json: unknown;
  try {
    json = JSON.parse(call.arguments);
  } catch (thrown) {
    return bad(`The arguments are not valid JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  const input = tool.input.safeParse(json);
  return input.success
    ? { kind: "call", tool, input: input.data }
    : bad(`The arguments do not fit the tool:\n${z.prettifyError(input.error)}`);
}

function itemOf({ callId, name, arguments: args }: ToolCall): ToolItem {
  const type = name === "shell" ? "command_execution" : name === "apply_patch" ? "file_change" : "tool_call";
  return { id: callId, type, tool: name, arguments: args, status: "in_progress" };
}

function completed(item: ToolItem, { ok, output, detail }: ToolResult): ToolItem {
  const done: ToolItem = { ...item, status: ok ? "completed" : "failed", aggregated_output: output };
  if (detail?.kind === "command") return { ...done, exit_code: detail.exitCode };
  return detail?.kind === "files" ? { ...done, changes: detail.changes } : done;
}

function failed(output: string): ToolResult {
  return { ok: false, output };
}
