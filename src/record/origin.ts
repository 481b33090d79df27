import type { Account, GitHub } from "../github/github.ts";

/** Where a request comes from: a comment with a command, or a submitted review. An id belongs to its kind. */
export interface OriginRef {
  kind: "comment" | "review";
  id: number;
}

/** What a run's name says of where it comes from; null for a run that failed, which no person wrote. */
export function originRef({ trigger, id }: { trigger: OriginRef["kind"] | "run"; id: number }): OriginRef | null {
  return trigger === "run" ? null : { kind: trigger, id };
}

/** The text that asked, as GitHub shows it now. */
export interface Origin extends OriginRef {
  author: Account;
  /** The App that wrote it, if one did; GitHub tells that of comments alone. */
  appId: number | null;
  createdAt: string;
  edited: boolean;
  body: string;
  /** Whether it still asks: a review that was dismissed requests nothing any more. */
  stands: boolean;
}

/** Reads what asked on an issue or pull request. Out: null when it is gone, or stands somewhere else. */
export async function originOf(github: GitHub, on: number, { kind, id }: OriginRef): Promise<Origin | null> {
  switch (kind) {
    case "comment": {
      const comment = await github.comment(id);
      if (comment === null || comment.issue !== on) return null;
      const { author, appId, createdAt, updatedAt, body } = comment;
      return { kind, id, author, appId, createdAt, edited: updatedAt !== createdAt, body, stands: true };
    }
    case "review": {
      const review = await github.review(on, id);
      if (review === null) return null;
      const { person, submittedAt, editedAt, body, state } = review;
      const stands = state === "changes_requested";
      return { kind, id, author: person, appId: null, createdAt: submittedAt, edited: editedAt !== null, body, stands };
    }
  }
}
