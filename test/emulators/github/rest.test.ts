import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { call, mint, stage } from "./harness.ts";
import type { Anything } from "./harness.ts";

const repo = "/repos/acme/toy";

test("An App reads and writes a conversation, and every answer fits GitHub's schema", async () => {
  const on = await stage();
  const { hub, repository } = on;
  const token = await mint(on);
  const number = repository.openIssue("sam", "It breaks", "Look at `sum`.");
  const said = await repository.comment("mara", number, "/agent fix");

  for (const line of [
    `GET ${repo}`,
    `GET ${repo}/issues?state=all`,
    `GET ${repo}/issues/${number}`,
    `GET ${repo}/issues/${number}/comments`,
    `GET ${repo}/issues/comments?since=2020-01-01T00:00:00Z&sort=updated&direction=desc`,
    `GET ${repo}/issues/comments/${said}`,
    `GET ${repo}/collaborators/mara/permission`,
    `GET /users/airlock%5Bbot%5D`,
    `GET /apps/airlock`,
    `GET /installation/repositories`,
    `GET /rate_limit`,
    `GET ${repo}/labels`,
    `GET ${repo}/branches`,
    `GET ${repo}/branches/main`,
    `GET ${repo}/commits`,
    `GET ${repo}/commits/main`,
    `GET ${repo}/actions/workflows`,
    `GET ${repo}/actions/workflows/work.yml`,
    `GET ${repo}/actions/runs`,
  ]) {
    expect({ line, status: (await call(hub, token, line)).status }).toEqual({ line, status: 200 });
  }
  const seen = await call(hub, token, `POST ${repo}/issues/comments/${said}/reactions`, { content: "eyes" });
  const again = await call(hub, token, `POST ${repo}/issues/comments/${said}/reactions`, { content: "eyes" });
  expect([seen.status, again.status]).toEqual([201, 200]);
  expect(repository.reactionsOf(said)).toEqual([{ content: "eyes", user: "airlock[bot]" }]);

  const made = await call(hub, token, `POST ${repo}/issues/${number}/comments`, { body: "On it." });
  expect(made.json).toMatchObject({
    user: { login: "airlock[bot]", type: "Bot", id: on.app.botId },
    performed_via_github_app: { id: on.app.id, slug: "airlock" },
  });
  await call(hub, token, `PATCH ${repo}/issues/comments/${made.json.id}`, { body: "Done." });
  expect(repository.issueComments(number).map(({ author, body, edited }) => ({ author, body, edited }))).toEqual([
    { author: "mara", body: "/agent fix", edited: false },
    { author: "airlock[bot]", body: "Done.", edited: true },
  ]);
  expect(
    (await call(hub, token, `POST ${repo}/labels`, { name: "risk:low", color: "0e8a16", description: "low" })).status,
  ).toBe(201);
  expect((await call(hub, token, `POST ${repo}/labels`, { name: "risk:low" })).json.errors[0].code).toBe(
    "already_exists",
  );
  expect((await call(hub, token, `POST ${repo}/issues/${number}/labels`, { labels: ["risk:low", "new"] })).status).toBe(
    200,
  );
  expect(repository.labelsOf(number)).toEqual(["risk:low", "new"]);
  expect((await call(hub, token, `PUT ${repo}/issues/${number}/lock`)).status).toBe(204);
  const refused = await call(hub, token, `POST ${repo}/issues/${number}/comments`, { body: "hello?" });
  expect([refused.status, refused.json.message]).toEqual([403, "Unable to create comment because issue is locked."]);
  expect(hub.violations).toEqual([]);
});

test("The role of an account is GitHub's effective role", async () => {
  const on = await stage();
  const token = await mint(on);
  const roles = ["none", "read", "triage", "write", "maintain", "admin"] as const;
  const seen = [];
  for (const role of roles) {
    on.repository.setRole("sam", role);
    const { json } = await call(on.hub, token, `GET ${repo}/collaborators/sam/permission`);
    seen.push([json.role_name, json.permission]);
  }
  expect(seen).toEqual([
    ["none", "none"],
    ["read", "read"],
    ["triage", "read"],
    ["write", "write"],
    ["maintain", "write"],
    ["admin", "admin"],
  ]);
  expect((await call(on.hub, token, `GET ${repo}/collaborators/nobody/permission`)).status).toBe(404);
});

test("Requests off GitHub's schema are answered 422 and kept as violations", async () => {
  const on = await stage();
  const token = await mint(on);
  const wrong: [string, unknown][] = [
    [`POST ${repo}/issues/1/comments`, { text: "hello" }],
    [`POST ${repo}/pulls`, { title: "x", head: "y" }],
    [`POST ${repo}/check-runs`, { name: "x", head_sha: "y", conclusion: "passed" }],
    [`POST ${repo}/issues/comments/1/reactions`, { content: "eye" }],
    [`GET ${repo}/issues?pages=2`, undefined],
    [`POST ${repo}/pulls/1/requested_reviewers`, { reviewer: ["mara"] }],
    [`POST ${repo}/actions/workflows/work.yml/dispatches`, { ref: "main", return_details: true }],
  ];
  for (const [line, body] of wrong) expect((await call(on.hub, token, line, body)).status).toBe(422);
  expect((await call(on.hub, token, `POST ${repo}/reply`, {})).status).toBe(404);
  expect((await call(on.hub, token, `POST ${repo}/issues`, "{")).status).toBe(400);
  expect(on.hub.violations).toMatchInlineSnapshot(`
    [
      "POST /repos/acme/toy/issues/1/comments: body: must have required property 'body'",
      "POST /repos/acme/toy/issues/1/comments: body: must NOT have additional properties (text)",
      "POST /repos/acme/toy/pulls: body: must have required property 'base'",
      "POST /repos/acme/toy/check-runs: body/conclusion: must be equal to one of the allowed values (["action_required","cancelled","failure","neutral","success","skipped","stale","timed_out"])",
      "POST /repos/acme/toy/issues/comments/1/reactions: body/content: must be equal to one of the allowed values (["+1","-1","laugh","confused","heart","hooray","rocket","eyes"])",
      "GET /repos/acme/toy/issues: parameters: must NOT have additional properties (pages)",
      "POST /repos/acme/toy/pulls/1/requested_reviewers: body: must NOT have additional properties (reviewer)",
      "POST /repos/acme/toy/actions/workflows/work.yml/dispatches: body: must NOT have additional properties (return_details)",
      "POST /repos/acme/toy/reply: the embedded GitHub has no such operation",
      "POST /repos/acme/toy/issues: the body is not JSON",
    ]
  `);
});

test("Lists come in pages with GitHub's Link header", async () => {
  const on = await stage();
  const token = await mint(on);
  const number = on.repository.openIssue("sam", "Long", "");
  for (let at = 0; at < 5; at += 1) await on.repository.comment("sam", number, `comment ${at}`);
  const second = await call(on.hub, token, `GET /api/v3${repo}/issues/${number}/comments?per_page=2&page=2`);
  expect(second.json.map(({ body }: { body: string }) => body)).toEqual(["comment 2", "comment 3"]);
  const rels = [...(second.headers.get("link") ?? "").matchAll(/page=(\d+)>; rel="(\w+)"/g)].map(
    ([, page, rel]) => `${rel}=${page}`,
  );
  expect(rels).toEqual(["prev=1", "first=1", "next=3", "last=3"]);
  expect(second.headers.get("x-ratelimit-remaining")).toBe("4999");
  expect(second.headers.get("x-github-request-id")).toMatch(/^[0-9A-F:]{20,}$/);
});

test("A change becomes blobs, tree, a signed commit, a branch and a pull request", async () => {
  const on = await stage();
  const { hub, repository } = on;
  const token = hub.jobToken(repository, { contents: "write", pull_requests: "write" });
  const [base] = repository.log("main");
  const parent = await call(hub, token, `GET ${repo}/git/commits/${base!.sha}`);
  const bytes = Buffer.from("export const sum = (a: number, b: number) => a + b;\n");
  const blob = await call(hub, token, `POST ${repo}/git/blobs`, {
    content: bytes.toString("base64"),
    encoding: "base64",
  });
  expect(blob.json.sha).toBe(createHash("sha1").update(`blob ${bytes.byteLength}\0`).update(bytes).digest("hex"));
  const tree = await call(hub, token, `POST ${repo}/git/trees`, {
    base_tree: parent.json.tree.sha,
    tree: [
      { path: "src/sum.ts", mode: "100644", type: "blob", sha: blob.json.sha },
      { path: "README.md", mode: "100644", type: "blob", sha: null },
    ],
  });
  expect(tree.status).toBe(201);
  const paths = (await call(hub, token, `GET ${repo}/git/trees/${tree.json.sha}?recursive=1`)).json.tree.map(
    (one: Anything) => one.path,
  );
  expect(paths).toEqual([".github", ".github/workflows", ".github/workflows/work.yml", "src", "src/sum.ts"]);
  const commit = await call(hub, token, `POST ${repo}/git/commits`, {
    message: "Fix\n\nbody",
    tree: tree.json.sha,
    parents: [base!.sha],
  });
  expect(commit.json.verification).toMatchObject({ verified: true, reason: "valid" });
  const ref = { ref: "refs/heads/airlock/1-1", sha: commit.json.sha };
  expect((await call(hub, token, `POST ${repo}/git/refs`, ref)).status).toBe(201);
  const taken = await call(hub, token, `POST ${repo}/git/refs`, ref);
  expect([taken.status, taken.json.message]).toEqual([422, "Reference already exists"]);
  expect(repository.log("airlock/1-1")[0]).toEqual({
    sha: commit.json.sha,
    message: "Fix\n\nbody",
    author: "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>",
    committer: "GitHub <noreply@github.com>",
    verified: true,
  });

  const asked = { title: "Fix sum", body: "See **below**.", head: "airlock/1-1", base: "main", draft: true };
  const pull = await call(hub, token, `POST ${repo}/pulls`, asked);
  expect(pull.json).toMatchObject({
    draft: true,
    changed_files: 2,
    commits: 1,
    user: { id: 41_898_282 },
    head: { sha: commit.json.sha },
  });
  const twice = await call(hub, token, `POST ${repo}/pulls`, asked);
  expect(twice.json.errors[0].message).toBe("A pull request already exists for acme:airlock/1-1.");
  const number = Number(pull.json.number);
  expect((await call(hub, token, `GET ${repo}/pulls?head=acme:airlock/1-1&state=all`)).json).toHaveLength(1);
  expect(
    (await call(hub, token, `GET ${repo}/pulls/${number}/files`)).json.map((file: Anything) => file.status),
  ).toEqual(["removed", "modified"]);
  expect((await call(hub, token, `GET ${repo}/pulls/${number}/commits`)).status).toBe(200);
  expect((await call(hub, token, `GET ${repo}/commits/${commit.json.sha}/pulls`)).json).toHaveLength(1);
  expect((await call(hub, token, `POST ${repo}/issues/${number}/labels`, { labels: ["risk:low"] })).status).toBe(200);
  expect(
    (await call(hub, token, `POST ${repo}/pulls/${number}/requested_reviewers`, { reviewers: ["mara"] })).status,
  ).toBe(201);
  const stranger = await call(hub, token, `POST ${repo}/pulls/${number}/requested_reviewers`, { reviewers: ["sam"] });
  expect([stranger.status, stranger.json.message]).toEqual([
    422,
    expect.stringContaining("is not a collaborator of the acme/toy repository"),
  ]);
  expect(
    (await call(hub, token, `GET ${repo}/compare/${base!.sha}...${commit.json.sha}?per_page=1`)).json,
  ).toMatchObject({ status: "ahead", ahead_by: 1, behind_by: 0 });
  expect((await call(hub, token, `GET ${repo}/contents/src/sum.ts?ref=airlock/1-1`)).json).toMatchObject({
    type: "file",
    encoding: "base64",
  });
  expect((await call(hub, token, `GET ${repo}/contents/README.md?ref=airlock/1-1`)).status).toBe(404);
  expect((await call(hub, token, `PATCH ${repo}/pulls/${number}`, { title: "Fix the sum" })).json.title).toBe(
    "Fix the sum",
  );
  expect((await call(hub, token, `DELETE ${repo}/git/refs/heads/airlock/1-1`)).status).toBe(204);
  expect(repository.pulls()[0]).toMatchObject({
    state: "closed",
    labels: ["risk:low"],
    reviewers: ["mara"],
    title: "Fix the sum",
  });
  expect(hub.violations).toEqual([]);
});

test("A commit that names its author is not signed", async () => {
  const on = await stage();
  const { hub, repository } = on;
  const token = hub.jobToken(repository, { contents: "write" });
  const [base] = repository.log("main");
  const tree = (await call(hub, token, `GET ${repo}/git/commits/${base!.sha}`)).json.tree.sha;
  const author = { name: "Ann", email: "ann@example.com" };
  const commit = await call(hub, token, `POST ${repo}/git/commits`, {
    message: "x",
    tree,
    parents: [base!.sha],
    author,
  });
  expect(commit.json).toMatchObject({ verification: { verified: false, reason: "unsigned" }, author });
  const person = await call(hub, hub.userToken("mara"), `POST ${repo}/git/commits`, {
    message: "x",
    tree,
    parents: [base!.sha],
  });
  expect(person.json.verification.verified).toBe(false);
});

test("Check runs belong to the App that made them", async () => {
  const on = await stage();
  const { hub, repository, app } = on;
  const token = await mint(on);
  const sha = repository.log("main")[0]!.sha;
  const body = {
    name: "airlock",
    head_sha: sha,
    external_id: "run:1:1",
    status: "in_progress",
    output: { title: "Working", summary: "…" },
  };
  const made = await call(hub, token, `POST ${repo}/check-runs`, body);
  expect(made.json).toMatchObject({ status: "in_progress", conclusion: null, app: { id: app.id } });
  const done = await call(hub, token, `PATCH ${repo}/check-runs/${made.json.id}`, { conclusion: "action_required" });
  expect(done.json).toMatchObject({ status: "completed", conclusion: "action_required" });
  const job = hub.jobToken(repository, { checks: "write" });
  expect((await call(hub, job, `PATCH ${repo}/check-runs/${made.json.id}`, { conclusion: "success" })).status).toBe(
    403,
  );
  const listed = await call(hub, token, `GET ${repo}/commits/${sha}/check-runs?check_name=airlock&app_id=${app.id}`);
  expect(listed.json).toMatchObject({ total_count: 1, check_runs: [{ external_id: "run:1:1" }] });
  expect((await call(hub, hub.userToken("mara"), `POST ${repo}/check-runs`, body)).status).toBe(403);
  expect(hub.violations).toEqual([]);
});

test("A team's members are told to a token with the organisation's permission, and a team that is not there is not found", async () => {
  const on = await stage();
  on.app.permissions = { ...on.app.permissions, members: "read" };
  on.hub.setTeam("acme", "billing", ["sam"]);
  const line = "GET /orgs/acme/teams/Billing/members";
  const told = await call(on.hub, await mint(on), line);
  expect([told.status, told.json.map(({ login }: Anything) => login)]).toEqual([200, ["sam"]]);
  const refused = await call(on.hub, await mint(on, { permissions: { metadata: "read" } }), line);
  expect([refused.status, refused.json.message]).toEqual([403, "Resource not accessible by integration"]);
  for (const other of ["GET /orgs/acme/teams/none/members", "GET /orgs/other/teams/billing/members"])
    expect((await call(on.hub, await mint(on), other)).status).toBe(404);
  expect((await call(on.hub, "", line)).status).toBe(401);
  expect(on.hub.violations).toEqual([]);
});
