import type { Run } from "../github/github.ts";
import { parseRunName, type RunName, workflowPath } from "../request/run-name.ts";

/** What a run answers, if our App dispatched it: its bot, our workflow, the default branch. null for any other run. */
export function nameOfOurRun(run: Run, { bot, defaultBranch }: { bot: number; defaultBranch: string }): RunName | null {
  const isOurs = run.actor.id === bot && isOurFile(run.path) && run.headBranch === defaultBranch;
  return isOurs ? parseRunName(run.title) : null;
}

export function isOurFile(path: string): boolean {
  return path.replace(/@.*$/, "") === workflowPath;
}
