import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { recordRun } from "./recorded-run.ts";
import { createRunner } from "./runner.ts";

/** A repository of two commits over git's own HTTP backend that lets in the bearer of `job-token-0` only. */
let dir: string;
let server: Server;
let serverUrl: string;
let first: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "airlock-checkout-"));
  const bare = path.join(dir, "octo", "garden.git");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      cwd: bare,
      encoding: "utf8",
    }).trim();
  execFileSync("git", ["init", "--quiet", "--bare", "-b", "main", bare]);
  const tree = git("mktree", "--missing");
  first = git("commit-tree", tree, "-m", "first");
  git("update-ref", "refs/heads/main", git("commit-tree", tree, "-p", first, "-m", "second"));
  server = createServer((request, response) => {
    const token = Buffer.from((request.headers.authorization ?? "").replace(/^basic /i, ""), "base64").toString();
    if (token !== "x-access-token:job-token-0") {
      response.writeHead(401).end();
      return;
    }
    const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
    const env = {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: dir,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    };
    const cgi = spawn("git", ["http-backend"], { env });
    request.pipe(cgi.stdin);
    const chunks: Buffer[] = [];
    cgi.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    cgi.on("close", () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf("\r\n\r\n");
      for (const line of all.subarray(0, end).toString().split("\r\n")) {
        const [name = "", value = ""] = line.split(/: (.*)/s);
        if (name !== "Status") response.setHeader(name, value);
      }
      response.end(all.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  serverUrl = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  server.close();
  await rm(dir, { recursive: true, force: true });
});

async function log(inputs: string): Promise<string[]> {
  const text = `
on: workflow_dispatch
jobs:
  a:
    runs-on: x
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
        with: { path: repository, ${inputs} }
      - working-directory: repository
        run: 'git rev-parse HEAD; git rev-list --count HEAD; git config --local --get-regexp extraheader || echo no token left'
`;
  const run = recordRun({ text, serverUrl, sha: first });
  const runner = createRunner({ dir: path.join(dir, "jobs"), actionDirectory: dir });
  runner.onDispatch(run);
  await runner.idle();
  return run.log().filter((line) => !line.includes("##[group]"));
}

it("checks out one commit by its id without history and leaves no token behind", async () => {
  expect(await log(`ref: "${first}", persist-credentials: false`)).toEqual([
    `a: Checked out ${first} into repository`,
    `a: ${first}`,
    "a: 1",
    "a: no token left",
  ]);
});

it("leaves the token in the repository's configuration unless told not to, as the real action does", async () => {
  const lines = await log("ref: main, fetch-depth: 0");
  expect(lines[2]).toBe("a: 2");
  expect(lines[3]).toMatch(/^a: http\.http:\/\/127\.0\.0\.1:\d+\/\.extraheader AUTHORIZATION: basic /);
});

it("fails the step when the token does not open the repository", async () => {
  const lines = await log("token: nonsense, persist-credentials: false");
  expect(lines[0]).toMatch(/^a: ##\[error\]git fetch failed with exit code 128/);
});

it("fails the step for a path outside the workspace", async () => {
  const text = `on: workflow_dispatch\njobs: { a: { runs-on: x, steps: [{ uses: actions/checkout@v4, with: { path: ../../elsewhere } }] } }`;
  const run = recordRun({ text, serverUrl });
  const runner = createRunner({ dir: path.join(dir, "jobs"), actionDirectory: dir });
  runner.onDispatch(run);
  await runner.idle();
  expect(run.conclusions()).toEqual({ a: "failure", run: "failure" });
});
