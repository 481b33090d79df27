import { describe, expect, test } from "vitest";
import { account, client, hub, onlyMocked, pullAnswer, sha } from "./mocked.ts";

onlyMocked();

const repo = "/repos/octo/demo";
const mona = { id: 5, login: "mona", type: "User" };
const reviewAnswer = (more: object = {}) => ({
  id: 1,
  user: account,
  state: "APPROVED",
  commit_id: sha("a"),
  submitted_at: "2026-11-20T10:00:00Z",
  ...more,
});
const commitAnswer = (more: object = {}) => ({
  sha: sha("a"),
  commit: { message: "Fix", author: { email: "a@x.test" }, committer: { email: "noreply@github.com" } },
  author: account,
  committer: null,
  ...more,
});

describe("reviews", () => {
  test("are read with who, what, on which head and when; a gone author is a ghost", async () => {
    hub()
      .get(`${repo}/pulls/3/reviews`)
      .query(true)
      .reply(200, [reviewAnswer(), reviewAnswer({ id: 2, user: null, state: "CHANGES_REQUESTED", commit_id: null })]);
    const submittedAt = "2026-11-20T10:00:00Z";
    expect(await client().reviews(3)).toEqual([
      { id: 1, person: mona, state: "approved", commit: sha("a"), submittedAt },
      {
        id: 2,
        person: { id: 0, login: "ghost", type: "Mannequin" },
        state: "changes_requested",
        commit: null,
        submittedAt,
      },
    ]);
  });

  test.each([
    ["a state that GitHub does not have yet", reviewAnswer({ state: "BLESSED" })],
    ["a reviewer without an id", reviewAnswer({ user: { login: "mona" } })],
    ["a head that is none", reviewAnswer({ commit_id: "main" })],
  ])("with %s are unreadable, not fewer", async (_title, answer) => {
    hub().get(`${repo}/pulls/3/reviews`).query(true).reply(200, [reviewAnswer(), answer]);
    await expect(client().reviews(3)).rejects.toMatchObject({ code: "github-unreadable" });
  });
});

describe("the people of commits", () => {
  test("have an account only where GitHub knows the address", async () => {
    hub()
      .get(`${repo}/pulls/3/commits`)
      .query(true)
      .reply(200, [commitAnswer(), commitAnswer({ sha: sha("b"), author: {}, committer: account })]);
    expect(await client().commitPeople(3)).toEqual([
      {
        sha: sha("a"),
        message: "Fix",
        author: { account: mona, email: "a@x.test" },
        committer: { account: null, email: "noreply@github.com" },
      },
      {
        sha: sha("b"),
        message: "Fix",
        author: { account: null, email: "a@x.test" },
        committer: { account: mona, email: "noreply@github.com" },
      },
    ]);
  });

  test("are unreadable where GitHub cuts the list: somebody could be missing", async () => {
    const page = (first: number, count: number) =>
      Array.from({ length: count }, (_, at) => commitAnswer({ sha: (first + at).toString(16).padStart(40, "0") }));
    for (const [at, items] of [page(1, 100), page(101, 100), page(201, 50)].entries())
      hub()
        .get(`${repo}/pulls/3/commits`)
        .query({ per_page: 100, page: at + 1 })
        .reply(200, items);
    await expect(client().commitPeople(3)).rejects.toMatchObject({ code: "github-unreadable" });
  });
});

test("of the pull requests that contain a commit only those count whose head it is", async () => {
  const other = { ref: "x", sha: sha("c"), repo: { id: 1 } };
  hub()
    .get(`${repo}/commits/${sha("a")}/pulls`)
    .query(true)
    .reply(200, [pullAnswer(1), pullAnswer(2, { head: other })]);
  expect((await client().pullsAt(sha("a"))).map(({ number }) => number)).toEqual([1]);
});

describe("a merge queue", () => {
  const answer = (mergeQueue: object | null) =>
    hub()
      .post("/graphql")
      .reply(200, { data: { repository: { mergeQueue } } });
  const entry = (position: number, number: number) => ({ position, pullRequest: { number } });

  test("is read in line", async () => {
    answer({ entries: { nodes: [entry(2, 8), entry(1, 5)], pageInfo: { hasNextPage: false } } });
    expect(await client().mergeQueue("main")).toEqual([5, 8]);
  });

  test("is null where the branch has none", async () => {
    answer(null);
    expect(await client().mergeQueue("main")).toBeNull();
  });

  test("that is longer than one page is unreadable", async () => {
    answer({ entries: { nodes: [entry(1, 5)], pageInfo: { hasNextPage: true } } });
    await expect(client().mergeQueue("main")).rejects.toMatchObject({ code: "github-unreadable" });
  });

  test("that the App may not read is forbidden", async () => {
    hub()
      .persist()
      .post("/graphql")
      .reply(200, { data: null, errors: [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }] });
    await expect(client().mergeQueue("main")).rejects.toMatchObject({ code: "github-forbidden" });
  });
});
