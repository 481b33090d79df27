import type nock from "nock";
import { describe, expect, test } from "vitest";
import { AirlockError } from "../../src/errors.ts";
import { ours } from "../../src/text/outgoing.ts";
import { account, client, commentAnswer, hub, onlyMocked, sha } from "./mocked.ts";
import { fakePatience } from "./ports.ts";

onlyMocked();

describe("what a failed read becomes", () => {
  const table: [string, number, nock.Body, Record<string, string>, { code: string; fix: RegExp }][] = [
    ["401", 401, { message: "Bad credentials" }, {}, { code: "github-forbidden", fix: /token is not valid/ }],
    [
      "403 without a permission",
      403,
      { message: "Resource not accessible by integration" },
      { "x-accepted-github-permissions": "issues=read" },
      { code: "github-forbidden", fix: /permission issues=read/ },
    ],
    [
      "403 at a limit that ends too late",
      403,
      { message: "API rate limit exceeded" },
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4000000000" },
      { code: "github-failed", fix: /rate limit resets/ },
    ],
    ["404 for a list", 404, { message: "Not Found" }, {}, { code: "github-failed", fix: /still exists/ }],
    ["422", 422, { message: "Validation Failed" }, {}, { code: "github-failed", fix: /refused these values/ }],
    ["500, four times", 500, { message: "Server Error" }, {}, { code: "github-failed", fix: /githubstatus/ }],
    [
      "an HTML page with status 200",
      200,
      "<html>login</html>",
      { "content-type": "text/html" },
      { code: "github-unreadable", fix: /changes answers/ },
    ],
    ["JSON of another shape", 200, [{ id: "x" }], {}, { code: "github-unreadable", fix: /changed its API/ }],
    [
      "an object where a list belongs",
      200,
      { message: "moved" },
      {},
      { code: "github-unreadable", fix: /changed its API/ },
    ],
  ];
  test.each(table)("%s", async (...[, status, body, headers, { code, fix }]) => {
    hub().persist().get("/repos/octo/demo/issues/3/comments").query(true).reply(status, body, headers);
    const thrown = await client()
      .comments(3)
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(AirlockError);
    expect(thrown).toMatchObject({ code, fix: expect.stringMatching(fix) });
  });

  test("a disturbance that passes is not seen", async () => {
    const patience = fakePatience();
    hub().get("/repos/octo/demo/issues/comments/8").reply(502, "<html>unicorn</html>");
    hub().get("/repos/octo/demo/issues/comments/8").reply(200, commentAnswer(8));
    expect(await client(patience).comment(8)).toEqual({
      id: 8,
      issue: 3,
      body: "comment 8",
      author: account,
      appId: null,
      createdAt: "2026-11-20T10:00:00Z",
      updatedAt: "2026-11-20T10:00:00Z",
      url: "https://github.test/octo/demo/issues/3#issuecomment-8",
    });
    expect(patience.slept).toEqual([500]);
  });

  test("the token stands in no error", async () => {
    hub().get("/repos/octo/demo").reply(401, { message: "Bad credentials" });
    const thrown = await client()
      .repository()
      .catch((error: unknown) => error);
    expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toContain("t0k3n");
  });
});

describe("what is absent", () => {
  test.each([404, 410])("%i for one thing is null", async (status) => {
    hub().get("/repos/octo/demo/issues/comments/8").reply(status, { message: "gone" });
    expect(await client().comment(8)).toBeNull();
  });

  test("an unknown login has no role", async () => {
    hub().get("/repos/octo/demo/collaborators/nobody/permission").reply(404, { message: "nobody is not a user" });
    expect(await client().role("nobody")).toEqual({ role: "none", user: null });
  });
});

describe("the role", () => {
  test.each([
    [{ permission: "write", role_name: "maintain" }, "maintain"],
    [{ permission: "read", role_name: "triage" }, "triage"],
    [{ permission: "write", role_name: "release-captain" }, "write"],
    [{ permission: "none", role_name: "" }, "none"],
    [{ permission: "admin" }, "admin"],
  ])("%j is %s", async (answer, role) => {
    hub()
      .get("/repos/octo/demo/collaborators/mona/permission")
      .reply(200, { ...answer, user: account });
    expect(await client().role("mona")).toEqual({ role, user: account });
  });

  test("a server error is no role at all", async () => {
    hub().persist().get("/repos/octo/demo/collaborators/mona/permission").reply(500);
    await expect(client().role("mona")).rejects.toMatchObject({ code: "github-failed" });
  });
});

describe("lists", () => {
  const page = (from: number, length: number) => Array.from({ length }, (_, index) => commentAnswer(from + index));

  test("every page is read, with or without a Link header", async () => {
    const path = "/repos/octo/demo/issues/3/comments";
    hub().get(path).query({ per_page: 100, page: 1 }).reply(200, page(1, 100));
    hub().get(path).query({ per_page: 100, page: 2 }).reply(200, page(101, 30), { link: '<x>; rel="next"' });
    hub().get(path).query({ per_page: 100, page: 3 }).reply(200, page(131, 1));
    const found = await client().comments(3);
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 131 }, (_, index) => index + 1));
  });

  test("a list that repeats a page is refused", async () => {
    hub()
      .persist()
      .get("/repos/octo/demo/issues/3/comments")
      .query(true)
      .reply(200, page(1, 100), { link: '<x>; rel="next"' });
    await expect(client().comments(3)).rejects.toMatchObject({
      code: "github-unreadable",
      message: /page 2 repeats page 1/,
    });
  });

  test("a list that fails on its second page is no list", async () => {
    const path = "/repos/octo/demo/issues/3/comments";
    hub().get(path).query({ per_page: 100, page: 1 }).reply(200, page(1, 100));
    hub().persist().get(path).query({ per_page: 100, page: 2 }).reply(503);
    await expect(client().comments(3)).rejects.toMatchObject({ code: "github-failed" });
  });
});

describe("git objects", () => {
  test("a tree that GitHub cut is refused; its twin is read", async () => {
    const tree = [
      { type: "tree", path: "src", mode: "040000", sha: sha("1") },
      { type: "blob", path: "src/a.ts", mode: "100644", sha: sha("2") },
      { type: "commit", path: "sub", mode: "160000", sha: sha("3") },
    ];
    hub()
      .get(`/repos/octo/demo/git/trees/${sha("a")}`)
      .query(true)
      .reply(200, { truncated: true, tree });
    await expect(client().tree(sha("a"))).rejects.toMatchObject({ code: "github-unreadable", message: /cut the list/ });
    hub()
      .get(`/repos/octo/demo/git/trees/${sha("a")}`)
      .query(true)
      .reply(200, { truncated: false, tree });
    expect(await client().tree(sha("a"))).toEqual([
      { path: "src/a.ts", mode: "100644", sha: sha("2") },
      { path: "sub", mode: "160000", sha: sha("3") },
    ]);
  });

  test("bytes that do not hash to the name asked for are refused; their twin is read", async () => {
    const name = "ce013625030ba8dba906f756967f9e9ca394464a";
    const path = `/repos/octo/demo/git/blobs/${name}`;
    hub()
      .get(path)
      .reply(200, { encoding: "base64", content: Buffer.from("hellO\n").toString("base64") });
    await expect(client().blob(name)).rejects.toMatchObject({ code: "github-unreadable" });
    hub().get(path).reply(200, { encoding: "base64", content: "aGVs\nbG8K\n" });
    expect((await client().blob(name)).toString()).toBe("hello\n");
  });

  test("branches are asked for by how their name begins", async () => {
    hub()
      .get("/repos/octo/demo/git/matching-refs/heads%2Fairlock%2F3-")
      .reply(200, [{ ref: "refs/heads/airlock/3-2", object: { type: "commit", sha: sha("a") } }]);
    expect(await client().branches("airlock/3-")).toEqual([{ name: "airlock/3-2", head: sha("a") }]);
    hub()
      .get("/repos/octo/demo/git/matching-refs/heads%2Fairlock%2F3-")
      .reply(200, [{ ref: "refs/tags/airlock/3-2", object: { type: "commit", sha: sha("a") } }]);
    await expect(client().branches("airlock/3-")).rejects.toMatchObject({ code: "github-unreadable" });
  });

  test("a branch that exists is said, not overwritten; another 422 is an error", async () => {
    const path = "/repos/octo/demo/git/refs";
    hub().post(path).reply(422, { message: "Reference already exists" });
    expect(await client().createBranch("airlock/3-1", sha("a"))).toBe("exists");
    hub().post(path).reply(422, { message: "Object does not exist" });
    await expect(client().createBranch("airlock/3-1", sha("a"))).rejects.toMatchObject({ code: "github-failed" });
    hub()
      .post(path, { ref: "refs/heads/airlock/3-1", sha: sha("a") })
      .reply(201, { object: { type: "commit", sha: sha("a") } });
    expect(await client().createBranch("airlock/3-1", sha("a"))).toBe("created");
  });

  test("a commit names no author, so that GitHub signs it", async () => {
    const parents = [sha("b")];
    const answer = {
      sha: sha("c"),
      message: "m",
      tree: { sha: sha("a") },
      parents: [{ sha: sha("b") }],
      verification: { verified: true },
    };
    hub()
      .post("/repos/octo/demo/git/commits", { message: "m", tree: sha("a"), parents })
      .reply(201, answer);
    expect(await client().createCommit({ message: ours`m`, tree: sha("a"), parents })).toEqual({
      sha: sha("c"),
      verified: true,
    });
  });
});
