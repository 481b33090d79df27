import { afterEach, beforeEach, expect, test } from "vitest";
import { planDigest } from "../../src/handoff/plan.ts";
import { sha256 } from "../../src/handoff/seal.ts";
import type { Task } from "../../src/handoff/task.ts";
import { approvalHash, readApprovalRecord } from "../../src/record/approval.ts";
import type { DispatchedRun } from "../emulators/runner/dispatched-run.ts";
import { plan } from "../record/made-approval.ts";
import { issueBrief, solution, task } from "../record/papers.ts";
import { titleOf } from "./run-scene.ts";
import { type Scene, scene } from "./scene.ts";

let at: Scene;

beforeEach(async () => {
  at = await scene();
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

const said = (): string[] =>
  at.repository
    .issueComments(at.issue)
    .filter(({ author }) => author === "airlock[bot]")
    .map(({ body }) => body);

/** mona comments; what follows has been shown. Out: the App's newest comment. */
async function say(body: string): Promise<string> {
  await at.repository.comment("mona", at.issue, body);
  await at.running.idle();
  return said().at(-1) ?? "";
}

/** mona asks for a plan and its run ends with these papers. */
async function planRun(change: (paper: Task) => Task = (paper) => paper): Promise<DispatchedRun> {
  await say("/agent plan");
  const run = at.dispatched.at(-1);
  if (run === undefined) throw new Error("no run");
  run.update({ status: "in_progress", title: titleOf(run) });
  const identity = {
    repository: { id: at.repository.id, owner: "octo", name: "demo" },
    run: { id: run.id, attempt: run.attempt },
  };
  const made = change({
    ...task(),
    ...identity,
    verb: "plan",
    words: "",
    trigger: {
      kind: "issue_comment",
      comment: Number(run.inputs["id"]),
      issue: at.issue,
      created_at: "2026-11-20T10:00:00Z",
      body_sha256: "0".repeat(64),
    },
    requester: { id: Number(run.inputs["requester"]), login: "mona", role: "write" },
    brief: { ...issueBrief, number: at.issue },
  });
  await at.finish(run, {
    "airlock-gate-1": { "task.json": made },
    "airlock-solve-1": {
      "solution.json": { ...solution(), ...identity, task_digest: sha256(JSON.stringify(made)), plan },
    },
  });
  return run;
}

const kept = (run: DispatchedRun) =>
  at.repository
    .checks(run.sha)
    .filter(({ name }) => name === "airlock plan")
    .map(({ text }) => readApprovalRecord(text, at.repository.id));

async function planned(): Promise<{ run: DispatchedRun; hash: string }> {
  const run = await planRun();
  const [record] = kept(run);
  if (record === null || record === undefined) throw new Error(said().join("\n"));
  return { run, hash: approvalHash(record.approval) };
}

test("what can be approved is written into the App's own check run, once, and the comment shows its hash", async () => {
  const { run, hash } = await planned();
  const [record] = kept(run);
  expect(record).toMatchObject({
    approval: {
      kind: "plan",
      subject: planDigest(plan),
      argv: ["fix", ""],
      issue: at.issue,
      run: { id: run.id, attempt: 1 },
      requester: { login: "mona" },
    },
    plan,
    state: { kind: "open" },
  });
  expect(said()).toHaveLength(1);
  expect(said()[0]).toContain(`\`/agent approve ${hash.slice(0, 16)}\``);
  const ended = at.hub.deliveries.find(({ event, action }) => event === "workflow_run" && action === "completed");
  await at.hub.redeliver(ended?.id ?? 0);
  await at.running.idle();
  expect(kept(run)).toEqual([record]);
  expect(said()).toHaveLength(1);
});

test("an approval is written down before its run is asked for, so that no other comment can use it", async () => {
  const { run, hash } = await planned();
  const end = at.hub.fault({ method: "POST", path: /\/dispatches$/, status: 502 });
  await say(`/agent approve ${hash}`);
  const comment = at.repository.issueComments(at.issue).findLast(({ author }) => author === "mona")?.id;
  expect(at.dispatched).toHaveLength(1);
  expect(kept(run)).toMatchObject([{ state: { kind: "used", comment } }]);
  end();
  expect(await say(`/agent approve ${hash}`)).toContain(`That plan was approved already, by comment ${comment}.`);
  expect(await say(`/agent deny ${hash}`)).toContain(`That plan was approved already, by comment ${comment}.`);
  expect(at.dispatched).toHaveLength(1);
  // The same comment, delivered again, goes on where the App was stopped.
  const delivery = at.hub.deliveries.find(
    ({ event, body }) => event === "issue_comment" && body.includes(`"id":${comment},`),
  );
  await at.hub.redeliver(delivery?.id ?? 0);
  await at.running.idle();
  expect(at.dispatched.map(({ inputs }) => [inputs["verb"], inputs["id"]])).toEqual([
    ["plan", expect.any(String)],
    ["approve", String(comment)],
  ]);
});

test("a plan whose run GitHub refuses to start waits on", async () => {
  const { run, hash } = await planned();
  const end = at.hub.fault({ method: "POST", path: /\/dispatches$/, status: 404 });
  expect(await say(`/agent approve ${hash}`)).toContain("There is no workflow");
  expect(kept(run)).toMatchObject([{ state: { kind: "open" } }]);
  end();
  await say(`/agent approve ${hash}`);
  expect(at.dispatched).toHaveLength(2);
  expect(kept(run)).toMatchObject([{ state: { kind: "used" } }]);
});

test("a decision that cannot be written starts nothing", async () => {
  const { run, hash } = await planned();
  const end = at.hub.fault({ method: "PATCH", path: /\/check-runs\/\d+$/, status: 502 });
  await say(`/agent approve ${hash}`);
  expect(at.dispatched).toHaveLength(1);
  expect(kept(run)).toMatchObject([{ state: { kind: "open" } }]);
  end();
  await say(`/agent approve ${hash}`);
  expect(at.dispatched).toHaveLength(2);
});

test("a plan is denied once, and the same comment may be delivered again", async () => {
  const { run, hash } = await planned();
  expect(await say(`/agent deny ${hash.slice(0, 16)}`)).toContain("is denied: it cannot be approved any more");
  const comments = said();
  const delivery = at.hub.deliveries.findLast(({ event }) => event === "issue_comment");
  await at.hub.redeliver(delivery?.id ?? 0);
  await at.running.idle();
  expect(said()).toEqual(comments);
  expect(kept(run)).toMatchObject([{ state: { kind: "denied" } }]);
  expect(await say(`/agent approve ${hash}`)).toMatch(/That plan was denied already, by comment \d+\./);
  expect(at.dispatched).toHaveLength(1);
});

test.each<[string, (paper: Task) => Task]>([
  ["another issue", (paper) => ({ ...paper, brief: { ...issueBrief, number: 99 } })],
  ["another person", (paper) => ({ ...paper, requester: { id: 1, login: "reader", role: "admin" } })],
  ["another kind of work", (paper) => ({ ...paper, verb: "fix" })],
])("papers that tell of %s give no plan to approve", async (_, change) => {
  const run = await planRun(change);
  expect(kept(run)).toEqual([]);
  expect(said().at(-1)).toContain("The papers of the run contradict each other or GitHub");
});

test("a plan that cannot be shown whole is none that anybody may approve", async () => {
  const run = await planRun((paper) => ({ ...paper, words: "*".repeat(40_000) }));
  expect(kept(run)).toEqual([]);
  expect(said().at(-1)).toContain("cannot be shown whole and exactly as it is");
});
