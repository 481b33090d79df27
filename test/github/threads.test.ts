import { describe, expect, test } from "vitest";
import type { Outgoing } from "../../src/text/outgoing.ts";
import { client, hub, onlyMocked, pullAnswer, sha } from "./mocked.ts";

onlyMocked();

const repo = "/repos/octo/demo";
const at = "2026-11-20T10:00:00Z";
const mona = { id: 5, login: "mona", type: "User" };
const pageInfo = { hasNextPage: false, endCursor: null };
const commentNode = (id: number, more: object = {}) => ({
  fullDatabaseId: `${id}`,
  body: `comment ${id}`,
  createdAt: at,
  lastEditedAt: null,
  author: { __typename: "User", login: "mona", databaseId: 5 },
  ...more,
});
const threadNode = (id: string, comments: object[], more: object = {}) => ({
  id,
  isResolved: false,
  isOutdated: false,
  path: "src/a.ts",
  line: 3,
  comments: { nodes: comments, pageInfo },
  ...more,
});
const answers = (...pages: object[]) => {
  for (const page of pages) hub().post("/graphql").reply(200, { data: page });
};
const threadPage = (nodes: object[], info: object = pageInfo) => ({
  repository: { pullRequest: { reviewThreads: { nodes, pageInfo: info } } },
});
const next = (endCursor: string | null) => ({ hasNextPage: true, endCursor });
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is sent is compared, not shown
const outgoing = (text: string): Outgoing => text as Outgoing;

describe("the threads of a pull request", () => {
  test("are read over all pages, with all comments of a long one, oldest first", async () => {
    answers(
      threadPage([threadNode("T2", [commentNode(8)], { line: null, isOutdated: true })], next("one")),
      threadPage([threadNode("T1", [commentNode(2)], { comments: { nodes: [commentNode(2)], pageInfo: next("c") } })]),
      { node: { comments: { nodes: [commentNode(2)], pageInfo: next("d") } } },
      { node: { comments: { nodes: [commentNode(4, { lastEditedAt: at })], pageInfo } } },
    );
    const comment = { author: mona, createdAt: at, editedAt: null };
    expect(await client().reviewThreads(3)).toEqual([
      {
        id: "T1",
        isResolved: false,
        isOutdated: false,
        path: "src/a.ts",
        line: 3,
        comments: [
          { ...comment, id: 2, body: "comment 2" },
          { ...comment, id: 4, body: "comment 4", editedAt: at },
        ],
      },
      {
        id: "T2",
        isResolved: false,
        isOutdated: true,
        path: "src/a.ts",
        line: null,
        comments: [{ ...comment, id: 8, body: "comment 8" }],
      },
    ]);
  });

  test("know a bot by the name and the id that REST gives it, and a gone account as a ghost", async () => {
    const bot = { __typename: "Bot", login: "github-actions", databaseId: 41_898_282 };
    const enterprise = { __typename: "EnterpriseUserAccount", login: "mona_corp" };
    const authors = [bot, null, enterprise].map((author, id) => commentNode(id + 1, { author }));
    answers(threadPage([threadNode("T1", authors)]));
    const [thread] = await client().reviewThreads(3);
    const ghost = { id: 0, login: "ghost", type: "Mannequin" };
    expect(thread?.comments.map(({ author }) => author)).toEqual([
      { id: 41_898_282, login: "github-actions[bot]", type: "Bot" },
      ghost,
      ghost,
    ]);
  });

  test.each([
    ["that do not go on", threadPage([], next(null))],
    ["with a comment without an id", threadPage([threadNode("T1", [commentNode(1, { fullDatabaseId: null })])])],
    [
      "with an id that is no number here",
      threadPage([threadNode("T1", [commentNode(1, { fullDatabaseId: "9".repeat(16) })])]),
    ],
    ["of nothing", { repository: { pullRequest: null } }],
  ])("%s are unreadable, not fewer", async (_title, page) => {
    answers(page);
    await expect(client().reviewThreads(3)).rejects.toMatchObject({ code: "github-unreadable" });
  });
});

describe("a review by its id", () => {
  const review = {
    id: 9,
    node_id: "R9",
    user: mona,
    state: "CHANGES_REQUESTED",
    commit_id: sha("a"),
    submitted_at: at,
    body: "No",
  };

  test("has its text, and GraphQL says whether that was edited", async () => {
    hub().get(`${repo}/pulls/3/reviews/9`).reply(200, review);
    answers({ node: { lastEditedAt: at } });
    expect(await client().review(3, 9)).toEqual({
      id: 9,
      person: mona,
      state: "changes_requested",
      commit: sha("a"),
      submittedAt: at,
      body: "No",
      editedAt: at,
    });
  });

  test("is null where this pull request has none", async () => {
    hub().get(`${repo}/pulls/3/reviews/9`).reply(404, { message: "Not Found" });
    expect(await client().review(3, 9)).toBeNull();
  });

  test("that GraphQL does not know is unreadable: an edit could be hidden", async () => {
    hub().get(`${repo}/pulls/3/reviews/9`).reply(200, review);
    answers({ node: null });
    await expect(client().review(3, 9)).rejects.toMatchObject({ code: "github-unreadable" });
  });
});

test("an answer goes into the thread of the comment", async () => {
  hub().post(`${repo}/pulls/3/comments/8/replies`, { body: "Done" }).reply(201, { id: 12 });
  expect(await client().replyInThread(3, 8, outgoing("Done"))).toBe(12);
});

describe("resolving a thread", () => {
  test("is done, or GitHub's words say why not", async () => {
    answers({ resolveReviewThread: { thread: { isResolved: true } } });
    expect(await client().resolveThread("T1")).toBeNull();
    const errors = [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }];
    hub().persist().post("/graphql").reply(200, { data: null, errors });
    expect(await client().resolveThread("T1")).toContain("Resource not accessible by integration");
  });

  test("is an error where nobody knows whether it happened", async () => {
    hub()
      .persist()
      .post("/graphql")
      .reply(200, { data: null, errors: [{ message: "Something went wrong" }] });
    await expect(client().resolveThread("T1")).rejects.toMatchObject({ code: "github-failed" });
  });
});

test("of a pull request only what is named is changed", async () => {
  hub()
    .patch(`${repo}/pulls/3`, { body: "new" })
    .reply(200, pullAnswer(3, { body: "new" }));
  expect(await client().updatePull(3, { body: outgoing("new") })).toMatchObject({ number: 3, body: "new" });
});

describe("moving a branch", () => {
  const route = `${repo}/git/refs/heads%2Fairlock%2F3-1`;
  const asked = { sha: sha("b"), force: false };

  test("is never forced", async () => {
    hub()
      .patch(route, asked)
      .reply(200, { object: { type: "commit", sha: sha("b") } });
    expect(await client().moveBranch("airlock/3-1", sha("b"))).toBe("moved");
  });

  test("says when it would take commits away, and fails for anything else", async () => {
    hub().patch(route, asked).reply(422, { message: "Update is not a fast forward" });
    expect(await client().moveBranch("airlock/3-1", sha("b"))).toBe("not-fast-forward");
    hub().patch(route, asked).reply(422, { message: "Reference does not exist" });
    await expect(client().moveBranch("airlock/3-1", sha("b"))).rejects.toMatchObject({ code: "github-failed" });
  });
});
