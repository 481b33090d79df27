import { type Files, filesOf } from "../change/files.ts";
import { type TreeFile, treeSha } from "../change/tree-sha.ts";
import type { Config } from "../config.ts";
import type { GitHub, Pull } from "../github/github.ts";
import type { Snapshot } from "../handoff/identity.ts";
import { runOfCommit } from "../record/commit-message.ts";
import type { Subject } from "../record/subject.ts";
import { stop, type Stopped } from "./stop.ts";
import { changeTo, type Made } from "./tree-change.ts";

/** Characters of a commit's id that people are shown, and the least they may type. */
const shortSha = 7;
/** Names that a refusal lists. */
const namesShown = 5;

export interface RollbackOrder {
  subject: Subject;
  /** What stands behind the command; empty: what the last run did. */
  argument: string;
  start: Snapshot;
  base: Snapshot;
  limits: Pick<Config["limits"], "change_files" | "change_bytes">;
}

/** `to`: the commit of the pull request whose tree is restored; null: everything the merged pull request did is taken back. */
export type RolledBack = Made & { to: string | null };

/**
 * Takes back what runs of ours did. On an open pull request of ours: the tree of an earlier commit, as a further commit. On a merged one:
 * the opposite of what it changed, on the default branch as it is now. Work of people is never undone: where it would be, the road ends.
 */
export async function rollback(order: RollbackOrder, github: GitHub): Promise<RolledBack | Stopped> {
  const { subject } = order;
  if (subject.kind !== "own-pull") return stop("not-available", "`rollback` is for pull requests of Airlock.", "");
  const { pull } = subject;
  if (pull.merged) return await revert(pull, order, github);
  if (pull.state === "closed")
    return stop("issue-closed", "The pull request is closed and was not merged.", "There is nothing to take back.");
  return await goBack(pull, order, github);
}

async function goBack(pull: Pull, order: RollbackOrder, github: GitHub): Promise<RolledBack | Stopped> {
  const commits = await github.pullCommits(pull.number);
  const target = targetOf(commits, order.argument, order.start.commit);
  if (target.kind === "stop") return target;
  const { tree } = await github.commit(target.sha);
  if (tree === order.start.tree)
    return stop("no-change", `The pull request is as it was at ${target.sha.slice(0, shortSha)} already.`, "");
  const [now, base, then] = await Promise.all([order.start.tree, order.base.tree, tree].map((sha) => github.tree(sha)));
  const change = await changeTo(then ?? [], base ?? [], order.limits, github);
  const step = await changeTo(then ?? [], now ?? [], order.limits, github);
  if (change.kind === "stop") return change;
  if (step.kind === "stop") return step;
  const subject = `Roll back to ${target.sha.slice(0, shortSha)}`;
  return {
    kind: "made",
    to: target.sha,
    tree,
    change: change.entries,
    steps: [{ items: [], subject, tree, change: step.entries }],
  };
}

/** Which commit of an open pull request is meant. In: its commits, oldest first, as far as GitHub lists them (250), and its head. Pure. */
export function targetOf(
  commits: readonly { sha: string; message: string }[],
  argument: string,
  start: string,
): { kind: "target"; sha: string } | Stopped {
  const head = commits.at(-1);
  const runs = commits.map(({ message }) => runOfCommit(message));
  const last = runs.at(-1) ?? null;
  if (head !== undefined && head.sha !== start)
    return stop(
      "refused",
      "GitHub does not list all commits up to this pull request's head, so nobody knows whose work would be undone.",
      "Undo it by hand.",
    );
  if (head === undefined || last === null)
    return stop(
      "refused",
      "The last commit of this pull request was not made by Airlock, and work of people is not undone.",
      "Name the commit to go back to, if only commits of Airlock follow it; else undo it by hand.",
    );
  const found = argument === "" ? beforeRun(runs, last) : named(commits, argument);
  if (typeof found !== "number") return found;
  const target = commits[found];
  if (target === undefined)
    return stop(
      "not-available",
      `Run ${last} made the first commit of this pull request, so there is nothing before it.`,
      "Close the pull request to drop all of it.",
    );
  if (target === head) return stop("no-change", `${target.sha.slice(0, shortSha)} is the head already.`, "");
  const people = commits.slice(found + 1).filter((_, index) => runs[found + 1 + index] === null);
  if (people.length === 0) return { kind: "target", sha: target.sha };
  const names = people.slice(0, namesShown).map(({ sha }) => sha.slice(0, shortSha));
  return stop(
    "refused",
    `Commits that Airlock did not make would be undone: ${names.join(", ")}.`,
    "Name a later commit, or undo them by hand.",
  );
}

/** Index of the commit before the last run's; -1 when there is none. */
function beforeRun(runs: readonly (number | null)[], last: number): number {
  let at = runs.length - 1;
  while (at >= 0 && runs[at] === last) at -= 1;
  return at;
}

function named(commits: readonly { sha: string }[], argument: string): number | Stopped {
  if (!/^[0-9a-f]{7,40}$/.test(argument))
    return stop(
      "not-a-command",
      "`rollback` takes a commit of this pull request: its first 7 to 40 characters, in lower case.",
      "Write `/agent rollback` alone to take back the last run, or with a commit, in a new comment.",
    );
  const fitting = commits.flatMap(({ sha }, index) => (sha.startsWith(argument) ? [index] : []));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  return stop(
    "not-a-command",
    fitting.length === 0
      ? `This pull request has no commit ${argument}.`
      : `${fitting.length} commits of this pull request begin with ${argument}.`,
    "Copy the commit from the pull request's list of commits.",
  );
}

async function revert(pull: Pull, order: RollbackOrder, github: GitHub): Promise<RolledBack | Stopped> {
  if (order.argument !== "")
    return stop(
      "not-a-command",
      "The pull request is merged, so only all of it can be taken back.",
      "Write `/agent rollback` alone in a new comment.",
    );
  const from = await github.mergeBase(pull.base.sha, pull.head.sha);
  if (from === pull.head.sha) return stop("refused", "What the pull request changed cannot be told any more.", "");
  const trees = await Promise.all([from, pull.head.sha].map(async (sha) => (await github.commit(sha)).tree));
  const [before, after] = await Promise.all(trees.map((sha) => github.tree(sha)));
  const now = await github.tree(order.start.tree);
  const back = takenBack({ before: before ?? [], after: after ?? [], now });
  if (back.kind === "conflict") {
    const shown = back.paths.slice(0, namesShown).join(", ");
    const more = back.paths.length > namesShown ? ` and ${back.paths.length - namesShown} more` : "";
    return stop(
      "refused",
      `Since the merge others changed what the pull request had changed: ${shown}${more}.`,
      "Revert it by hand: only a person can say which of both is wanted.",
    );
  }
  if (back.kind === "nothing")
    return stop("no-change", "Nothing of what the pull request changed is left on the default branch.", "");
  const change = await changeTo(back.files, now, order.limits, github);
  if (change.kind === "stop") return change;
  return { kind: "made", to: null, tree: treeSha(back.files), change: change.entries, steps: [] };
}

/**
 * The default branch without what a merged pull request did, file by file: each file that it changed must still be as it left it, or be as
 * it was before. Pure. How it was merged (merge, squash, rebase) makes no difference.
 */
export function takenBack({
  before,
  after,
  now,
}: {
  before: readonly TreeFile[];
  after: readonly TreeFile[];
  now: readonly TreeFile[];
}): { kind: "files"; files: TreeFile[] } | { kind: "conflict"; paths: string[] } | { kind: "nothing" } {
  const [was, became, is] = [filesOf(before), filesOf(after), filesOf(now)];
  const files = new Map(is);
  const conflicts: string[] = [];
  for (const path of new Set([...was.keys(), ...became.keys()])) {
    const [old, made, there] = [was.get(path), became.get(path), is.get(path)];
    if (same(old, made) || same(there, old)) continue;
    if (!same(there, made)) conflicts.push(path);
    else if (old === undefined) files.delete(path);
    else files.set(path, old);
  }
  if (conflicts.length > 0) return { kind: "conflict", paths: conflicts.toSorted() };
  const changed = [...files].map(([path, file]) => ({ path, ...file }));
  return treeSha(changed) === treeSha(now) ? { kind: "nothing" } : { kind: "files", files: changed };
}

function same(one: FileAt | undefined, other: FileAt | undefined): boolean {
  return one?.mode === other?.mode && one?.sha === other?.sha;
}

type FileAt = NonNullable<ReturnType<Files["get"]>>;
