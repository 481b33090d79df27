import type { GitHub } from "../github/github.ts";
import { findStatusComment, renderStatus, type Status } from "../record/status-comment.ts";

/** Writes status comments: one per request, the later state wins. */
export interface StatusBoard {
  /**
   * Shows a state. States of one request are written one after the other, so that a slow early one cannot overwrite or double a
   * late one. `onlyFirst`: never replaces a comment that is there, as `queued` never does. `stillSo` is asked when the state's
   * turn has come; it is not written when that says no.
   */
  show(
    github: GitHub,
    issue: number,
    status: Status,
    when?: { onlyFirst?: boolean; stillSo?: () => Promise<boolean> },
  ): Promise<void>;
}

/** In: the App's id, by which its own comments are told from forged ones. Remembers nothing once a comment is written. */
export function statusBoard(appId: number): StatusBoard {
  const turns = new Map<string, Promise<void>>();
  return {
    show(github, issue, status, { onlyFirst = false, stillSo } = {}) {
      const key = `${status.origin.kind} ${status.origin.id}`;
      const before = turns.get(key) ?? Promise.resolve();
      const turn = async (): Promise<void> => {
        await before.catch(() => undefined);
        if (stillSo !== undefined && !(await stillSo())) return;
        await write({ github, issue, appId }, status, onlyFirst || status.state.kind === "queued");
      };
      const mine = turn();
      turns.set(key, mine);
      const forget = () => {
        if (turns.get(key) === mine) turns.delete(key);
      };
      mine.then(forget, forget);
      return mine;
    },
  };
}

interface Place {
  github: GitHub;
  issue: number;
  appId: number;
}

async function write(place: Place, status: Status, onlyFirst: boolean): Promise<void> {
  const { github, issue } = place;
  const body = renderStatus(status, []);
  const there = await found(place, status);
  if (there !== null) {
    if (!onlyFirst && there.body !== body) await github.updateComment(there.id, body);
    return;
  }
  const made = await github.createComment(issue, body);
  // Another server may have written one in the same moment: the older stays, with the later state.
  const oldest = await found(place, status);
  if (oldest === null || oldest.id === made.id) return;
  await github.deleteComment(made.id);
  if (!onlyFirst) await github.updateComment(oldest.id, body);
}

async function found({ github, issue, appId }: Place, { origin }: Status) {
  return findStatusComment(await github.comments(issue), origin, appId);
}
