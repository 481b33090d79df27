import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { blobSha, type Change } from "../../src/change.ts";
import { Config } from "../../src/config.ts";
import { githubClient, noPatience } from "../../src/github/client.ts";
import type { GitHub } from "../../src/github/github.ts";
import { publishChange, type Publication } from "../../src/record/publish-change.ts";
import { ours } from "../../src/text/outgoing.ts";
import { deleteRef } from "../emulators/github/git-write.ts";
import { type Hub, type HubRepository, startHub } from "../emulators/github/hub.ts";
import { digest, judgement, report, sha, solution, task } from "./papers.ts";
import { written } from "./written.ts";

let dir: string;
let hub: Hub;
let repository: HubRepository;
let github: GitHub;
let publication: Publication;

const side = (content: string, mode: "100644" | "100755" = "100644") => ({
  mode,
  sha: blobSha(Buffer.from(content)),
  content: Buffer.from(content).toString("base64"),
});
const bare = ({ mode, sha: name }: ReturnType<typeof side>) => ({ mode, sha: name });
const change: Change = [
  { path: "bin/run", before: null, after: side("#!/bin/sh\n", "100755") },
  { path: "old.txt", before: bare(side("old\n")), after: null },
  { path: "src/sum.js", before: bare(side("a - b\n")), after: side("a + b\n") },
];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "airlock-publish-"));
  const from = join(dir, "files");
  await mkdir(join(from, "src"), { recursive: true });
  await writeFile(join(from, "old.txt"), "old\n");
  await writeFile(join(from, "src/sum.js"), "a - b\n");
  hub = await startHub({ dir: join(dir, "hub") });
  for (const login of ["mona", "hubert"]) hub.addUser(login);
  repository = hub.createRepository({ owner: "octo", name: "demo", from });
  for (const login of ["mona", "hubert"]) repository.setRole(login, "write");
  for (let number = 1; number <= 12; number += 1) repository.openIssue("mona", `issue ${number}`, "");
  github = clientWith({ contents: "write", pull_requests: "write", issues: "read" });
  publication = await publicationOf();
});

afterEach(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
  if (hub.violations.length > 0) throw new Error(hub.violations.join("\n"));
});

function clientWith(permissions: Record<string, "read" | "write">): GitHub {
  const token = hub.jobToken(repository, permissions);
  return githubClient({ token, apiUrl: hub.url, owner: "octo", repo: "demo", patience: noPatience });
}

async function publicationOf(more: Partial<Publication> = {}): Promise<Publication> {
  const commit = (await github.branch("main")) ?? "";
  const base = { commit, tree: (await github.commit(commit)).tree };
  const tree = await written(github, base.tree, change);
  const config = Config.parse({ reviewers: { users: ["hubert"] } });
  return {
    task: task({ trusted: base, start: base, config }),
    solution: solution({ base, tree, change }),
    report: report({ base, head_tree: tree }),
    judgement: judgement({ draft: false }),
    run: { id: 77, url: `${repository.htmlUrl}/actions/runs/77` },
    home: repository.htmlUrl,
    auditHead: digest("9"),
    known: [],
    ...more,
  };
}

const branches = async () => {
  const names = ["airlock/12-1", "airlock/12-2", "airlock/12-3"];
  const heads = await Promise.all(names.map((name) => github.branch(name)));
  return names.filter((_, index) => heads[index] !== null);
};

test("the verified change stands in one pull request: same tree, signed, labelled, reviewers asked", async () => {
  const published = await publishChange(github, publication);
  const [pull] = repository.pulls();
  expect(published).toEqual({
    kind: "published",
    adopted: false,
    published: {
      branch: "airlock/12-1",
      commit: pull?.head.sha,
      tree: publication.solution.tree,
      pull_request: pull?.number,
      url: pull?.htmlUrl,
      not_applied: [],
    },
  });
  expect(pull).toMatchObject({
    title: "sum(1, 2) returns -1",
    author: "github-actions[bot]",
    draft: false,
    base: { ref: "main" },
    labels: ["risk:medium", "needs-review:1"],
    reviewers: ["hubert"],
  });
  const [commit] = repository.log("airlock/12-1");
  expect(commit).toMatchObject({ verified: true, message: expect.stringContaining("Airlock-Run: 77") });
  expect(repository.file("src/sum.js", "airlock/12-1")).toBe("a + b\n");
  expect(repository.file("old.txt", "airlock/12-1")).toBeNull();
  expect(pull?.body).toContain("| tests | ❌ failed (exit 1) | ✅ passed in 3.1 s |");
});

test("a change that must be looked at opens as a draft", async () => {
  await publishChange(github, { ...publication, judgement: judgement({ draft: true }) });
  expect(repository.pulls()).toMatchObject([{ draft: true }]);
});

test("a tree that is not the verified one is never pushed", async () => {
  const wrong = { ...publication, report: report({ base: publication.report.base, head_tree: sha("d") }) };
  await expect(publishChange(github, wrong)).rejects.toMatchObject({ code: "tree-mismatch" });
  expect({ pulls: repository.pulls(), branches: await branches() }).toEqual({ pulls: [], branches: [] });
});

describe("what may not be published is refused before anything is written", () => {
  test.each([
    ["a held change", (): Partial<Publication> => ({ judgement: judgement({ kind: "hold" }) })],
    ["an empty change", (): Partial<Publication> => ({ solution: solution({ change: [] }) })],
    ["a local task", (): Partial<Publication> => ({ task: task({ brief: { kind: "local", text: "x" } }) })],
  ])("%s", async (_title, more) => {
    const before = hub.requests.length;
    await expect(publishChange(github, { ...publication, ...more() })).rejects.toMatchObject({ code: "bad-input" });
    expect(hub.requests.length).toBe(before);
  });
});

test("doing it again for the same run adopts what is there", async () => {
  const first = await publishChange(github, publication);
  const again = await publishChange(github, publication);
  expect(again).toEqual({ ...first, adopted: true });
  expect(repository.pulls()).toHaveLength(1);
});

test("another run finds the open pull request and makes none", async () => {
  await publishChange(github, publication);
  const other = await publishChange(github, { ...publication, run: { id: 78, url: publication.run.url } });
  expect(other).toEqual({ kind: "already-done", pull: { number: repository.pulls()[0]?.number, state: "open" } });
  expect(await branches()).toEqual(["airlock/12-1"]);
});

test("a run that is run again after its pull request was closed does not open another", async () => {
  await publishChange(github, publication);
  const number = repository.pulls()[0]?.number ?? 0;
  repository.closeIssue("mona", number);
  expect(await publishChange(github, publication)).toEqual({ kind: "already-done", pull: { number, state: "closed" } });
  expect(repository.pulls()).toHaveLength(1);
  // The twin: another run may.
  const other = { ...publication, run: { id: 78, url: publication.run.url } };
  expect(await publishChange(github, other)).toMatchObject({ published: { branch: "airlock/12-2" } });
});

test("a branch that was deleted by hand hides no open pull request behind it", async () => {
  const { base } = publication.report;
  await github.createBranch("airlock/12-1", base.commit);
  await publishChange(github, publication);
  deleteRef(repository.bare, "refs/heads/airlock/12-1");
  const other = { ...publication, run: { id: 78, url: publication.run.url } };
  expect(await publishChange(github, other)).toMatchObject({ kind: "already-done", pull: { state: "open" } });
  expect(repository.pulls()).toHaveLength(1);
});

test("a branch with somebody's commit is left alone", async () => {
  const { base } = publication.report;
  const foreign = await github.createCommit({
    message: ours`mine\n\nAirlock-Run: 78`,
    tree: base.tree,
    parents: [base.commit],
  });
  await github.createBranch("airlock/12-1", foreign.sha);
  expect(await publishChange(github, publication)).toMatchObject({
    kind: "published",
    published: { branch: "airlock/12-2" },
  });
  expect(await github.branch("airlock/12-1")).toBe(foreign.sha);
});

test("a commit that only claims to be of this run, with another tree, is not taken for it", async () => {
  const { base } = publication.report;
  const forged = await github.createCommit({
    message: ours`x\n\nAirlock-Run: 77`,
    tree: base.tree,
    parents: [base.commit],
  });
  await github.createBranch("airlock/12-1", forged.sha);
  expect(await publishChange(github, publication)).toMatchObject({ published: { branch: "airlock/12-2" } });
});

test("labels and reviewers that GitHub refuses are told and lose nothing", async () => {
  hub.fault({
    method: "POST",
    path: /\/labels$/,
    status: 403,
    body: { message: "Resource not accessible by integration" },
  });
  hub.fault({ method: "POST", path: /\/requested_reviewers$/, status: 503 });
  const published = await publishChange(github, publication);
  expect(published).toMatchObject({ kind: "published" });
  expect(published.kind === "published" && published.published.not_applied).toEqual([
    "GitHub refused to create the label risk:medium: Resource not accessible by integration",
    "GitHub refused to create the label needs-review:1: Resource not accessible by integration",
    expect.stringContaining(
      "The reviewers could not be set: POST /pulls/{pull_number}/requested_reviewers answered 503",
    ),
  ]);
});

test("where there are no drafts, the pull request opens ready and says so", async () => {
  const body = { message: "Validation Failed: Draft pull requests are not supported in this repository." };
  hub.fault({ method: "POST", path: /\/pulls$/, status: 422, body, times: 1 });
  const published = await publishChange(github, { ...publication, judgement: judgement({ draft: true }) });
  expect(published.kind === "published" && published.published.not_applied).toEqual([
    expect.stringContaining("no draft pull requests"),
  ]);
  expect(repository.pulls()).toMatchObject([{ draft: false }]);
});

describe("wherever it breaks off, doing it again ends in exactly one pull request", () => {
  const steps = ["git/blobs", "git/trees", "git/commits", "git/refs", "pulls", "labels", "requested_reviewers"];
  const faults = [
    ["GitHub refuses", { status: 502 }],
    ["the answer is lost after the deed", { status: 502, after: true }],
    ["the connection is cut after the deed", { cut: true, after: true }],
  ] as const;
  test.each(steps.flatMap((step) => faults.map(([name, fault]) => [step, name, fault] as const)))(
    "at %s: %s",
    async (step, _name, fault) => {
      hub.fault({ method: "POST", path: new RegExp(`/${step}$`), times: 1, ...fault });
      await publishChange(github, publication).catch(() => null);
      const again = await publishChange(github, publication);
      expect(again).toMatchObject({ kind: "published", published: { branch: "airlock/12-1" } });
      expect(repository.pulls()).toHaveLength(1);
      expect(repository.pulls()[0]?.labels).toEqual(["risk:medium", "needs-review:1"]);
      expect(await branches()).toEqual(["airlock/12-1"]);
    },
  );
});

test("without write permission nothing is there afterwards", async () => {
  await expect(publishChange(clientWith({ contents: "read" }), publication)).rejects.toMatchObject({
    code: "github-forbidden",
  });
  expect(repository.pulls()).toEqual([]);
});
