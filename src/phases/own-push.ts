import type { GitHub } from "../github/github.ts";
import { itemsMax, type Task } from "../handoff/task.ts";
import { runOfCommit } from "../record/commit-message.ts";

/** A step for each point, and one for what was changed beside them. */
const commitsMax = itemsMax + 1;

/**
 * GitHub as it was before an earlier attempt of this run pushed to its pull request, so that the request is asked for again as it was
 * the first time. Whoever can push can claim to be this run: what is there counts only when `appendChange` finds exactly its own commits.
 */
export async function beforeOwnPush(task: Task, github: GitHub): Promise<GitHub> {
  const { pull: on, start, run } = task;
  const pull = on === null ? null : await github.pull(on.number);
  if (pull === null || !(await isPushOf(run.id, { from: start.commit, to: pull.head.sha }, github))) return github;
  return {
    ...github,
    async pull(number) {
      const now = await github.pull(number);
      const isMoved = now !== null && now.number === pull.number && now.head.sha === pull.head.sha;
      return isMoved ? { ...now, head: { ...now.head, sha: start.commit } } : now;
    },
  };
}

async function isPushOf(run: number, { from, to }: { from: string; to: string }, github: GitHub): Promise<boolean> {
  let at = to;
  for (let count = 0; count < commitsMax && at !== from; count += 1) {
    const { message, parents } = await github.commit(at);
    const [parent] = parents;
    if (runOfCommit(message) !== run || parents.length !== 1 || parent === undefined) return false;
    at = parent;
  }
  return at === from && to !== from;
}
