import type { AgentResult } from "../agent/loop.ts";
import type { Answered } from "../agent/points.ts";
import type { Change } from "../change.ts";
import type { Ending, ItemEnding, Step } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Kept } from "./sealable.ts";

/** How a round of review is carried: what became of each point, the commits, and every state that one of them would show. */
export interface Round {
  items: ItemEnding[];
  steps: Step[];
  /** The answers that describe a kept state. */
  answered: Answered[];
  /** Base … tree of each step, to be looked at like the whole. */
  states: Pick<Kept, "change" | "before">[];
}

/**
 * How many of the recorded trees may be kept, the most first. A round keeps whole points: what was changed after the last answer stays
 * only when the agent said that it was finished.
 */
export function keepable({ checkpoints, answered, finish }: AgentResult, { brief }: Pick<Task, "brief">): number[] {
  if (brief.kind !== "review") return Array.from(checkpoints, (_, index) => checkpoints.length - index).concat(0);
  const ends = [0, ...answered.map(({ recorded }) => recorded), ...(finish === null ? [] : [checkpoints.length])];
  return [...new Set(ends)].toSorted((a, b) => b - a);
}

/**
 * The steps from the start to the kept tree. A state that cannot be read is no commit: its points go with the next one.
 * In: the kept state, the answers, and how a state's old contents are read.
 */
export async function roundOf(
  kept: Kept,
  answers: readonly Answered[],
  { task, workspace, read }: { task: Task; workspace: Workspace; read: (change: Change) => Promise<Kept["before"]> },
): Promise<Round | null> {
  const { brief } = task;
  if (brief.kind !== "review") return null;
  const answered = answers.filter(({ recorded }) => recorded <= kept.checkpoints.length);
  const items = brief.items.map(({ id }): ItemEnding => {
    const answer = answered.find((one) => one.id === id);
    return { id, outcome: answer?.outcome ?? "not-reached", reply: answer?.reply ?? "" };
  });
  const steps: Step[] = [];
  const states: Round["states"] = [];
  let waiting: Answered[] = [];
  const step = async (tree: string, points: readonly Answered[]): Promise<boolean> => {
    const from = steps.at(-1)?.tree ?? workspace.start.tree;
    if (tree === from) return false;
    try {
      const whole = await workspace.change(tree);
      states.push({ change: whole, before: await read(whole) });
      const change = await workspace.change(tree, from);
      const ids = brief.items.flatMap(({ id }) => (points.some((point) => point.id === id) ? [id] : []));
      steps.push({ items: ids, subject: points.at(-1)?.subject.trim() ?? "", tree, change });
      return true;
    } catch (thrown) {
      if (tree === kept.tree) throw thrown;
      return false;
    }
  };
  for (const point of answered.filter(({ outcome }) => outcome === "done")) {
    waiting.push(point);
    if (await step(point.tree, waiting)) waiting = [];
  }
  await step(kept.tree, waiting);
  return { items, steps, answered, states };
}

/** A round ends well when something was answered or changed, whatever the agent calls it. */
export function roundEnding(ending: Ending, { answered, steps }: Pick<Round, "answered" | "steps">): Ending {
  if (ending.kind !== "finished" && ending.kind !== "no_change") return ending;
  if (answered.length + steps.length > 0) return { kind: "finished" };
  return { kind: "no_change", reason: "The agent ended without answering a point." };
}
