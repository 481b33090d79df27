import { AirlockError } from "../errors.ts";
import type { GitHub, Pull } from "../github/github.ts";
import { runOfCommit } from "./commit-message.ts";

/** Attempts at one issue that are looked at; more mean that something repeats itself. */
const attemptsMax = 50;

/** Names without a branch and without a pull request, one after the other, after which nothing more is expected. */
const gapsMax = 3;

/** The branch of the n-th attempt (from 1) at an issue. `prefix` ends in a slash. */
export function branchName(prefix: string, issue: number, attempt: number): string {
  return `${prefix}${issue}-${attempt}`;
}

/** The number of the attempt that a branch name stands for; null when it is no attempt at this issue. */
export function attemptOf(name: string, prefix: string, issue: number): number | null {
  const start = `${prefix}${issue}-`;
  const digits = name.startsWith(start) ? name.slice(start.length) : "";
  return /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : null;
}

/** A branch name of ours that is in use, by whomever. */
export interface TakenBranch {
  name: string;
  /** null when the branch is gone and only its pull requests tell of it. */
  head: string | null;
  pulls: Pull[];
}

/**
 * The attempts made at an issue so far, in the order of their numbers, and a free name above them all. A deleted branch with a
 * closed pull request stays taken: one name never means two things. A number that is missing in between ends nothing: people
 * delete branches.
 * @throws AirlockError `github-failed` after 50 attempts.
 */
export async function attemptsAt(
  github: GitHub,
  prefix: string,
  issue: number,
): Promise<{ taken: TakenBranch[]; free: string }> {
  const [branches, open] = await Promise.all([github.branches(`${prefix}${issue}-`), github.openPulls()]);
  const heads = new Map(branches.map(({ name, head }) => [name, head]));
  const named = [...heads.keys(), ...open.map(({ head }) => head.ref)].flatMap(
    (name) => attemptOf(name, prefix, issue) ?? [],
  );
  const waiting = new Set(named);
  const taken = new Map<number, TakenBranch>();
  const look = async (attempt: number): Promise<void> => {
    if (taken.size >= attemptsMax) throw tooMany(prefix, issue);
    const name = branchName(prefix, issue, attempt);
    const head = heads.get(name) ?? null;
    const pulls = await github.pullsFrom(name);
    if (head !== null || pulls.length > 0) taken.set(attempt, { name, head, pulls });
  };
  for (let attempt = 1, gaps = 0; gaps < gapsMax; attempt += 1) {
    await look(attempt);
    waiting.delete(attempt);
    gaps = taken.has(attempt) ? 0 : gaps + 1;
  }
  for (const attempt of waiting) await look(attempt);
  const numbers = [...taken.keys()].toSorted((a, b) => a - b);
  return {
    taken: numbers.flatMap((attempt) => taken.get(attempt) ?? []),
    free: branchName(prefix, issue, (numbers.at(-1) ?? 0) + 1),
  };
}

/** A person may open a pull request from any branch; ours are opened by a bot identity (design §4, promise 8). */
export function openPullAmong(taken: readonly TakenBranch[]): Pull | null {
  return pullsOfBots(taken).find(({ state }) => state === "open") ?? null;
}

/**
 * The pull request that an earlier attempt of a run opened, in any state: a run that is run again begins with the same request,
 * which that pull request has answered. The newest, when there are several; null when there is none.
 */
export async function pullOfRun(github: GitHub, taken: readonly TakenBranch[], run: number): Promise<Pull | null> {
  for (const pull of pullsOfBots(taken).toReversed()) if (await isOfRun(github, pull, run)) return pull;
  return null;
}

/** Whether one of a pull request's commits says that it was made in this run. */
export async function isOfRun(github: GitHub, { number }: Pull, run: number): Promise<boolean> {
  return (await github.pullCommits(number)).some(({ message }) => runOfCommit(message) === run);
}

function pullsOfBots(taken: readonly TakenBranch[]): Pull[] {
  return taken.flatMap(({ pulls }) => pulls).filter(({ author }) => author.type === "Bot");
}

function tooMany(prefix: string, issue: number): AirlockError {
  return new AirlockError({
    code: "github-failed",
    message: `There are ${attemptsMax} branches ${prefix}${issue}-n already.`,
    fix: "Close the pull requests that are not wanted and split the issue.",
  });
}
