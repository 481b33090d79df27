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
    deleteComment: async (id) => {
      stored.splice(
        stored.findIndex((one) => one.id === id),
        1,
      );
    },
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

const status = (state: StatusState) => ({
  verb: "fix",
  requester: "mona",
  origin: { kind: "comment" as const, id: 500 },
  run: null,
  state,
});
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

test("a state that is no longer so when its turn comes is not written", async () => {
  const { github, stored } = slowIssue();
  const board = statusBoard(7);
  let ended = false;
  const stillSo = async () => !ended;
  await board.show(github, 3, status({ kind: "running" }), { stillSo });
  expect(stored[0]?.body).toContain("**Running.**");
  const first = board.show(github, 3, status(end));
  ended = true;
  await Promise.all([first, board.show(github, 3, status({ kind: "running" }), { stillSo })]);
  expect(stored.map(({ body }) => body)).toEqual([expect.stringContaining("**Finished.** End.")]);
});

test("a first word that may be wrong replaces nothing", async () => {
  const { github, stored } = slowIssue();
  const board = statusBoard(7);
  const failed: StatusState = { kind: "failed", headline: ours`Not started.`, details: [], next: ours`` };
  await board.show(github, 3, status({ kind: "running" }));
  await board.show(github, 3, status(failed), { onlyFirst: true });
  expect(stored.map(({ body }) => body)).toEqual([expect.stringContaining("**Running.**")]);
});

test("two servers leave one comment, the older, with the later state", async () => {
  const { github, stored } = slowIssue();
  const [one, two] = [statusBoard(7), statusBoard(7)];
  await Promise.all([one.show(github, 3, status({ kind: "running" })), two.show(github, 3, status(end))]);
  expect(stored.map(({ id, body }) => [id, body.includes("End.")])).toEqual([[1, true]]);
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
