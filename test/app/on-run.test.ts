import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { githubClient } from "../../src/github/client.ts";
import type { Stop } from "../../src/handoff/stop.ts";
import { commitMessage } from "../../src/record/commit-message.ts";
import { ours } from "../../src/text/outgoing.ts";
import type { DispatchedRun } from "../emulators/runner/dispatched-run.ts";
import { judgement, report, solution, stopped, task, verdict } from "../record/papers.ts";
import { type Scene, scene } from "./scene.ts";

let here: Scene;
let comment: number;
let run: DispatchedRun;

beforeEach(async () => {
  here = await scene();
  comment = await here.repository.comment("mona", here.issue, "/agent fix");
  await here.running.idle();
  const [first] = here.dispatched;
  if (first === undefined) throw new Error("no run");
  run = first;
  run.update({ status: "in_progress", title: titleOf(run) });
});

afterEach(async () => {
  await here[Symbol.asyncDispose]();
});

const titleOf = ({ inputs }: DispatchedRun) =>
  `airlock ${inputs["verb"]} #${inputs["issue"]} comment ${inputs["comment"]} by ${inputs["requester"]}`;
const identity = (id = run.id) => ({
  repository: { id: here.repository.id, owner: "octo", name: "demo" },
  run: { id, attempt: 1 },
});
const stop = (kind: Stop["kind"], message?: string) => ({ ...stopped(kind, message), ...identity() });
const statuses = () =>
  here.repository
    .issueComments(here.issue)
    .filter(({ author }) => author === "airlock[bot]")
    .map(({ body }) => body);
const reactions = () => here.repository.reactionsOf(comment).map(({ content }) => content);

/** Pushes what the publish job would push. Out: its commit and pull request. */
async function published(
  message = commitMessage({
    brief: task().brief,
    requester: { id: 5, login: "mona" },
    run: { id: run.id, url: "https://x.test/1" },
    judgement: low,
    known: [],
  }),
) {
  const token = here.hub.jobToken(here.repository, { contents: "write", pull_requests: "write" });
  const github = githubClient({ token, apiUrl: here.hub.url, owner: "octo", repo: "demo" });
  const main = (await github.branch("main")) ?? "";
  const base = await github.commit(main);
  const blob = await github.createBlob(Buffer.from("better\n"));
  const tree = await github.createTree(base.tree, [{ path: "README.md", mode: "100644", sha: blob }]);
  const { sha: commit } = await github.createCommit({ message, tree, parents: [main] });
  const branch = `airlock/${here.issue}-1`;
  await github.createBranch(branch, commit);
  const pull = await github.createPull({ title: ours`t`, body: ours`b`, head: branch, base: "main", draft: false });
  return { branch, commit, tree, pull_request: pull.number, url: pull.url, not_applied: [] };
}

const low = judgement({
  level: "low",
  draft: false,
  requirements: { reviewers: 0, security_review: false, manual_verification: false },
});

test("a refusal at the gate ends in the same comment, with a reaction", async () => {
  await here.finish(run, {
    "airlock-gate-1": { "stop.json": stop("already-done", "A pull request already answers this issue.") },
  });
  expect(statuses()).toEqual([
    `<!-- airlock:comment:${comment} -->\n\n🚫 **Not done.** A pull request already answers this issue.\n\n**Next:** Comment again.\n\n<sub>fix, asked by mona · [run ${run.id}](${here.repository.htmlUrl}/actions/runs/${run.id})</sub>`,
  ]);
  expect(reactions()).toEqual(["eyes", "confused"]);
});

test("a published low change ends in a link, a rocket and a green policy check on the pull request's head", async () => {
  const pushed = await published();
  await here.finish(run, {
    "airlock-gate-1": { "task.json": { ...task(), ...identity() } },
    "airlock-solve-1": { "solution.json": { ...solution(), ...identity() } },
    "airlock-verify-1": { "report.json": { ...report(), ...identity() } },
    "airlock-publish-1": { "verdict.json": { ...verdict({ ...low, published: pushed }), ...identity() } },
  });
  expect(statuses()).toHaveLength(1);
  expect(statuses()[0]).toContain(
    `✅ **Finished.** The change stands in [pull request #${pushed.pull_request}](${pushed.url}).`,
  );
  expect(reactions()).toEqual(["eyes", "rocket"]);
  expect(here.repository.checks(pushed.commit)).toMatchObject([
    { name: "airlock", externalId: `run:${run.id}:1`, status: "completed", conclusion: "success" },
  ]);
});

describe("the policy check is not green", () => {
  const conclude = async (paper: object, conclusion: "success" | "failure" = "success") => {
    await here.finish(run, { "airlock-publish-1": { "verdict.json": { ...paper, ...identity() } } }, conclusion);
  };

  test("for a change that needs a reviewer", async () => {
    const pushed = await published();
    await conclude(verdict({ ...low, requirements: { ...low.requirements, reviewers: 1 }, published: pushed }));
    expect(here.repository.checks(pushed.commit)).toMatchObject([{ conclusion: "action_required" }]);
  });

  test("when the artifact tells another judgement than the commit carries", async () => {
    const pushed = await published(ours`Fix\n\nAirlock-Run: ${run.id}`);
    await conclude(verdict({ ...low, published: pushed }));
    expect(here.repository.checks(pushed.commit)).toMatchObject([{ conclusion: "action_required" }]);
  });

  test("when a job failed afterwards", async () => {
    const pushed = await published();
    await conclude(verdict({ ...low, published: pushed }), "failure");
    expect(here.repository.checks(pushed.commit)).toMatchObject([{ conclusion: "action_required" }]);
  });

  test("and is not written at all onto a pull request that is not this request's", async () => {
    const pushed = await published();
    await conclude(verdict({ ...low, published: { ...pushed, branch: "main" } }));
    expect(here.repository.checks(pushed.commit)).toEqual([]);
  });
});

test("a duplicate run leaves what is shown to the first one", async () => {
  const before = statuses();
  await here.finish(run, { "airlock-gate-1": { "stop.json": stop("duplicate") } });
  expect(statuses()).toEqual(before);
  expect(reactions()).toEqual(["eyes"]);
});

test("a run without papers is told all the same", async () => {
  await here.finish(run, {}, "cancelled");
  expect(statuses()[0]).toContain("❌ **Failed.** The run was cancelled in phase gate.");
});

describe("papers that are not believed", () => {
  test.each([
    ["of another run", () => ({ "stop.json": { ...stop("refused"), ...identity(run.id + 1) } })],
    [
      "of another repository",
      () => ({ "stop.json": { ...stop("refused"), repository: { id: 999, owner: "octo", name: "demo" } } }),
    ],
    ["with an unknown field", () => ({ "stop.json": { ...stop("refused"), extra: 1 } })],
    ["under another name", () => ({ "../stop.json": stop("refused"), "x/stop.json": stop("refused") })],
  ])("%s", async (_title, files) => {
    await here.finish(run, { "airlock-gate-1": files() });
    expect(statuses()[0]).toContain("ended in phase gate without leaving a result");
  });
});

test("a run that a person started by hand gets no comment of ours", async () => {
  const id = here.repository.dispatch("mona", "airlock.yml", { ...run.inputs });
  const byHand = here.dispatched.find((one) => one.id === id);
  if (byHand === undefined) throw new Error("no run");
  byHand.update({ title: titleOf(byHand) });
  const before = statuses();
  await here.finish(byHand, {
    "airlock-gate-1": { "stop.json": { ...stop("already-done", "Forged."), ...identity(id) } },
  });
  await here.finish(run, { "airlock-gate-1": { "stop.json": stop("duplicate") } });
  expect(statuses()).toEqual(before);
  expect(here.lines.filter(({ event }) => event === "run.foreign")).toMatchObject([{ run: id }]);
});

test("a locked issue keeps the run's end in the run; the delivery counts as done", async () => {
  here.repository.lockIssue("mona", here.issue);
  here.hub.fault({ method: "PATCH", path: /\/issues\/comments\//, status: 403 });
  await here.finish(run, { "airlock-gate-1": { "stop.json": stop("refused") } });
  expect(
    here.hub.deliveries
      .filter(({ event, action }) => event === "workflow_run" && action === "completed")
      .map(({ statusCode }) => statusCode),
  ).toEqual([200]);
});

test("an end that could not be shown is shown when the delivery comes again", async () => {
  const end = here.hub.fault({ method: "PATCH", path: /\/issues\/comments\//, status: 502 });
  await here.finish(run, { "airlock-gate-1": { "stop.json": stop("refused", "No.") } });
  const failed = here.hub.deliveries.find(({ event, action }) => event === "workflow_run" && action === "completed");
  expect(failed?.statusCode).toBe(500);
  end();
  expect((await here.hub.redeliver(failed?.id ?? 0)).statusCode).toBe(200);
  expect(statuses()[0]).toContain("🚫 **Not done.** No.");
});

test("a run that began is shown as running, and never again once it has ended", async () => {
  const begun = JSON.stringify({
    action: "in_progress",
    installation: { id: here.hub.state.installations[0]?.id },
    repository: {
      id: here.repository.id,
      name: "demo",
      owner: { login: "octo" },
      default_branch: "main",
      html_url: here.repository.htmlUrl,
    },
    workflow_run: { id: run.id, event: "workflow_dispatch", path: ".github/workflows/airlock.yml" },
  });
  const deliver = async () => {
    const signature = `sha256=${createHmac("sha256", "a-long-secret").update(begun).digest("hex")}`;
    const headers = { "x-hub-signature-256": signature, "x-github-delivery": "guid", "x-github-event": "workflow_run" };
    return (await fetch(here.running.webhookUrl, { method: "POST", body: begun, headers })).status;
  };
  expect(await deliver()).toBe(200);
  expect(statuses()[0]).toContain("⚙️ **Running.**");
  await here.finish(run, { "airlock-gate-1": { "stop.json": stop("refused", "No.") } });
  expect(await deliver()).toBe(200);
  expect(statuses()[0]).toContain("🚫 **Not done.** No.");
});
