import { workflowPath } from "./run-name.ts";

/** What must be known of a run before its failure starts anything. Read from the API, or from a delivery to decide whether to look closer. */
export interface RunFacts {
  event: string;
  status: string;
  conclusion: string | null;
  headBranch: string | null;
  /** Id of the repository that the head lies in; null when that is gone. */
  headRepository: number | null;
  /** Path of the workflow's file, without `@ref`. */
  path: string;
}

/** Conclusions that say that something failed. A run that people cancelled did not. */
const failing: readonly (string | null)[] = ["failure", "timed_out"];

export function hasFailed({ status, conclusion }: Pick<RunFacts, "status" | "conclusion">): boolean {
  return status === "completed" && failing.includes(conclusion);
}

/**
 * Why a run says nothing about the default branch; null when it does. Only what a push or a schedule started there counts: a pull request's
 * run, a fork's (its logs are never read) and our own never start an analysis, so that none can start the next one. Pure.
 */
export function notOfDefaultBranch(
  run: RunFacts,
  { repositoryId, defaultBranch }: { repositoryId: number; defaultBranch: string },
): string | null {
  if (run.path === workflowPath) return "it is a run of Airlock";
  if (run.headRepository !== repositoryId) return "its head lies in another repository";
  if (run.headBranch !== defaultBranch) return `it ran on ${run.headBranch ?? "no branch"}, not on ${defaultBranch}`;
  if (run.event !== "push" && run.event !== "schedule") return `its event is ${run.event}`;
  return null;
}

/** Why a run is not analysed without being asked; null when it may be. Pure. */
export function failedOnItsOwn(run: RunFacts, place: { repositoryId: number; defaultBranch: string }): string | null {
  return notOfDefaultBranch(run, place) ?? (hasFailed(run) ? null : `it ended with ${run.conclusion ?? run.status}`);
}
