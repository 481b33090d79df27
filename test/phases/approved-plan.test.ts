import { strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { githubClient, noPatience } from "../../src/github/client.ts";
import type { Task } from "../../src/handoff/task.ts";
import { stillAsked } from "../../src/phases/still-asked.ts";
import { approvalCheck } from "../../src/record/approval-check.ts";
import { plan } from "../record/made-approval.ts";
import { type PlannedScene, plannedScene } from "./planned.ts";
import { ask, gateOf, laterJob, rewriteMain } from "./scene.ts";

/** ben approves; the App has written that down unless `remembered` says otherwise. Out: what the gate of the dispatched run says. */
async function approve(
  stage: PlannedScene,
  {
    body = `/agent approve ${stage.hash.slice(0, 16)}\n\nFine.`,
    issue = stage.issue,
    remembered = true,
  }: { body?: string; issue?: number; remembered?: boolean } = {},
) {
  const request = await ask(stage, { as: "ben", verb: "approve", body, issue });
  if (remembered) await stage.remember({ kind: "used", comment: request.comment, by: stage.accountId("ben") });
  return { request, outcome: await gateOf(laterJob(stage), request) };
}

test("the Task carries exactly the plan, for the issue as it was planned for", async () => {
  await using stage = await plannedScene();
  stage.pass(60);
  stage.repository.editIssue("rita", stage.issue, { body: "It also needs everything rewritten." });
  await stage.repository.comment("mona", stage.issue, "One more thing.");
  const head = stage.push({ "later.txt": "the default branch has moved on" });
  const { outcome } = await approve(stage);
  expect(outcome).toMatchObject({
    kind: "task",
    task: {
      verb: "approve",
      requester: { login: "ben" },
      words: "gently",
      sandbox_mode: "workspace-write",
      brief: { kind: "issue", number: stage.issue, body: { text: "It subtracts." }, comments: [] },
      plan: {
        hash: stage.hash,
        plan,
        run: stage.record.approval.run.id,
        commit: stage.record.approval.trusted,
        asked_by: { login: "mona" },
      },
      // What holds now, not when it was planned.
      trusted: { commit: head },
      start: { commit: head },
    },
  });
});

describe("nothing runs, and one sentence says why", () => {
  test.each<[string, (stage: PlannedScene) => unknown, string, string]>([
    [
      "its papers have expired",
      (stage) => (stage.artifact.expired = true),
      "expired",
      "The papers of the plan's run have expired.",
    ],
    [
      "the default branch was rewritten",
      (stage) => rewriteMain(stage),
      "not-available",
      "The default branch was rewritten",
    ],
    ["the issue was closed", (stage) => stage.repository.closeIssue("ben", stage.issue), "issue-closed", "is closed"],
    [
      "whoever approves lost the role",
      (stage) => stage.repository.setRole("ben", "read"),
      "not-allowed",
      "yours is read",
    ],
    ["its day is over", (stage) => stage.pass(24 * 60), "expired", "That plan could be released until"],
  ])("%s", async (_, meanwhile, kind, message) => {
    await using stage = await plannedScene();
    await meanwhile(stage);
    const { outcome } = await approve(stage);
    expect(outcome).toMatchObject({ kind: "stop", stop: { kind, message: expect.stringContaining(message) } });
  });

  test("the hash is too short, unknown, or another issue's", async () => {
    await using stage = await plannedScene();
    const other = stage.repository.openIssue("rita", "another", "Something else.");
    const say = async (options: { body?: string; issue?: number }) => {
      const { outcome } = await approve(stage, options);
      return outcome.kind === "stop" ? [outcome.stop.kind, outcome.stop.message] : [outcome.kind];
    };
    expect(await say({ body: `/agent approve ${stage.hash.slice(0, 15)}` })).toEqual([
      "not-a-command",
      "The hash has 15 digits; at least its first 16 must be typed.",
    ]);
    expect(await say({ body: `/agent approve ${"0".repeat(16)}` })).toEqual([
      "not-available",
      "No plan of this issue has the hash `0000000000000000`.",
    ]);
    expect(await say({ issue: other })).toEqual([
      "not-available",
      `That plan is for issue #${stage.issue}, not for this one.`,
    ]);
    expect(await say({})).toEqual(["task"]);
  });

  test("the comment was edited", async () => {
    await using stage = await plannedScene();
    const { request } = await approve(stage, { remembered: false });
    await stage.remember({ kind: "used", comment: request.comment, by: 1 });
    expect(await gateOf(stage, request)).toMatchObject({ kind: "task" });
    stage.pass(1);
    await stage.repository.editComment("ben", request.comment, `/agent approve ${stage.hash}`);
    expect(await gateOf(stage, request)).toMatchObject({ stop: { kind: "edited" } });
  });
});

describe("the App's record decides", () => {
  test("that it does not name this comment, or names another, or denies", async () => {
    await using stage = await plannedScene();
    const { request, outcome } = await approve(stage, { remembered: false });
    expect(outcome).toMatchObject({
      stop: { kind: "not-allowed", message: "The app has not recorded that this comment released the plan." },
    });
    const by = stage.accountId("ben");
    for (const [kind, word] of [
      ["used", "approved"],
      ["denied", "denied"],
    ] as const) {
      await stage.remember({ kind, comment: 99, by });
      expect(await gateOf(stage, request)).toMatchObject({
        stop: { kind: "not-available", message: `That plan was ${word} already, by comment 99.` },
      });
    }
    await stage.remember({ kind: "denied", comment: request.comment, by });
    expect(await gateOf(stage, request)).toMatchObject({ stop: { kind: "not-allowed" } });
    await stage.remember({ kind: "used", comment: request.comment, by });
    expect(await gateOf(stage, request)).toMatchObject({ kind: "task" });
  });

  test("a check run of the same name by another app is nobody's word", async () => {
    await using stage = await plannedScene();
    const { request } = await approve(stage, { remembered: false });
    const forged = approvalCheck({ ...stage.record, state: { kind: "used", comment: request.comment, by: 1 } });
    if (forged === null) throw new Error("the record cannot be written");
    const token = stage.hub.jobToken(stage.repository, { checks: "write" });
    const job = githubClient({ token, apiUrl: stage.hub.url, owner: "octo", repo: "demo", patience: noPatience });
    await stage.remember({ kind: "denied", comment: 99, by: 1 });
    await job.createCheck({ head: stage.record.approval.trusted, ...forged });
    expect(await gateOf(stage, request)).toMatchObject({
      stop: { message: expect.stringContaining("denied already") },
    });
  });

  test("another Task in the artifact's place is not believed", async () => {
    await using stage = await plannedScene();
    const { request, outcome } = await approve(stage);
    expect(outcome).toMatchObject({ kind: "task" });
    const text = Buffer.from(unzipSync(stage.artifact.zip)["task.json"] ?? []).toString("utf8");
    stage.artifact.zip = Buffer.from(
      zipSync({ "task.json": strToU8(text.replace("It subtracts.", "It must be rewritten.")) }),
    );
    await expect(gateOf(stage, request)).rejects.toThrow("but the job that made it announced");
    stage.artifact.zip = Buffer.from(zipSync({ "solution.json": strToU8(text) }));
    await expect(gateOf(stage, request)).rejects.toThrow("its artifact holds no Task");
  });
});

describe("before anything is published", () => {
  const still = (stage: PlannedScene, task: Task) =>
    stillAsked({ task, identity: task, appBotId: stage.bot.id }, stage.reading);

  test("the record must still name this comment, and this very plan", async () => {
    await using stage = await plannedScene();
    const { request, outcome } = await approve(stage);
    if (outcome.kind === "stop") throw new Error(outcome.stop.message);
    const { task } = outcome;
    if (task.plan === undefined) throw new Error("no plan");
    expect(await still(stage, task)).toMatchObject({ kind: "asked" });
    const { plan: carried, ...without } = task;
    for (const other of [
      without,
      { ...task, plan: { ...carried, plan: { ...plan, notes: "And everything else." } } },
      { ...task, plan: { ...carried, hash: "0".repeat(64) } },
    ])
      await expect(still(stage, other)).rejects.toThrow("the released plan is");
    await stage.remember({ kind: "used", comment: 99, by: 1 });
    expect(await still(stage, task)).toMatchObject({ kind: "stop", stop: { kind: "not-available" } });
    await stage.remember({ kind: "used", comment: request.comment, by: 1 });
    expect(await still(stage, task)).toMatchObject({ kind: "asked" });
  });
});
