import { randomUUID } from "node:crypto";
import type { Answer } from "./answer.ts";
import { created, empty, notFound, ok, page, Refusal } from "./answer.ts";
import type { Ask, Route } from "./route.ts";
import { bodyAs, actor, numeric, param, read, repositoryAsked, write } from "./route.ts";
import { cancel, dispatch, listedRuns, rerun, runOf } from "./runs.ts";
import { apiOf } from "./show-repository.ts";
import { jobId, runPage, showArtifact, showJob, showRun, showWorkflow } from "./show-run.ts";
import type { Artifact, Run } from "./state.ts";
import { iso } from "./state.ts";
import { workflowOf, workflowsOf } from "./workflows.ts";

const actions = "/repos/{owner}/{repo}/actions";
/** GitHub's download addresses live for a minute. */
const downloadMs = 60_000;

/** Workflows, their runs, jobs and artifacts. */
export const actionRoutes: Route[] = [
  { method: "GET", path: `${actions}/workflows`, need: read("actions"), run: listWorkflows },
  { method: "GET", path: `${actions}/workflows/{workflow_id}`, need: read("actions"), run: oneWorkflow },
  {
    method: "POST",
    path: `${actions}/workflows/{workflow_id}/dispatches`,
    need: write("actions"),
    run: dispatchWorkflow,
  },
  { method: "GET", path: `${actions}/workflows/{workflow_id}/runs`, need: read("actions"), run: runsOfWorkflow },
  { method: "GET", path: `${actions}/runs`, need: read("actions"), run: (ask) => listRuns(ask, () => true) },
  { method: "GET", path: `${actions}/runs/{run_id}`, need: read("actions"), run: oneRun },
  { method: "POST", path: `${actions}/runs/{run_id}/cancel`, need: write("actions"), run: cancelRun },
  { method: "POST", path: `${actions}/runs/{run_id}/rerun`, need: write("actions"), run: rerunRun },
  { method: "GET", path: `${actions}/runs/{run_id}/jobs`, need: read("actions"), run: listJobs },
  { method: "GET", path: `${actions}/jobs/{job_id}/logs`, need: read("actions"), run: downloadLog },
  { method: "GET", path: `${actions}/runs/{run_id}/artifacts`, need: read("actions"), run: listArtifacts },
  { method: "GET", path: `${actions}/artifacts/{artifact_id}`, need: read("actions"), run: oneArtifact },
  {
    method: "GET",
    path: `${actions}/artifacts/{artifact_id}/{archive_format}`,
    need: read("actions"),
    run: downloadArtifact,
  },
  { method: "GET", path: `${actions}/variables/{name}`, need: read("actions_variables"), run: oneVariable },
];

function listWorkflows(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const wrap = (shown: unknown[], total: number): unknown => ({ total_count: total, workflows: shown });
  return page(workflowsOf(ask.state, repository), {
    url: ask.url,
    show: (one) => showWorkflow(ask.state, repository, one),
    wrap,
  });
}

function oneWorkflow(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  return ok(showWorkflow(ask.state, repository, workflowOf(ask.state, repository, param(ask, "workflow_id"))));
}

function dispatchWorkflow(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const asked = bodyAs<{ ref: string; inputs?: Record<string, unknown>; return_run_details?: boolean }>(ask);
  const inputs = Object.fromEntries(Object.entries(asked.inputs ?? {}).map(([name, value]) => [name, String(value)]));
  const run = dispatch(ask.state, repository, {
    workflow: param(ask, "workflow_id"),
    ref: asked.ref,
    inputs,
    by: actor(ask).account,
  });
  if (asked.return_run_details !== true) return empty();
  const url = `${apiOf(ask.state, repository)}/actions/runs/${run.id}`;
  return ok({ workflow_run_id: run.id, run_url: url, html_url: runPage(ask.state, repository, run) });
}

function runsOfWorkflow(ask: Ask): Answer {
  const workflow = workflowOf(ask.state, repositoryAsked(ask), param(ask, "workflow_id"));
  return listRuns(ask, (run) => run.workflow === workflow);
}

function listRuns(ask: Ask, isAsked: (run: Run) => boolean): Answer {
  const repository = repositoryAsked(ask);
  const { query } = ask;
  const [status, event, who, branch, sha] = ["status", "event", "actor", "branch", "head_sha"].map((name) =>
    query.get(name),
  );
  const isIn = createdFilter(query.get("created"));
  const found = listedRuns(repository).filter(
    (run) =>
      isAsked(run) &&
      isIn(iso(run.createdAt)) &&
      (status == null || run.status === status || run.conclusion === status) &&
      (event == null || event === (run.event ?? "workflow_dispatch")) &&
      (who == null || run.actor.login === who) &&
      (branch == null || run.branch === branch) &&
      (sha == null || run.sha === sha),
  );
  const wrap = (shown: unknown[], total: number): unknown => ({ total_count: total, workflow_runs: shown });
  return page(found, { url: ask.url, show: (run) => showRun(ask.state, repository, run), wrap });
}

/** GitHub's date syntax: `>=2026-11-20T10:00:00Z`, `>…`, `<=…`, `<…`, `from..to`, or one day. */
function createdFilter(text: string | null): (at: string) => boolean {
  if (text === null) return () => true;
  const [from, to] = text.split("..");
  if (from !== undefined && to !== undefined) return (at) => moment(at) >= moment(from) && moment(at) <= moment(to);
  const [, sign = "", date = ""] = /^(>=|<=|>|<)?(.*)$/.exec(text) ?? [];
  const than: Record<string, (at: string) => boolean> = {
    ">=": (at) => moment(at) >= moment(date),
    "<=": (at) => moment(at) <= moment(date),
    ">": (at) => moment(at) > moment(date),
    "<": (at) => moment(at) < moment(date),
    "": (at) => at.startsWith(date),
  };
  return than[sign] ?? (() => false);
}

function moment(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Refusal(422, `created: ${text} is not a date`);
  return ms;
}

function oneRun(ask: Ask): Answer {
  return ok(showRun(ask.state, repositoryAsked(ask), runAsked(ask)));
}

function cancelRun(ask: Ask): Answer {
  cancel(ask.state, repositoryAsked(ask), runAsked(ask));
  return { status: 202, json: {} };
}

function rerunRun(ask: Ask): Answer {
  rerun(ask.state, repositoryAsked(ask), runAsked(ask), actor(ask).account);
  return created({});
}

function listJobs(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const run = runAsked(ask);
  const wrap = (shown: unknown[], total: number): unknown => ({ total_count: total, jobs: shown });
  const latest = { attempt: run.attempt, jobs: run.jobs };
  const attempts = ask.query.get("filter") === "all" ? [...(run.earlier ?? []), latest] : [latest];
  const found = attempts.flatMap(({ attempt, jobs }) => jobs.map((job) => ({ run, job, attempt, jobs })));
  return page(found, { url: ask.url, show: (one) => showJob(ask.state, repository, one), wrap });
}

/** Like an artifact's: an address that dies after a minute. A log that is gone is answered with 410. */
function downloadLog(ask: Ask): Answer {
  const id = numeric(ask, "job_id");
  const all = repositoryAsked(ask).runs.flatMap((run) => {
    const attempts = [...(run.earlier ?? []), { attempt: run.attempt, jobs: run.jobs }];
    return attempts.flatMap(({ attempt, jobs }) =>
      jobs.map((job) => ({ id: jobId(run, { attempt, jobs, job }), job })),
    );
  });
  const found = all.find((one) => one.id === id);
  if (found === undefined) throw notFound();
  if (found.job.log == null) throw new Refusal(410, "Gone");
  const key = randomUUID();
  const until = ask.state.now() + downloadMs;
  ask.state.downloads.set(key, { artifact: { zip: Buffer.from(found.job.log) }, until });
  return { status: 302, headers: { Location: `${ask.state.url}/_storage/artifacts/${key}.zip` } };
}

function listArtifacts(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const wanted = ask.query.get("name");
  const id = runAsked(ask).id;
  const found = repository.artifacts.filter((one) => one.run === id && (wanted === null || one.name === wanted));
  const wrap = (shown: unknown[], total: number): unknown => ({ total_count: total, artifacts: shown });
  return page(found.toReversed(), { url: ask.url, show: (one) => showArtifact(ask.state, repository, one), wrap });
}

function oneArtifact(ask: Ask): Answer {
  return ok(showArtifact(ask.state, repositoryAsked(ask), artifactAsked(ask)));
}

/** A redirect to an address that needs no token and dies after a minute, like GitHub's storage. */
function downloadArtifact(ask: Ask): Answer {
  if (param(ask, "archive_format") !== "zip") throw notFound();
  const artifact = artifactAsked(ask);
  if (artifact.expired) throw new Refusal(410, "Artifact has expired");
  const key = randomUUID();
  ask.state.downloads.set(key, { artifact, until: ask.state.now() + downloadMs });
  return { status: 302, headers: { Location: `${ask.state.url}/_storage/artifacts/${key}.zip` } };
}

function oneVariable(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const name = param(ask, "name").toUpperCase();
  const value = repository.vars[name];
  if (value === undefined) throw notFound();
  const at = iso(repository.createdAt);
  return ok({ name, value, created_at: at, updated_at: at });
}

function runAsked(ask: Ask): Run {
  return runOf(repositoryAsked(ask), numeric(ask, "run_id"));
}

function artifactAsked(ask: Ask): Artifact {
  const found = repositoryAsked(ask).artifacts.find((one) => one.id === numeric(ask, "artifact_id"));
  if (found === undefined) throw notFound();
  return found;
}
