import { afterEach, beforeEach, expect, test } from "vitest";
import { githubClient } from "../../src/github/client.ts";
import { verdict } from "../record/papers.ts";
import { type GateScene, gateScene, high } from "./gate-scene.ts";
import { messageOf, titleOf } from "./run-scene.ts";

let at: GateScene;

beforeEach(async () => {
  at = await gateScene();
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

/** Somebody requests changes, and the run for it begins. */
async function roundOf(login: string, pull: number) {
  await at.repository.reviewWith(login, pull, { event: "REQUEST_CHANGES", body: "Rename.", comments: [] });
  await at.running.idle();
  const run = at.dispatched.at(-1);
  if (run === undefined) throw new Error("no run");
  run.update({ status: "in_progress", title: titleOf(run) });
  return run;
}

/** A run pushes one commit more, and ends with a Verdict that names a pull request. */
async function publishRound(
  run: Awaited<ReturnType<typeof roundOf>>,
  on: { branch: string; head: string },
  names: number,
) {
  const token = at.hub.jobToken(at.repository, { contents: "write", pull_requests: "write" });
  const github = githubClient({ token, apiUrl: at.hub.url, owner: "octo", repo: "demo" });
  const { tree } = await github.commit(on.head);
  const { sha: commit } = await github.createCommit({ message: messageOf(run.id, high), tree, parents: [on.head] });
  expect(await github.moveBranch(on.branch, commit)).toBe("moved");
  const published = { branch: on.branch, commit, tree, pull_request: names, url: "https://x.test/1", not_applied: [] };
  const paper = { ...verdict({ ...high, published }), ...at.identity(run.id) };
  await at.finish(run, { "airlock-publish-1": { "verdict.json": paper } });
  await at.quiet();
  return commit;
}

test("who asked for an earlier round may not approve the next one either", async () => {
  const { pull, head, branch } = await at.publishedUnder(high);
  const next = await publishRound(await roundOf("ben", pull), { branch, head }, pull);
  expect(at.check(next)).toMatchObject({ conclusion: "action_required" });
  await at.repository.review("mona", pull, "APPROVE");
  await at.repository.review("ben", pull, "APPROVE");
  await at.repository.review("ada", pull, "APPROVE");
  const { summary, conclusion } = at.check(next);
  expect(conclusion).toBe("action_required");
  expect(summary).toContain("mona asked for this change.");
  expect(summary).toContain("ben asked for this change.");
  await at.repository.review("eve", pull, "APPROVE");
  expect(at.check(next).conclusion).toBe("success");
});

test("a run that was removed is still known by what was remembered of its head", async () => {
  const { pull, head, branch } = await at.publishedUnder(high);
  const run = await roundOf("ben", pull);
  at.repository.record.runs = at.repository.record.runs.filter(({ id }) => id !== at.run.id);
  const next = await publishRound(run, { branch, head }, pull);
  await at.repository.review("mona", pull, "APPROVE");
  await at.repository.review("ada", pull, "APPROVE");
  expect(at.check(next)).toMatchObject({
    conclusion: "action_required",
    summary: expect.stringContaining("mona asked for this change."),
  });
});

test("a run that was removed and of which nothing is remembered keeps the head from being released", async () => {
  const { pull, head, branch } = await at.publishedUnder(high);
  const run = await roundOf("ben", pull);
  at.repository.record.runs = at.repository.record.runs.filter(({ id }) => id !== at.run.id);
  at.repository.record.checks = at.repository.record.checks.filter(({ headSha }) => headSha !== head);
  const next = await publishRound(run, { branch, head }, pull);
  for (const login of ["ada", "eve"]) await at.repository.review(login, pull, "APPROVE");
  expect(at.check(next)).toMatchObject({
    conclusion: "action_required",
    summary: expect.stringContaining(`names run ${at.run.id}, which is gone`),
  });
});

test("a round's Verdict counts for the pull request it was asked on, and for no other", async () => {
  const { pull, head } = await at.publishedUnder(high);
  const run = await roundOf("ben", pull);
  // Its branch is called as if it answered an issue of the pull request's number, and the same bot opened it.
  const token = at.hub.jobToken(at.repository, { contents: "write", pull_requests: "write" });
  const github = githubClient({ token, apiUrl: at.hub.url, owner: "octo", repo: "demo" });
  await github.createBranch(`airlock/${pull}-1`, head);
  const other = await at.repository.openPull("github-actions[bot]", { head: `airlock/${pull}-1`, base: "main" });
  const next = await publishRound(run, { branch: `airlock/${pull}-1`, head }, other);
  expect(at.repository.issueComments(pull).at(-1)?.body).toContain("GitHub does not confirm it");
  expect(at.check(next).title).not.toContain("Risk");
});
