import type { GitHub, Issue, Pull } from "../github/github.ts";
import { isOurPull } from "./own-pull.ts";

/** What a number stands for. A pull request is an issue as well: its title, text and state are in `issue`. */
export type Subject =
  | { kind: "issue"; issue: Issue }
  /** `pull`: opened by a run of ours. `answers`: the issue that its branch names. */
  | { kind: "own-pull"; issue: Issue; pull: Pull; answers: number }
  | { kind: "pull" | "fork-pull"; issue: Issue; pull: Pull };

/** Reads what a number of the repository stands for; null when there is nothing. */
export async function subjectOf(github: GitHub, number: number, repositoryId: number): Promise<Subject | null> {
  const issue = await github.issue(number);
  if (issue === null) return null;
  if (!issue.isPull) return { kind: "issue", issue };
  const pull = await github.pull(number);
  return pull === null ? null : { issue, ...pullSubject(pull, repositoryId) };
}

/** Whose pull request it is. A head whose repository is gone counts as a fork's. */
export function pullSubject(
  pull: Pull,
  repositoryId: number,
): { kind: "own-pull"; pull: Pull; answers: number } | { kind: "pull" | "fork-pull"; pull: Pull } {
  if (isOurPull(pull, repositoryId)) return { kind: "own-pull", pull, answers: answeredIssue(pull.head.ref) };
  return { kind: pull.head.repository === repositoryId ? "pull" : "fork-pull", pull };
}

/** `prefix/12-3` answers issue 12; `isOurPull` has proved the form. */
export function answeredIssue(branch: string): number {
  return Number(/\/(\d+)-\d+$/.exec(branch)?.[1]);
}
