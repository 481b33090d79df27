import type { Pull } from "../github/github.ts";

/** Account id of `github-actions[bot]`, which opens our pull requests by the workflow's own token. */
const actionsBot = 41_898_282;

/** Whether it is the account by which our runs speak on GitHub; every other workflow of the repository speaks by it as well. */
export function isActionsBot(id: number): boolean {
  return id === actionsBot;
}

/**
 * Whether a pull request is one that a run of ours opened. Told by what nobody can change afterwards: who opened it, from where, and
 * the form of its branch; the prefix is configured, and the App reads no configuration. Whatever else opens such a branch is treated
 * like ours, and is then never released.
 */
export function isOurPull({ author, head }: Pick<Pull, "author" | "head">, repositoryId: number): boolean {
  return (
    isActionsBot(author.id) &&
    head.repository === repositoryId &&
    /^[a-z0-9][a-z0-9-]*\/[1-9]\d*-[1-9]\d*$/.test(head.ref)
  );
}
