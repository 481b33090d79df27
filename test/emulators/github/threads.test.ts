import { expect, test } from "vitest";
import { browse, call, mint, stage } from "./harness.ts";
import type { Anything, Stage } from "./harness.ts";
import { threadId } from "./graphql-threads.ts";

const repo = "/repos/acme/toy";

async function reviewed(): Promise<Stage & { pull: number; first: number; review: number }> {
  const on = await stage();
  const { repository } = on;
  await repository.push("mara", "work", { path: "src/sum.ts", text: "export const sum = 2;\nexport const two = 2;\n" });
  const pull = await repository.openPull("mara", { head: "work", base: "main" });
  repository.setRole("sam", "write");
  const comments = [
    { path: "src/sum.ts", line: 1, body: "Why two?" },
    { path: "src/sum.ts", line: 2, body: "Drop this." },
  ];
  const review = await repository.reviewWith("sam", pull, {
    event: "REQUEST_CHANGES",
    body: "Please **change**",
    comments,
  });
  return { ...on, pull, review, first: repository.threadsOf(pull)[0]!.comments[0]!.id };
}

test("A review, its threads and an answer are read and written over REST, and every answer fits GitHub's schema", async () => {
  const on = await reviewed();
  const { hub, pull, first, review } = on;
  const token = await mint(on);
  const one = `${repo}/pulls/${pull}`;
  const shown = await call(hub, token, `GET ${one}/reviews/${review}`);
  expect(shown.json).toMatchObject({ id: review, body: "Please **change**", state: "CHANGES_REQUESTED" });
  const answer = await call(hub, token, `POST ${one}/comments/${first}/replies`, { body: "Done" });
  expect([answer.status, answer.json.in_reply_to_id, answer.json.user.login]).toEqual([201, first, "airlock[bot]"]);
  expect((await call(hub, token, `GET ${repo}/pulls/comments/${first}`)).json).toMatchObject({
    line: 1,
    body: "Why two?",
  });
  const begun = { body: "And?", path: "src/sum.ts", line: 1, commit_id: shown.json.commit_id };
  expect((await call(hub, token, `POST ${one}/comments`, begun)).status).toBe(201);
  const listed = await call(hub, token, `GET ${one}/comments`);
  expect(listed.json.map(({ body }: Anything) => body)).toEqual(["Why two?", "Drop this.", "Done", "And?"]);
  expect((await call(hub, token, `GET ${one}`)).json.review_comments).toBe(4);
  expect(hub.violations).toEqual([]);
});

test("Only the first comment of a thread can be answered, and only a line that is there can be commented on", async () => {
  const on = await reviewed();
  const { hub, repository, pull, first } = on;
  const token = await mint(on);
  const answer = await repository.replyInThread("mara", pull, first, "Because.");
  const replies = `POST ${repo}/pulls/${pull}/comments/${answer}/replies`;
  expect((await call(hub, token, replies, { body: "x" })).status).toBe(404);
  expect((await call(hub, token, `GET ${repo}/pulls/${pull}/reviews/1`)).status).toBe(404);
  const beside = { body: "x", path: "src/sum.ts", line: 99, commit_id: "a".repeat(40) };
  expect((await call(hub, token, `POST ${repo}/pulls/${pull}/comments`, beside)).status).toBe(422);
});

const threadsQuery = `query($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) { pullRequest(number: $number) {
  reviewThreads(first: 10) { nodes { isResolved isOutdated path line comments(first: 10) { nodes { fullDatabaseId body lastEditedAt author { login } } } } } } } }`;

test("GraphQL shows which threads are resolved, outdated and edited", async () => {
  const on = await reviewed();
  const { hub, repository, pull, first } = on;
  await repository.push("mara", "work", { path: "src/sum.ts", text: "export const sum = 2;\n" });
  repository.editThreadComment(pull, first, "Why two, really?");
  repository.resolve("sam", pull, first);
  const asked = { query: threadsQuery, variables: { owner: "acme", repo: "toy", number: pull } };
  const { json } = await call(hub, await mint(on), "POST /graphql", asked);
  expect(json.data.repository.pullRequest.reviewThreads.nodes).toEqual([
    {
      isResolved: true,
      isOutdated: false,
      path: "src/sum.ts",
      line: 1,
      comments: {
        nodes: [
          {
            fullDatabaseId: String(first),
            body: "Why two, really?",
            lastEditedAt: expect.any(String),
            author: { login: "sam" },
          },
        ],
      },
    },
    expect.objectContaining({ isResolved: false, isOutdated: true, line: null }),
  ]);
  expect(hub.violations).toEqual([]);
});

test("A machine resolves a thread only where it may write the pull request and its branch", async () => {
  const { hub, repository, pull, first } = await reviewed();
  const thread = threadId(repository.threadsOf(pull)[0]!);
  const query = "mutation($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { isResolved } } }";
  const resolve = async (by: string, id: string): Promise<unknown> => {
    const { json } = await call(hub, by, "POST /graphql", { query, variables: { id } });
    return json.errors?.[0].type ?? json.data.resolveReviewThread;
  };
  const poor = hub.jobToken(repository, { pull_requests: "write" });
  expect(await resolve(poor, thread)).toBe("FORBIDDEN");
  const job = hub.jobToken(repository, { contents: "write", pull_requests: "write" });
  expect(await resolve(job, "PRRT_none")).toBe("NOT_FOUND");
  expect(await resolve(job, thread)).toEqual({ thread: { isResolved: true } });
  expect(repository.threadsOf(pull)[0]).toMatchObject({ resolvedBy: { login: "github-actions[bot]" } });
  expect(repository.threadsOf(pull)[0]!.comments[0]!.id).toBe(first);
});

test("The page of a pull request shows reviews and threads", async () => {
  const { hub, repository, pull, first } = await reviewed();
  await repository.replyInThread("mara", pull, first, "Because `two`.");
  repository.resolve("sam", pull, first);
  const { text } = await browse(hub, `GET /acme/toy/pull/${pull}`);
  for (const part of [
    "requested changes",
    "<strong>change</strong>",
    "src/sum.ts:1",
    "resolved",
    "Because <code>two</code>.",
  ])
    expect({ part, shown: text.includes(part) }).toEqual({ part, shown: true });
});
