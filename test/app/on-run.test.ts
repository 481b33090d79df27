import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ours } from "../../src/text/outgoing.ts";
import { report, solution, task, verdict } from "../record/papers.ts";
import { low, type RunScene, runScene, titleOf } from "./run-scene.ts";

let at: RunScene;

beforeEach(async () => {
  at = await runScene();
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

test("a refusal at the gate ends in the same comment, with a reaction", async () => {
  await at.finish(at.run, {
    "airlock-gate-1": { "stop.json": at.stop("already-done", "A pull request already answers this issue.") },
  });
  expect(at.statuses()).toEqual([
    `<!-- airlock:comment:${at.comment} -->\n\n🚫 **Not done.** A pull request already answers this issue.\n\n**Next:** Comment again.\n\n<sub>fix, asked by mona · [run ${at.run.id}](${at.repository.htmlUrl}/actions/runs/${at.run.id})</sub>`,
  ]);
  expect(at.reactions()).toEqual(["eyes", "confused"]);
});

test("a published low change ends in a link, a rocket and a green policy check on the pull request's head", async () => {
  const pushed = await at.published();
  await at.finish(at.run, {
    "airlock-gate-1": { "task.json": { ...task(), ...at.identity() } },
    "airlock-solve-1": { "solution.json": { ...solution(), ...at.identity() } },
    "airlock-verify-1": { "report.json": { ...report(), ...at.identity() } },
    "airlock-publish-1": { "verdict.json": { ...verdict({ ...low, published: pushed }), ...at.identity() } },
  });
  expect(at.statuses()).toHaveLength(1);
  expect(at.statuses()[0]).toContain(
    `✅ **Finished.** The change stands in [pull request #${pushed.pull_request}](${pushed.url}).`,
  );
  expect(at.reactions()).toEqual(["eyes", "rocket"]);
  expect(at.repository.checks(pushed.commit)).toMatchObject([
    { name: "airlock", externalId: `run:${at.run.id}:1`, status: "completed", conclusion: "success" },
  ]);
});

describe("the policy check is not green", () => {
  const conclude = async (paper: object, conclusion: "success" | "failure" = "success") => {
    await at.finish(at.run, { "airlock-publish-1": { "verdict.json": { ...paper, ...at.identity() } } }, conclusion);
  };

  test("for a change that needs a reviewer", async () => {
    const pushed = await at.published();
    await conclude(verdict({ ...low, requirements: { ...low.requirements, reviewers: 1 }, published: pushed }));
    expect(at.repository.checks(pushed.commit)).toMatchObject([{ conclusion: "action_required" }]);
  });

  test("when the artifact tells another judgement than the commit carries, and the end is not shown as good", async () => {
    const pushed = await at.published(ours`Fix\n\nAirlock-Run: ${at.run.id}`);
    await conclude(verdict({ ...low, published: pushed }));
    expect(at.repository.checks(pushed.commit)).toMatchObject([{ conclusion: "action_required" }]);
    expect(at.statuses()[0]).toContain("GitHub does not confirm it");
  });

  test("when a job failed afterwards", async () => {
    const pushed = await at.published();
    await conclude(verdict({ ...low, published: pushed }), "failure");
    expect(at.repository.checks(pushed.commit)).toMatchObject([{ conclusion: "action_required" }]);
  });

  test("for a pull request that is not this request's: nothing is known of its head", async () => {
    const pushed = await at.published();
    await conclude(verdict({ ...low, published: { ...pushed, branch: "main" } }));
    expect(at.repository.checks(pushed.commit)).toMatchObject([
      { externalId: "unverified", conclusion: "action_required" },
    ]);
  });
});

describe("a later run for the same comment", () => {
  const second = async () => {
    const delivery = at.hub.deliveries.find(({ event }) => event === "issue_comment");
    await at.hub.redeliver(delivery?.id ?? 0);
    await at.running.idle();
    const [, found] = at.dispatched;
    if (found === undefined) throw new Error("no second run");
    found.update({ title: titleOf(found) });
    return found;
  };

  test.each([
    ["as a duplicate", "duplicate" as const, "success" as const],
    ["as expired", "expired" as const, "success" as const],
    ["cancelled in the queue", null, "cancelled" as const],
    ["in a crash", "failed" as const, "failure" as const],
  ])("leaves what is shown to the first one when it ends %s", async (_title, kind, conclusion) => {
    const later = await second();
    const before = at.statuses();
    const papers =
      kind === null ? {} : { "airlock-gate-1": { "stop.json": { ...at.stop(kind), ...at.identity(later.id) } } };
    await at.finish(later, papers, conclusion);
    await at.running.idle();
    await at.finish(at.run, { "airlock-gate-1": { "stop.json": at.stop("refused", "The end.") } });
    expect(at.statuses()[0]).not.toEqual(before[0]);
    expect(at.statuses()).toEqual([expect.stringContaining("**Not done.** The end.")]);
    expect(at.reactions()).toEqual(["eyes", "confused"]);
    expect(at.lines.filter(({ event }) => event === "run.duplicate")).toMatchObject([
      { run: later.id, first: at.run.id },
    ]);
  });
});

test("a run without papers is told all the same", async () => {
  await at.finish(at.run, {}, "cancelled");
  expect(at.statuses()[0]).toContain("❌ **Failed.** The run was cancelled in phase gate.");
});

describe("papers that are not believed", () => {
  test.each([
    ["of another run", () => ({ "stop.json": { ...at.stop("refused"), ...at.identity(at.run.id + 1) } })],
    [
      "of another repository",
      () => ({ "stop.json": { ...at.stop("refused"), repository: { id: 999, owner: "octo", name: "demo" } } }),
    ],
    ["of another attempt", () => ({ "stop.json": { ...at.stop("refused"), run: { id: at.run.id, attempt: 2 } } })],
    ["with an unknown field", () => ({ "stop.json": { ...at.stop("refused"), extra: 1 } })],
    ["under another name", () => ({ "../stop.json": at.stop("refused"), "x/stop.json": at.stop("refused") })],
  ])("%s", async (_title, files) => {
    await at.finish(at.run, { "airlock-gate-1": files() });
    expect(at.statuses()[0]).toContain("ended in phase gate without leaving a result");
  });
});

test("a run that a person started by hand gets no comment of ours", async () => {
  const id = at.repository.dispatch("mona", "airlock.yml", { ...at.run.inputs });
  const byHand = at.dispatched.find((one) => one.id === id);
  if (byHand === undefined) throw new Error("no run");
  byHand.update({ title: titleOf(byHand) });
  const before = at.statuses();
  await at.finish(byHand, {
    "airlock-gate-1": { "stop.json": { ...at.stop("already-done", "Forged."), ...at.identity(id) } },
  });
  expect(at.statuses()).toEqual(before);
  await at.finish(at.run, { "airlock-gate-1": { "stop.json": at.stop("already-done", "The end.") } });
  expect(at.statuses()).toEqual([expect.stringContaining("The end.")]);
  expect(at.lines.filter(({ event }) => event === "run.foreign")).toMatchObject([{ run: id }]);
});

test("a locked issue keeps the run's end in the run; the delivery counts as done", async () => {
  at.repository.lockIssue("mona", at.issue);
  at.hub.fault({ method: "PATCH", path: /\/issues\/comments\//, status: 403 });
  await at.finish(at.run, { "airlock-gate-1": { "stop.json": at.stop("refused") } });
  expect(
    at.hub.deliveries
      .filter(({ event, action }) => event === "workflow_run" && action === "completed")
      .map(({ statusCode }) => statusCode),
  ).toEqual([200]);
});

test("an end that could not be shown is shown a little later, by itself", async () => {
  at.hub.fault({ method: "PATCH", path: /\/issues\/comments\//, status: 502, times: 1 });
  await at.finish(at.run, { "airlock-gate-1": { "stop.json": at.stop("refused", "No.") } });
  const failed = at.hub.deliveries.find(({ event, action }) => event === "workflow_run" && action === "completed");
  expect(failed?.statusCode).toBe(500);
  expect(at.statuses()[0]).toContain("🚫 **Not done.** No.");
});

test("a rate limit on the last write is not taken for a refusal", async () => {
  const limit = { status: 403, headers: { "retry-after": "1" }, times: 1 };
  at.hub.fault({ method: "PATCH", path: /\/issues\/comments\//, ...limit });
  await at.finish(at.run, { "airlock-gate-1": { "stop.json": at.stop("refused", "No.") } });
  expect(at.statuses()[0]).toContain("🚫 **Not done.** No.");
});

test("an end that could not be shown for long is shown when the delivery comes again", async () => {
  const end = at.hub.fault({ method: "PATCH", path: /\/issues\/comments\//, status: 502 });
  await at.finish(at.run, { "airlock-gate-1": { "stop.json": at.stop("refused", "No.") } });
  const failed = at.hub.deliveries.find(({ event, action }) => event === "workflow_run" && action === "completed");
  expect(failed?.statusCode).toBe(500);
  end();
  expect((await at.hub.redeliver(failed?.id ?? 0)).statusCode).toBe(200);
  expect(at.statuses()[0]).toContain("🚫 **Not done.** No.");
});

test("a run that began is shown as running, and never again once it has ended", async () => {
  const begun = JSON.stringify({
    action: "in_progress",
    installation: { id: at.hub.state.installations[0]?.id },
    repository: {
      id: at.repository.id,
      name: "demo",
      owner: { login: "octo" },
      default_branch: "main",
      html_url: at.repository.htmlUrl,
    },
    workflow_run: { id: at.run.id, event: "workflow_dispatch", path: ".github/workflows/airlock.yml" },
  });
  const deliver = async () => {
    const signature = `sha256=${createHmac("sha256", "a-long-secret").update(begun).digest("hex")}`;
    const headers = { "x-hub-signature-256": signature, "x-github-delivery": "guid", "x-github-event": "workflow_run" };
    return (await fetch(at.running.webhookUrl, { method: "POST", body: begun, headers })).status;
  };
  expect(await deliver()).toBe(200);
  expect(at.statuses()[0]).toContain("⚙️ **Running.**");
  await at.finish(at.run, { "airlock-gate-1": { "stop.json": at.stop("refused", "No.") } });
  expect(await deliver()).toBe(200);
  expect(at.statuses()[0]).toContain("🚫 **Not done.** No.");
});
