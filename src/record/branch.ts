import { AirlockError } from "../errors.ts";
import type { GitHub, Pull } from "../github/github.ts";

/** Branches looked at for one issue; more than this many attempts mean that something repeats itself. */
const attemptsMax = 50;

/** The branch of the n-th attempt (from 1) at an issue. `prefix` ends in a slash. */
export function branchName(prefix: string, issue: number, attempt: number): string {
  return `${prefix}${issue}-${attempt}`;
}

/** A branch name of ours that is in use, by whomever. */
export interface TakenBranch {
  name: string;
  /** null when the branch is gone and only its pull requests tell of it. */
  head: string | null;
  pulls: Pull[];
}

/**
 * The attempts made at an issue so far, oldest first, and the first free name. A deleted branch with a closed pull request
 * stays taken: one name never means two things.
 * @throws AirlockError `github-failed` after 50 attempts.
 */
export async function attemptsAt(
  github: GitHub,
  prefix: string,
  issue: number,
): Promise<{ taken: TakenBranch[]; free: string }> {
  const taken: TakenBranch[] = [];
  while (taken.length < attemptsMax) {
    const name = branchName(prefix, issue, taken.length + 1);
    const [head, pulls] = await Promise.all([github.branch(name), github.pullsFrom(name)]);
    if (head === null && pulls.length === 0) return { taken, free: name };
    taken.push({ name, head, pulls });
  }
  throw new AirlockError({
    code: "github-failed",
    message: `There are ${attemptsMax} branches ${prefix}${issue}-n already.`,
    fix: "Close the pull requests that are not wanted and split the issue.",
  });
}

/** The open pull request of ours for an issue, whichever run made it; null when there is none (at most one: promise 12). */
export async function openPullOfIssue(github: GitHub, prefix: string, issue: number): Promise<Pull | null> {
  const { taken } = await attemptsAt(github, prefix, issue);
  return openPullAmong(taken);
}

/** A person may open a pull request from any branch; ours are opened by a bot identity (design §4, promise 8). */
export function openPullAmong(taken: readonly TakenBranch[]): Pull | null {
  return (
    taken.flatMap(({ pulls }) => pulls).find((pull) => pull.state === "open" && pull.author.type === "Bot") ?? null
  );
}
