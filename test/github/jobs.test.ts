import nock from "nock";
import { describe, expect, test } from "vitest";
import { account, client, hub, onlyMocked, sha } from "./mocked.ts";

onlyMocked();

const actions = "/repos/octo/demo/actions";

const runAnswer = (id: number, more: object = {}): object => ({
  id,
  run_attempt: 2,
  event: "push",
  status: "completed",
  conclusion: "failure",
  actor: account,
  head_branch: "main",
  head_sha: sha("a"),
  path: ".github/workflows/ci.yml@refs/heads/main",
  display_title: "Fix the cart",
  created_at: "2026-11-20T10:00:00Z",
  html_url: `https://github.test/octo/demo/actions/runs/${id}`,
  workflow_id: 9,
  name: "CI",
  head_repository: { id: 1 },
  ...more,
});

describe("runs of other workflows", () => {
  test("are told with where they came from, and a head whose repository is gone has none", async () => {
    hub().get(`${actions}/runs/5`).reply(200, runAnswer(5));
    expect(await client().workflowRun(5)).toMatchObject({
      id: 5,
      attempt: 2,
      path: ".github/workflows/ci.yml",
      workflow: 9,
      workflowName: "CI",
      headRepository: 1,
    });
    hub()
      .get(`${actions}/runs/6`)
      .reply(200, runAnswer(6, { head_repository: null, name: null }));
    expect(await client().workflowRun(6)).toMatchObject({
      headRepository: null,
      workflowName: ".github/workflows/ci.yml",
    });
    hub().get(`${actions}/runs/7`).reply(404, { message: "Not Found" });
    expect(await client().workflowRun(7)).toBeNull();
  });

  test("of a commit are those whose head it is, newest first", async () => {
    const runs = [runAnswer(5), runAnswer(8), runAnswer(9, { head_sha: sha("b") })];
    hub()
      .get(`${actions}/runs`)
      .query({ head_sha: sha("a"), per_page: 100, page: 1 })
      .reply(200, { total_count: 3, workflow_runs: runs });
    expect((await client().runsAt(sha("a"))).map(({ id }) => id)).toEqual([8, 5]);
  });

  test("of a workflow are as many as were asked for", async () => {
    hub()
      .get(`${actions}/workflows/9/runs`)
      .query({ branch: "main", status: "completed", per_page: 20 })
      .reply(200, { total_count: 900, workflow_runs: [runAnswer(5), runAnswer(8)] });
    expect((await client().latestRuns(9, "main", 20)).map(({ id }) => id)).toEqual([8, 5]);
  });
});

describe("jobs", () => {
  test("of all attempts are listed, also one that never had a step", async () => {
    const step = { number: 2, name: "Run npm test", conclusion: "failure", status: "completed" };
    const jobs = [
      { id: 1, name: "test", run_attempt: 1, status: "completed", conclusion: "failure", steps: [step] },
      { id: 2, name: "lint", run_attempt: 2, status: "completed", conclusion: "cancelled" },
    ];
    hub()
      .get(`${actions}/runs/5/jobs`)
      .query({ filter: "all", per_page: 100, page: 1 })
      .reply(200, { total_count: 2, jobs });
    expect(await client().jobs(5)).toEqual([
      {
        id: 1,
        name: "test",
        attempt: 1,
        status: "completed",
        conclusion: "failure",
        steps: [{ number: 2, name: "Run npm test", conclusion: "failure" }],
      },
      { id: 2, name: "lint", attempt: 2, status: "completed", conclusion: "cancelled", steps: [] },
    ]);
  });

  const log = "one\ntwo\nthree\nfour\n";
  const text = { "content-type": "text/plain" };
  test.each<[string, number, string, { text: string; cut: boolean } | null]>([
    ["whole, where it is short", 200, log, { text: log, cut: false }],
    ["as its last lines, where it is long", 200, `${"x".repeat(70_000)}\n${log}`, { text: log, cut: true }],
    ["as gone, where it was deleted", 404, "", null],
    ["as gone, where it expired", 410, "", null],
  ])("a log is read %s", async (_, status, body, expected) => {
    hub().get(`${actions}/jobs/4/logs`).reply(302, "", { location: "https://blobs.test/4" });
    nock("https://blobs.test", { badheaders: ["authorization"] })
      .get("/4")
      .reply(status, body, text);
    expect(await client().jobLog(4, log.length + 5)).toEqual(expected);
  });

  test("a log that may not be read is no empty log", async () => {
    hub().get(`${actions}/jobs/4/logs`).reply(403, { message: "Must have admin rights to Repository." });
    await expect(client().jobLog(4, 100)).rejects.toMatchObject({ code: "github-forbidden" });
  });
});
