import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { call, stage, write } from "./harness.ts";
import type { Stage } from "./harness.ts";

const isolated = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
};

/** Real git over HTTP, in a child so that the server can answer. */
async function git(cwd: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
  const { spawn } = await import("node:child_process");
  const author = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
  const child = spawn("git", [...author, ...args], { cwd, env: isolated });
  let said = "";
  child.stdout.on("data", (chunk) => (said += String(chunk)));
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, said })));
}

function remote({ hub }: Stage, token: string): string {
  return `${hub.url.replace("//", `//x-access-token:${token}@`)}/acme/toy.git`;
}

test("git clones and pushes with the permissions of the token", async () => {
  const on = await stage();
  const { hub, repository, dir } = on;
  const anonymous = await git(dir, "clone", "--quiet", `${hub.url}/acme/toy.git`, "none");
  expect(anonymous.code).not.toBe(0);
  expect((await git(dir, "clone", "--quiet", remote(on, "ghs_wrong"), "none")).said).toMatch(/Authentication failed/);
  const reader = hub.jobToken(repository, { contents: "read" });
  expect(await git(dir, "clone", "--quiet", "--depth=1", remote(on, reader), "work")).toEqual({ code: 0, said: "" });
  const work = join(dir, "work");
  write(work, { "src/new.ts": "export {};\n" });
  await git(work, "checkout", "--quiet", "-b", "topic");
  await git(work, "add", ".");
  await git(work, "commit", "--quiet", "-m", "New file");
  expect((await git(work, "push", remote(on, reader), "topic")).said).toMatch(
    /Write access to repository not granted|403/,
  );
  const writer = hub.jobToken(repository, { contents: "write" });
  expect((await git(work, "push", "--quiet", remote(on, writer), "topic")).code).toBe(0);
  expect(repository.file("src/new.ts", "topic")).toBe("export {};\n");
  expect(hub.deliveries).toEqual([]);
  expect(hub.requests.some(({ path, status }) => path === "/acme/toy.git/git-receive-pack" && status === 200)).toBe(
    true,
  );
});

test("checkout's own header in lower case is understood", async () => {
  const on = await stage();
  const token = on.hub.jobToken(on.repository, { contents: "read" });
  const header = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
  const listed = await git(on.dir, "-c", `http.extraheader=${header}`, "ls-remote", `${on.hub.url}/acme/toy.git`);
  expect(listed.said).toContain("refs/heads/main");
});

test("Workflow files are refused without the workflows permission, by push and by API; with it they pass", async () => {
  const on = await stage();
  const { hub, repository, dir } = on;
  const sentence =
    "refusing to allow a GitHub App to create or update workflow `.github/workflows/evil.yml` without `workflows` permission";
  const writer = hub.jobToken(repository, { contents: "write" });
  const allowed = hub.jobToken(repository, { contents: "write", workflows: "write" });
  await git(dir, "clone", "--quiet", remote(on, writer), "work");
  const work = join(dir, "work");
  write(work, { ".github/workflows/evil.yml": "on: push\n" });
  await git(work, "checkout", "--quiet", "-b", "evil");
  await git(work, "add", ".");
  await git(work, "commit", "--quiet", "-m", "Evil");
  const refused = await git(work, "push", remote(on, writer), "evil");
  expect([refused.code === 0, refused.said.includes(sentence)]).toEqual([false, true]);

  const main = repository.log("main")[0]!.sha;
  const api = async (token: string): Promise<string> => {
    const blob = await call(hub, token, "POST /repos/acme/toy/git/blobs", { content: "on: push\n" });
    const base_tree = (await call(hub, token, `GET /repos/acme/toy/git/commits/${main}`)).json.tree.sha;
    const entry = { path: ".github/workflows/evil.yml", mode: "100644", type: "blob", sha: blob.json.sha };
    const tree = (await call(hub, token, "POST /repos/acme/toy/git/trees", { base_tree, tree: [entry] })).json.sha;
    const commit = await call(hub, token, "POST /repos/acme/toy/git/commits", { message: "x", tree, parents: [main] });
    return commit.status === 201 ? commit.json.sha : commit.json.message;
  };
  expect(await api(writer)).toBe(sentence);
  const sha = await api(allowed);
  expect(sha).toMatch(/^[0-9a-f]{40}$/);
  const ref = { ref: "refs/heads/evil-api", sha };
  expect((await call(hub, writer, "POST /repos/acme/toy/git/refs", ref)).json.message).toBe(sentence);
  expect((await call(hub, allowed, "POST /repos/acme/toy/git/refs", ref)).status).toBe(201);
  expect((await git(work, "push", "--quiet", remote(on, allowed), "evil")).code).toBe(0);
});

test("A push moves the pull request and tells the App", async () => {
  const on = await stage();
  const { hub, app, repository, dir } = on;
  app.webhookUrl = "http://127.0.0.1:9/";
  const writer = hub.jobToken(repository, { contents: "write", pull_requests: "write" });
  await git(dir, "clone", "--quiet", remote(on, writer), "work");
  const work = join(dir, "work");
  const commit = async (text: string): Promise<void> => {
    write(work, { "a.txt": text });
    await git(work, "add", ".");
    await git(work, "commit", "--quiet", "-m", text);
    await git(work, "push", "--quiet", remote(on, writer), "HEAD:topic");
  };
  await commit("one");
  await call(hub, writer, "POST /repos/acme/toy/pulls", { title: "x", head: "topic", base: "main" });
  await commit("two");
  await hub.idle();
  expect(repository.pulls()[0]!.head.sha).toBe(repository.log("topic")[0]!.sha);
  expect(hub.deliveries.map(({ event, action }) => action ?? event)).toEqual(["push", "opened", "push", "synchronize"]);
});

test("Objects are git's own: the bare repository passes fsck", async () => {
  const { hub, repository } = await stage();
  const token = hub.jobToken(repository, { contents: "write" });
  const refused = await call(hub, token, "POST /repos/acme/toy/git/trees", {
    tree: [{ path: ".git/config", mode: "100644", type: "blob", content: "x" }],
  });
  expect([refused.status, refused.json.message]).toEqual([422, "tree.path contains a malformed path component"]);
  const missing = { path: "gone.txt", mode: "100644", type: "blob", sha: null };
  const base_tree = (await call(hub, token, "GET /repos/acme/toy/git/trees/main")).json.sha;
  expect((await call(hub, token, "POST /repos/acme/toy/git/trees", { base_tree, tree: [missing] })).status).toBe(422);
  const fsck = spawnSync("git", ["fsck", "--strict"], { env: { ...isolated, GIT_DIR: repository.bare } });
  expect(fsck.status).toBe(0);
});
