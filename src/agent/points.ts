import type { Task } from "../handoff/task.ts";
import type { ItemAnswer } from "../tools/answer-item.ts";

/** A point of a review that the agent answered, and the state of the files that it left. */
export interface Answered extends ItemAnswer {
  tree: string;
  /** Trees that were recorded by then; the last of them is `tree`, and none means the start. */
  recorded: number;
}

/** Code units of the line that a commit gets. */
const subjectMax = 120;

/**
 * Whether an answer to a point of the review holds. Pure. In: what the agent said, the points, the answers so far, the tree where the
 * work began, and the tree now. Out: null when it does; else what to tell the agent.
 */
export function answerMistake(
  { id, outcome, subject, reply }: ItemAnswer,
  { brief, start, answered, tree }: Pick<Task, "brief" | "start"> & { answered: readonly Answered[]; tree: string },
): string | null {
  const ids = brief.kind === "review" ? brief.items.map((item) => item.id) : [];
  const open = ids.filter((one) => !answered.some((answer) => answer.id === one));
  const left = open.length === 0 ? "Every point is answered: call finish." : `Not answered yet: ${open.join(", ")}.`;
  if (!ids.some((one) => one === id)) return `There is no point ${JSON.stringify(id)}. ${left}`;
  if (!open.some((one) => one === id)) return `The point ${id} is answered already, and an answer stays. ${left}`;
  if (reply.trim() === "") return "The reply is empty: people read it below the point.";
  const changed = tree !== (answered.at(-1)?.tree ?? start.tree);
  switch (outcome) {
    case "declined":
      return changed
        ? "The files changed since the last answered point, so this is no declined point. Take the changes back, or first answer as done the point that they belong to."
        : null;
    case "done":
      if (!changed)
        return "Nothing changed since the last answered point. Change what the point asks for, or decline it and say why; where an earlier point's change does it already, decline it and name that point.";
      return subject.trim() === "" || subject.length > subjectMax || /[\r\n]/.test(subject.trim())
        ? `The subject must be one line of at most ${subjectMax} characters: it becomes the commit's.`
        : null;
  }
}
