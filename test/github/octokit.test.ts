import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AirlockError } from "../../src/errors.ts";
import { outcomeUnknown } from "../../src/github/failure.ts";
import { account, client, commentAnswer, fakePatience, hub, pullAnswer, sha } from "./mocked.ts";
import { ours } from "../../src/text/outgoing.ts";

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.abortPendingRequests();
  nock.cleanAll();
  nock.enableNetConnect();
});

const issue = {
  number: 3,
  title: "Bug",
  body: null,
  state: "open",
  locked: false,
  user: account,
  created_at: "2026-11-20T10:00:00Z",
};

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

  test("a symlink, a folder and a followed link are no file; a plain file and an absent one are", async () => {
    const path = "/repos/octo/demo/contents/.github%2Fairlock.toml";
    const ask = (answer: nock.Body, status = 200) => {
      hub()
        .get(path)
        .query({ ref: sha("a") })
        .reply(status, answer);
      return client().file(".github/airlock.toml", sha("a"));
    };
    await expect(ask({ type: "symlink", sha: sha("1"), target: "x" })).rejects.toMatchObject({
      code: "github-unreadable",
    });
    await expect(ask([{ type: "file" }])).rejects.toMatchObject({ code: "github-unreadable" });
    await expect(ask({ type: "file", encoding: "base64", content: "aGVsbG8K", sha: sha("1") })).rejects.toMatchObject({
      code: "github-unreadable",
    });
    const sound = {
      type: "file",
      encoding: "base64",
      content: "aGVsbG8K",
      sha: "ce013625030ba8dba906f756967f9e9ca394464a",
    };
    expect((await ask(sound))?.toString()).toBe("hello\n");
    expect(await ask({ message: "Not Found" }, 404)).toBeNull();
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

describe("pull requests", () => {
  test("only those from this very branch of this repository", async () => {
    const elsewhere = { head: { ref: "airlock/3-1", sha: sha("a"), repo: { id: 2 } } };
    const answers = [
      pullAnswer(1),
      pullAnswer(2, elsewhere),
      pullAnswer(3, { head: { ref: "main", sha: sha("a"), repo: { id: 1 } } }),
    ];
    hub()
      .get("/repos/octo/demo/pulls")
      .query({ head: "octo:airlock/3-1", state: "all", per_page: 100, page: 1 })
      .reply(200, answers);
    expect((await client().pullsFrom("airlock/3-1")).map(({ number }) => number)).toEqual([1]);
  });

  test("a create whose answer is lost is tried once and its outcome is unknown", async () => {
    const scope = hub().post("/repos/octo/demo/pulls").reply(502);
    const pull = { title: ours`t`, body: ours`b`, head: "airlock/3-1", base: "main", draft: false };
    const thrown = await client()
      .createPull(pull)
      .catch((error: unknown) => error);
    expect(outcomeUnknown(thrown)).toBe(true);
    expect(scope.isDone()).toBe(true);
    hub().post("/repos/octo/demo/pulls").reply(422, { message: "Validation Failed" });
    expect(
      outcomeUnknown(
        await client()
          .createPull(pull)
          .catch((error: unknown) => error),
      ),
    ).toBe(false);
  });

  test("labels that are missing are made; what GitHub refuses is told", async () => {
    const label = (name: string) => ({ name, color: "2da44e", description: "d" });
    hub().get("/repos/octo/demo/labels/risk%3Alow").reply(404, {});
    hub().post("/repos/octo/demo/labels", label("risk:low")).reply(201, {});
    hub().get("/repos/octo/demo/labels/odd").reply(404, {});
    hub().post("/repos/octo/demo/labels", label("odd")).reply(403, { message: "Resource not accessible" });
    hub()
      .post("/repos/octo/demo/issues/9/labels", { labels: ["risk:low"] })
      .reply(200, []);
    expect(await client().addLabels(9, [label("risk:low"), label("odd")])).toEqual([
      "GitHub refused to create the label odd: Resource not accessible",
    ]);
  });

  test("one impossible reviewer does not lose the others", async () => {
    const path = "/repos/octo/demo/pulls/9/requested_reviewers";
    const no = { message: "Reviews may only be requested from collaborators." };
    hub()
      .post(path, { reviewers: ["mona", "ghost"], team_reviewers: [] })
      .reply(422, no);
    hub()
      .post(path, { reviewers: ["mona"], team_reviewers: [] })
      .reply(201, {});
    hub()
      .post(path, { reviewers: ["ghost"], team_reviewers: [] })
      .reply(422, no);
    expect(await client().requestReviewers(9, ["mona", "ghost"], [])).toEqual([
      "GitHub refused the reviewer ghost: Reviews may only be requested from collaborators.",
    ]);
  });
});

describe("runs and artifacts", () => {
  const dispatches = "/repos/octo/demo/actions/workflows/airlock.yml/dispatches";
  const inputs = { verb: "fix" };

  test("a dispatch gives the run's id where GitHub tells it", async () => {
    hub().post(dispatches, { ref: "main", inputs, return_run_details: true }).reply(200, { workflow_run_id: 77 });
    expect(await client().dispatch("airlock.yml", "main", inputs)).toEqual({ run: 77 });
    hub().post(dispatches).reply(204);
    expect(await client().dispatch("airlock.yml", "main", inputs)).toEqual({ run: null });
  });

  test("a download above the limit is refused, within it is read, and an expired one is null", async () => {
    const path = "/repos/octo/demo/actions/artifacts/4/zip";
    const bytes = Buffer.alloc(1000, 7);
    const zip = { "content-type": "application/zip" };
    hub().get(path).reply(200, bytes, zip);
    await expect(client().artifact(4, 999)).rejects.toMatchObject({ code: "github-unreadable", message: /999 bytes/ });
    hub().get(path).reply(302, "", { location: "https://blobs.test/4" });
    nock("https://blobs.test", { badheaders: ["authorization"] })
      .get("/4")
      .reply(200, bytes, zip);
    expect(await client().artifact(4, 1000)).toEqual(bytes);
    hub().get(path).reply(410, { message: "Artifact has expired" });
    expect(await client().artifact(4, 1000)).toBeNull();
  });
});

describe("an issue", () => {
  const edited = {
    lastEditedAt: "2026-11-20T11:00:00Z",
    timelineItems: { nodes: [{ createdAt: "2026-11-20T12:00:00Z" }] },
  };

  test("carries when its body and its title were changed", async () => {
    hub().get("/repos/octo/demo/issues/3").reply(200, issue);
    hub()
      .post("/graphql")
      .reply(200, { data: { repository: { subject: edited } } });
    expect(await client().issue(3)).toEqual({
      number: 3,
      title: "Bug",
      body: "",
      state: "open",
      locked: false,
      isPull: false,
      author: account,
      createdAt: "2026-11-20T10:00:00Z",
      editedAt: "2026-11-20T11:00:00Z",
      renamedAt: "2026-11-20T12:00:00Z",
    });
  });

  test.each([
    ["errors", { errors: [{ message: "Something went wrong", type: "INTERNAL" }], data: null }, "github-failed"],
    [
      "a missing permission",
      { errors: [{ message: "Resource not accessible", type: "FORBIDDEN" }], data: null },
      "github-forbidden",
    ],
    ["no subject", { data: { repository: null } }, "github-unreadable"],
  ])("is unreadable when GraphQL answers %s", async (_title, answer, code) => {
    hub().get("/repos/octo/demo/issues/3").reply(200, issue);
    hub().persist().post("/graphql").reply(200, answer);
    await expect(client().issue(3)).rejects.toMatchObject({ code });
  });

  test("that was moved is not the one asked for", async () => {
    hub()
      .get("/repos/octo/demo/issues/3")
      .reply(200, { ...issue, number: 12 });
    await expect(client().issue(3)).rejects.toMatchObject({ code: "github-unreadable" });
  });
});

describe("check runs", () => {
  test("only our App's are listed", async () => {
    const check = (id: number, app: number) => ({
      id,
      external_id: `run:${id}:1`,
      status: "completed",
      app: { id: app },
    });
    hub()
      .get(`/repos/octo/demo/commits/${sha("a")}/check-runs`)
      .query(true)
      .reply(200, { check_runs: [check(1, 7), check(2, 8)] });
    expect(await client().checks(sha("a"), "airlock")).toEqual([
      { id: 1, externalId: "run:1:1", status: "completed", appId: 7 },
    ]);
  });
});
