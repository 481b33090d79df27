import type { GitHub } from "../github/github.ts";
import { findStatusComment, renderStatus, type Status } from "../record/status-comment.ts";

/** Writes status comments: one per request, the later state wins. */
export interface StatusBoard {
  /**
   * Shows a state. `queued` is only the first word: it never replaces a comment that is there. States of one request are
   * written one after the other, so that a slow early one cannot overwrite or double a late one.
   */
  show(github: GitHub, issue: number, status: Status): Promise<void>;
}

/** In: the App's id, by which its own comments are told from forged ones. Remembers nothing once a comment is written. */
export function statusBoard(appId: number): StatusBoard {
  const turns = new Map<number, Promise<void>>();
  return {
    show(github, issue, status) {
      const before = turns.get(status.comment) ?? Promise.resolve();
      const mine = before.catch(() => undefined).then(() => write({ github, issue, appId }, status));
      turns.set(status.comment, mine);
      const forget = () => {
        if (turns.get(status.comment) === mine) turns.delete(status.comment);
      };
      mine.then(forget, forget);
      return mine;
    },
  };
}

async function write(
  { github, issue, appId }: { github: GitHub; issue: number; appId: number },
  status: Status,
): Promise<void> {
  const there = findStatusComment(await github.comments(issue), status.comment, appId);
  if (there === null) {
    await github.createComment(issue, renderStatus(status, []));
    return;
  }
  const body = renderStatus(status, []);
  if (status.state.kind === "queued" || there.body === body) return;
  await github.updateComment(there.id, body);
}
