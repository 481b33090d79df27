import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { browse, call, jwt, mint, stage } from "./harness.ts";

const repo = "/repos/acme/toy";
const forbidden = { status: 403, message: "Resource not accessible by integration" };

test("An App proves itself by a fresh RS256 token of its own key", async () => {
  const { hub, app, installationId } = await stage();
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" });
  const now = Math.floor(Date.now() / 1000);
  const seen = [];
  for (const token of [
    jwt(app),
    jwt(app, { iss: app.clientId }),
    jwt(app, {}, String(other)),
    jwt(app, { exp: now - 1 }),
    jwt(app, { exp: now + 3600 }),
    jwt(app, { iat: now + 600 }),
    jwt(app, { iss: "1" }),
    "",
    "nonsense",
  ]) {
    const { status, json } = await call(hub, token, "GET /app");
    seen.push(status === 200 ? [status, json.slug] : [status, json.message]);
  }
  expect(seen).toMatchInlineSnapshot(`
    [
      [
        200,
        "airlock",
      ],
      [
        200,
        "airlock",
      ],
      [
        401,
        "A JSON web token could not be decoded",
      ],
      [
        401,
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      ],
      [
        401,
        "'Expiration time' claim ('exp') is too far in the future",
      ],
      [
        401,
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
      ],
      [
        404,
        "Integration not found",
      ],
      [
        401,
        "A JSON web token could not be decoded",
      ],
      [
        401,
        "Bad credentials",
      ],
    ]
  `);
  expect((await call(hub, jwt(app), "GET /app/installations")).json[0].id).toBe(installationId);
  expect((await call(hub, jwt(app), `GET ${repo}/installation`)).json.id).toBe(installationId);
  expect(hub.violations).toEqual([]);
});

test("An installation token is narrowed as asked and never widened", async () => {
  const on = await stage();
  const { hub, app, installationId, repository } = on;
  const mintUrl = `POST /app/installations/${installationId}/access_tokens`;
  const whole = await call(hub, jwt(app), mintUrl);
  expect(whole.json.token).toMatch(/^ghs_\d+_[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(String(whole.json.token).length).toBeGreaterThan(400);
  const narrow = await call(hub, jwt(app), mintUrl, {
    permissions: { issues: "read" },
    repository_ids: [repository.id],
  });
  expect(narrow.json).toMatchObject({
    permissions: { issues: "read", metadata: "read" },
    repositories: [{ id: repository.id }],
  });
  const number = repository.openIssue("sam", "x", "");
  expect((await call(hub, narrow.json.token, `GET ${repo}/issues/${number}`)).status).toBe(200);
  const wrote = await call(hub, narrow.json.token, `POST ${repo}/issues/${number}/comments`, { body: "x" });
  expect({ status: wrote.status, message: wrote.json.message }).toEqual(forbidden);
  expect(wrote.headers.get("x-accepted-github-permissions")).toBe("issues=write");
  const wider = await call(hub, jwt(app), mintUrl, { permissions: { contents: "write" } });
  expect([wider.status, wider.json.message]).toEqual([
    422,
    "The permissions requested are not granted to this installation.",
  ]);
  expect((await call(hub, jwt(app), mintUrl, { repositories: ["other"] })).status).toBe(422);
  expect((await call(hub, whole.json.token, "DELETE /installation/token")).status).toBe(204);
  expect((await call(hub, whole.json.token, `GET ${repo}`)).json.message).toBe("Bad credentials");
  expect(hub.violations).toEqual([]);
});

test("Every operation needs its permission: without it 403, with it not", async () => {
  const on = await stage();
  const { hub, repository } = on;
  const number = repository.openIssue("sam", "x", "");
  const comment = await repository.comment("sam", number, "hello");
  const sha = repository.log("main")[0]!.sha;
  const run = repository.dispatch("mara", "work.yml", { subject: "x" });
  const operations: [string, string, "read" | "write", unknown?][] = [
    [`GET ${repo}/issues/${number}`, "issues", "read"],
    [`GET ${repo}/issues/${number}/comments`, "issues", "read"],
    [`GET ${repo}/issues/comments/${comment}`, "issues", "read"],
    [`POST ${repo}/issues/${number}/comments`, "issues", "write", { body: "x" }],
    [`POST ${repo}/issues/comments/${comment}/reactions`, "issues", "write", { content: "eyes" }],
    [`PATCH ${repo}/issues/comments/${comment}`, "issues", "write", { body: "y" }],
    [`POST ${repo}/issues/${number}/labels`, "issues", "write", { labels: ["a"] }],
    [`POST ${repo}/labels`, "pull_requests", "write", { name: "b" }],
    [`GET ${repo}/git/commits/${sha}`, "contents", "read"],
    [`GET ${repo}/git/trees/${sha}`, "contents", "read"],
    [`GET ${repo}/git/ref/heads/main`, "contents", "read"],
    [`GET ${repo}/contents/README.md`, "contents", "read"],
    [`GET ${repo}/compare/main...main`, "contents", "read"],
    [`POST ${repo}/git/blobs`, "contents", "write", { content: "x" }],
    [`POST ${repo}/git/refs`, "contents", "write", { ref: "refs/heads/b", sha }],
    [`GET ${repo}/pulls`, "pull_requests", "read"],
    [`POST ${repo}/check-runs`, "checks", "write", { name: "x", head_sha: sha }],
    [`GET ${repo}/commits/main/check-runs`, "checks", "read"],
    [`GET ${repo}/actions/runs/${run}`, "actions", "read"],
    [`GET ${repo}/actions/runs/${run}/artifacts`, "actions", "read"],
    [`GET ${repo}/actions/workflows/work.yml/runs`, "actions", "read"],
    [
      `POST ${repo}/actions/workflows/work.yml/dispatches`,
      "actions",
      "write",
      { ref: "main", inputs: { subject: "y" } },
    ],
  ];
  const everything = ["issues", "pull_requests", "contents", "actions", "checks"] as const;
  for (const [line, name, access, body] of operations) {
    const others = Object.fromEntries(
      everything
        .filter((one) => one !== name && !(name === "pull_requests" && one === "issues"))
        .map((one) => [one, "write" as const]),
    );
    const less = access === "write" ? { ...others, [name]: "read" as const } : others;
    const without = await call(hub, hub.jobToken(repository, less), line, body);
    expect({ line, status: without.status, message: without.json.message }).toEqual({ line, ...forbidden });
    const having = await call(hub, hub.jobToken(repository, { [name]: access }), line, body);
    expect({ line, passes: having.status < 300 }).toEqual({ line, passes: true });
  }
  expect(hub.violations).toEqual([]);
});

test("The conversation of a pull request opens with pull_requests, that of an issue does not", async () => {
  const on = await stage();
  const { hub, repository } = on;
  const token = hub.jobToken(repository, { contents: "write", pull_requests: "write" });
  const issue = repository.openIssue("sam", "x", "");
  const sha = repository.log("main")[0]!.sha;
  const tree = (await call(hub, token, `GET ${repo}/git/commits/${sha}`)).json.tree.sha;
  const commit = await call(hub, token, `POST ${repo}/git/commits`, { message: "x", tree, parents: [sha] });
  await call(hub, token, `POST ${repo}/git/refs`, { ref: "refs/heads/b", sha: commit.json.sha });
  const pull = await call(hub, token, `POST ${repo}/pulls`, { title: "x", head: "b", base: "main" });
  expect((await call(hub, token, `POST ${repo}/issues/${pull.json.number}/labels`, { labels: ["a"] })).status).toBe(
    200,
  );
  expect((await call(hub, token, `POST ${repo}/issues/${issue}/labels`, { labels: ["a"] })).status).toBe(403);
});

test("A token opens its repositories only, dies when revoked, and ends after its hour", async () => {
  let now = Date.now();
  const on = await stage({ now: () => now });
  const { hub, repository, dir } = on;
  const secret = hub.createRepository({ owner: "acme", name: "secret", from: `${dir}/files` });
  const token = await mint(on);
  expect((await call(hub, token, "GET /repos/acme/secret")).status).toBe(404);
  expect((await call(hub, "", `GET ${repo}`)).status).toBe(401);
  expect((await call(hub, hub.userToken("sam"), `GET ${repo}`)).status).toBe(404);
  const job = hub.jobToken(secret, {});
  expect((await call(hub, job, "GET /repos/acme/secret")).status).toBe(200);
  hub.revoke(job);
  expect((await call(hub, job, "GET /repos/acme/secret")).status).toBe(401);
  expect((await call(hub, token, `GET ${repo}`)).status).toBe(200);
  now += 3_600_001;
  expect((await call(hub, token, `GET ${repo}`)).status).toBe(401);
  expect(repository.name).toBe("toy");
});

test("A public repository shows itself to everybody and is written by nobody without permission", async () => {
  const { hub, repository } = await stage({ private: false });
  const number = repository.openIssue("sam", "x", "");
  expect((await call(hub, "", `GET ${repo}/issues/${number}`)).status).toBe(200);
  expect((await call(hub, hub.jobToken(repository, {}), `GET ${repo}/pulls`)).status).toBe(200);
  expect(
    (await call(hub, hub.jobToken(repository, {}), `POST ${repo}/issues/${number}/comments`, { body: "x" })).status,
  ).toBe(403);
});

test("The manifest flow makes an App from a form and gives its key once", async () => {
  const { hub } = await stage();
  const manifest = {
    name: "Air Lock Two",
    url: "https://example.com",
    redirect_url: "http://127.0.0.1:1/back",
    hook_attributes: { url: "https://example.com/hook" },
    default_permissions: { issues: "write" },
    default_events: ["issue_comment"],
  };
  const sent = await browse(hub, "POST /settings/apps/new?state=s3", { manifest: JSON.stringify(manifest) });
  const back = new URL(sent.headers.get("location") ?? "");
  expect([sent.status, back.origin, back.searchParams.get("state")]).toEqual([302, "http://127.0.0.1:1", "s3"]);
  const line = `POST /app-manifests/${back.searchParams.get("code")}/conversions`;
  const made = await call(hub, "", line);
  expect(made.json).toMatchObject({
    slug: "air-lock-two",
    webhook_secret: expect.any(String),
    pem: expect.stringContaining("PRIVATE KEY"),
  });
  expect((await call(hub, "", line)).status).toBe(404);
  const app = hub.state.apps.find((one) => one.slug === "air-lock-two")!;
  expect(app.webhookUrl).toBe("https://example.com/hook");
  expect((await call(hub, jwt(app, {}, made.json.pem), "GET /app")).status).toBe(200);
  expect((await call(hub, "", "GET /users/air-lock-two%5Bbot%5D")).json.id).toBe(app.botId);
  expect(hub.violations).toEqual([]);
});
