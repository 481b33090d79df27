import { createHash } from "node:crypto";
import { unzipSync, zipSync } from "fflate";
import { expect, test } from "vitest";
import type { DispatchedRun, JobState } from "../runner/dispatched-run.ts";
import { call, mint, stage, workflow } from "./harness.ts";
import type { Anything } from "./harness.ts";
import { checkInputs, readWorkflow } from "./workflows.ts";

const repo = "/repos/acme/toy";
const dispatches = `POST ${repo}/actions/workflows/work.yml/dispatches`;

test("An App dispatches a workflow, the runner drives the run, and its artifacts come back whole", async () => {
  const runs: DispatchedRun[] = [];
  const on = await stage({ onDispatch: (run) => runs.push(run) });
  const { hub, app, repository } = on;
  const token = await mint(on);
  repository.vars["AIRLOCK_BOT_ID"] = String(app.botId);
  repository.secrets["KEY"] = "sesame";
  const started = await call(hub, token, dispatches, { ref: "main", inputs: { subject: 7 }, return_run_details: true });
  expect([started.status, started.json.workflow_run_id]).toEqual([200, runs[0]!.id]);
  const run = runs[0]!;
  const sha = repository.log("main")[0]!.sha;
  expect(run).toMatchObject({
    attempt: 1,
    number: 1,
    repository: { owner: "acme", name: "toy", defaultBranch: "main" },
    actor: { id: app.botId, login: "airlock[bot]" },
    event: "workflow_dispatch",
    inputs: { subject: "7", mood: "calm" },
    workflow: { path: ".github/workflows/work.yml", text: workflow },
    sha,
    ref: "refs/heads/main",
    vars: { AIRLOCK_BOT_ID: String(app.botId) },
    secrets: { KEY: "sesame" },
  });
  let isIdle = false;
  const idle = hub.idle().then(() => (isIdle = true));
  run.update({ status: "in_progress", title: "work on 7" });
  const job = run.tokenFor({ contents: "read" });
  expect((await call(hub, job.token, `GET ${repo}/contents/README.md`)).status).toBe(200);
  expect((await call(hub, job.token, `GET ${repo}/issues`)).status).toBe(403);
  job.revoke();
  expect((await call(hub, job.token, `GET ${repo}/contents/README.md`)).status).toBe(401);
  const zip = Buffer.from(zipSync({ "task.json": Buffer.from("{}") }));
  const saved = await run.saveArtifact({ name: "airlock-gate-1", zip, attempt: 1 });
  expect(saved.digest).toBe(`sha256:${createHash("sha256").update(zip).digest("hex")}`);
  await expect(run.saveArtifact({ name: "airlock-gate-1", zip, attempt: 1 })).rejects.toThrow("already exists");
  expect(await run.readArtifact(saved.id)).toMatchObject({ name: "airlock-gate-1", zip });
  expect(await run.readArtifact(1)).toBeNull();
  expect(isIdle).toBe(false);
  const jobs: JobState[] = [
    {
      id: "gate",
      name: "gate",
      status: "completed",
      conclusion: "success",
      startedAt: 1,
      completedAt: 2,
      steps: [],
      summary: "**Gate** passed",
    },
  ];
  run.update({ status: "completed", conclusion: "success", jobs });
  await idle;

  const shown = await call(hub, token, `GET ${repo}/actions/runs/${run.id}`);
  expect(shown.json).toMatchObject({
    status: "completed",
    conclusion: "success",
    display_title: "work on 7",
    event: "workflow_dispatch",
    path: ".github/workflows/work.yml",
    head_branch: "main",
    head_sha: sha,
    run_attempt: 1,
    actor: { id: app.botId },
  });
  expect((await call(hub, token, `GET ${repo}/actions/runs/${run.id}/jobs`)).json.total_count).toBe(1);
  const listed = await call(hub, token, `GET ${repo}/actions/runs/${run.id}/artifacts`);
  expect(listed.json.artifacts).toMatchObject([
    { id: saved.id, name: "airlock-gate-1", expired: false, digest: saved.digest },
  ]);
  const redirect = await call(hub, token, `GET ${repo}/actions/artifacts/${saved.id}/zip`);
  expect(redirect.status).toBe(302);
  const bytes = Buffer.from(await (await fetch(redirect.headers.get("location") ?? "")).arrayBuffer());
  expect(Object.keys(unzipSync(bytes))).toEqual(["task.json"]);
  expect(repository.artifacts(run.id)).toEqual([
    { id: saved.id, name: "airlock-gate-1", attempt: 1, bytes: zip, digest: saved.digest },
  ]);
  expect(hub.violations).toEqual([]);
});

test("A dispatch that GitHub would refuse is refused in its words", async () => {
  const on = await stage();
  const token = await mint(on);
  const seen = [];
  for (const body of [
    { ref: "main" },
    { ref: "main", inputs: { subject: "x", other: "y" } },
    { ref: "gone", inputs: { subject: "x" } },
  ]) {
    const { status, json } = await call(on.hub, token, dispatches, body);
    seen.push([status, json.message]);
  }
  expect(seen).toEqual([
    [422, "Required input 'subject' not provided"],
    [422, 'Unexpected inputs provided: ["other"]'],
    [422, "No ref found for: gone"],
  ]);
  expect(
    (await call(on.hub, token, `POST ${repo}/actions/workflows/none.yml/dispatches`, { ref: "main" })).status,
  ).toBe(404);
  expect((await call(on.hub, token, dispatches, { ref: "main", inputs: { subject: "x" } })).status).toBe(204);
});

test("A new run is listed only after the lag, newest first, and filters hold", async () => {
  const on = await stage({ runListLag: 2 });
  const { hub, repository } = on;
  const token = await mint(on);
  const first = repository.dispatch("mara", "work.yml", { subject: "1" });
  const list = async (query = ""): Promise<number[]> =>
    (await call(hub, token, `GET ${repo}/actions/workflows/work.yml/runs${query}`)).json.workflow_runs.map(
      (run: Anything) => run.id,
    );
  expect([await list(), await list(), await list()]).toEqual([[], [], [first]]);
  const second = repository.dispatch("mara", "work.yml", { subject: "2" });
  await list();
  await list();
  expect(await list()).toEqual([second, first]);
  expect(await list("?created=%3E%3D2020-01-01T00:00:00Z&event=workflow_dispatch&actor=mara")).toEqual([second, first]);
  expect(await list("?created=%3C2020-01-01")).toEqual([]);
  expect(await list("?actor=sam")).toEqual([]);
  expect(await list("?status=queued&per_page=1")).toEqual([second]);
  expect(hub.violations).toEqual([]);
});

test("A re-run is the same run with the next attempt; the old handle has no say any more", async () => {
  const runs: DispatchedRun[] = [];
  const { repository } = await stage({ onDispatch: (run) => runs.push(run) });
  const id = repository.dispatch("mara", "work.yml", { subject: "x" });
  expect(() => repository.rerun("mara", id)).toThrow("already running");
  runs[0]!.update({ status: "completed", conclusion: "failure" });
  repository.rerun("mara", id);
  expect(runs.map((run) => [run.id, run.attempt, run.inputs["subject"]])).toEqual([
    [id, 1, "x"],
    [id, 2, "x"],
  ]);
  runs[0]!.update({ status: "completed", conclusion: "success" });
  expect(repository.runs()[0]).toMatchObject({ attempt: 2, status: "queued", conclusion: null });
});

test("The dispatch inputs of a workflow file are read in every usual spelling", () => {
  expect(readWorkflow("on: push\n").inputs).toBeNull();
  expect(readWorkflow("on: [push, workflow_dispatch]\n").inputs).toEqual(new Map());
  expect(readWorkflow("on:\n  - workflow_dispatch\n").inputs).toEqual(new Map());
  expect(readWorkflow('name: "A b" # c\n"on":\n  workflow_dispatch:\njobs:\n  x:\n    inputs:\n      no: 1\n')).toEqual(
    { name: "A b", inputs: new Map() },
  );
  expect(checkInputs(workflow, { subject: "x" })).toEqual({ subject: "x", mood: "calm" });
});
