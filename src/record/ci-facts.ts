import { cell, code, joined, type KnownSecrets, ours, type Outgoing, quote } from "../text/outgoing.ts";
import { sentence } from "./sentence.ts";
import type { ShownFailure, ShownTask } from "./shown-papers.ts";

/** What failed, and what the runs alone say of it: stands beside the model's word. Empty where a Task is about something else. */
export function failureLines(task: ShownTask | null, known: KnownSecrets): Outgoing[] {
  if (task?.brief?.kind !== "ci-failure") return [];
  const { failures, others } = task.brief;
  const rows = failures.map(
    (failure) =>
      ours`- ${whatFailed(failure, known)}: **${failure.standing.verdict === "unknown" ? ours`not clear from the runs` : cell(failure.standing.verdict, known)}**. ${sentence(failure.standing.because, known)}`,
  );
  const more = others === 0 ? [] : [ours`- ${others} further failures were left out.`];
  return [joined([...rows, ...more], "\n")];
}

/** One failure on one line. */
export function whatFailed({ workflow, jobs, step, error }: ShownFailure, known: KnownSecrets): Outgoing {
  const [first = ""] = jobs;
  const also = jobs.length > 1 ? ours` and ${jobs.length - 1} more` : ours``;
  const at = step === null ? ours`` : ours`, step ${code(step, known)}`;
  const says = error === "" ? ours`` : ours`: ${code(error, known)}`;
  return ours`${cell(workflow.name, known)}, job ${code(first, known)}${also}${at}${says}`;
}

/** What the model said, quoted; or that nothing was found out. */
export function analysisQuote(answer: string | undefined, known: KnownSecrets): Outgoing {
  return answer === undefined ? ours`The newest run was not analysed to an end.` : quote(answer, known);
}
