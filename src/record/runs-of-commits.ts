import { runOfCommit } from "./commit-message.ts";

/** The runs that commits say they were made in, each once, in the order of the commits. Whoever can push can write that. */
export function runsOfCommits(commits: readonly { message: string }[]): number[] {
  return [...new Set(commits.flatMap(({ message }) => runOfCommit(message) ?? []))];
}
