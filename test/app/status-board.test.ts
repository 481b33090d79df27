import { expect, test } from "vitest";
import { statusBoard } from "../../src/app/status-board.ts";
import type { Comment } from "../../src/github/github.ts";
import type { StatusState } from "../../src/record/status-comment.ts";
import { ours } from "../../src/text/outgoing.ts";
import { portOver } from "../github/ports.ts";

/** The comments of one issue, with a slow first creation. */
function slowIssue() {
  const stored: Comment[] = [];
  const github = portOver({
    comments: async () => [...stored],
    createComment: async (issue: number, body: string) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      const author = { id: 9, login: "airlock[bot]", type: "Bot" as const };
      const comment = { id: stored.length + 1, issue, body, appId: 7, author, createdAt: "", updatedAt: "", url: "" };
      stored.push(comment);
      return comment;
    },
    updateComment: async (id: number, body: string) => {
      const comment = stored.find((one) => one.id === id);
      if (comment === undefined) throw new Error("no such comment");
      comment.body = body;
      return comment;
    },
  });
  return { github, stored };
}

const status = (state: StatusState) => ({ verb: "fix", requester: "mona", comment: 500, run: null, state });
const end: StatusState = { kind: "finished", headline: ours`End.`, details: [], next: ours`` };

test("an end that overtakes the first word is not doubled, and stays the last word", async () => {
  const { github, stored } = slowIssue();
  const board = statusBoard(7);
  await Promise.all([
    board.show(github, 3, status({ kind: "queued" })),
    board.show(github, 3, status(end)),
    board.show(github, 3, status({ kind: "queued" })),
  ]);
  expect(stored.map(({ body }) => body)).toEqual([expect.stringContaining("**Finished.** End.")]);
});

test("a failed state does not stop the next one", async () => {
  const { github, stored } = slowIssue();
  const broken = portOver({ comments: () => Promise.reject(new Error("no")) });
  const board = statusBoard(7);
  const first = board.show(broken, 3, status({ kind: "queued" }));
  const second = board.show(github, 3, status(end));
  await expect(first).rejects.toThrow("no");
  await second;
  expect(stored).toHaveLength(1);
});
