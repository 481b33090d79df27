import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/handoff/seal.ts";
import { Task } from "../../src/handoff/task.ts";
import type { RunRequest } from "../../src/phases/asked.ts";
import { stillAsked } from "../../src/phases/still-asked.ts";
import { ours } from "../../src/text/outgoing.ts";
import { type ReviewScene, reviewScene, type Said } from "./review-scene.ts";
import { ask, dispatch, gateOf } from "./scene.ts";

interface Way {
  as?: string;
  said?: Said;
  minutes?: number;
  /** After the dispatch, before the gate looks. */
  after?: (at: ReviewScene, review: number) => unknown;
  /** Who the dispatch says to have asked. */
  requester?: string;
  verb?: "ask";
}

/** ben requests changes, and a run is dispatched for it. */
async function reviewed(at: ReviewScene, way: Way = {}): Promise<RunRequest & { review: number }> {
  const { as = "ben", said = { body: "Rename." }, minutes = 1, after = () => {}, requester = as } = way;
  const { id: review } = await at.review(as, said);
  at.pass(minutes);
  const ids = { id: review, issue: at.pull, requester: at.accountId(requester) };
  const request = dispatch(at, ids, { trigger: "review", ...(way.verb === undefined ? {} : { verb: way.verb }) });
  await after(at, review);
  return { ...request, review };
}

async function taskOf(at: ReviewScene, request: RunRequest): Promise<Task> {
  const outcome = await gateOf(at, request);
  if (outcome.kind === "stop") throw new Error(outcome.stop.message);
  return Task.parse(outcome.task);
}

test("a review that requests changes becomes a Task on the pull request's head", async () => {
  await using at = await reviewScene();
  const request = await reviewed(at);
  const head = (await at.reading.branch(at.branch)) ?? "";
  const task = await taskOf(at, request);
  expect(task).toMatchObject({
    trigger: {
      kind: "review",
      review: request.review,
      pull: at.pull,
      created_at: "2026-11-20T10:30:00.000Z",
      body_sha256: sha256("Rename."),
    },
    requester: { login: "ben", role: "maintain" },
    verb: "fix",
    words: "",
    brief: { kind: "review", items: [{ id: `review-${request.review}` }] },
    start: { commit: head },
    base: { commit: task.trusted.commit },
    pull: { number: at.pull, branch: at.branch, target: "main" },
    sandbox_mode: "workspace-write",
  });
  expect(await stillAsked({ task, identity: request.identity, appBotId: at.bot.id }, at.reading)).toMatchObject({
    kind: "asked",
  });
});

test("the command on the pull request means its open feedback; people's commits on the branch are where it begins", async () => {
  await using at = await reviewScene();
  await at.review("ben", { event: "COMMENT", lines: [[1, "Why?"]] });
  const head = await at.repository.push("mona", at.branch, { path: "by-hand.txt", text: "mona was here" });
  at.pass(10);
  const task = await taskOf(at, await ask(at, { issue: at.pull, body: "/agent fix gently" }));
  expect(task).toMatchObject({
    trigger: { kind: "issue_comment", issue: at.pull },
    words: "gently",
    brief: { kind: "review", items: [{ texts: [{ text: "gently" }] }, { texts: [{ text: "Why?" }] }] },
    start: { commit: head },
  });
});

describe("nothing starts", () => {
  test.each<[string, string, string, Way, Way]>([
    [
      "when the review was dismissed",
      "not-a-command",
      "does not request changes",
      { after: (at, review) => at.repository.dismiss("max", at.pull, review) },
      {},
    ],
    [
      "for an approval",
      "not-a-command",
      "does not request changes",
      { said: { event: "APPROVE", body: "Rename." } },
      {},
    ],
    [
      "when it was edited",
      "edited",
      "The review was edited after it was written.",
      { after: (at, review) => at.repository.editReview(at.pull, review, "Rename.") },
      {},
    ],
    ["when its author may not write", "not-allowed", "need the role write", { as: "tim" }, {}],
    [
      "when its author may not write any more",
      "not-allowed",
      "need the role write",
      { after: (at) => at.repository.setRole("ben", "read") },
      { after: (at) => at.repository.setRole("ben", "write") },
    ],
    [
      "when somebody else wrote it",
      "not-allowed",
      "The review was written by somebody else.",
      { requester: "mona" },
      {},
    ],
    ["when it is old", "expired", "31 minutes old", { minutes: 31 }, { minutes: 30 }],
    [
      "when the pull request is closed",
      "issue-closed",
      "The pull request is closed.",
      { after: (at) => at.repository.closeIssue("ben", at.pull) },
      {},
    ],
    ["for a question", "not-a-command", "does not request changes", { verb: "ask" }, {}],
    [
      "when it says nothing",
      "no-change",
      "There is no open feedback",
      { said: {} },
      { said: { lines: [[1, "Why?"]] } },
    ],
  ])("%s, and does without that", async (...[, kind, says, refused, goes]) => {
    await using at = await reviewScene();
    expect(await gateOf(at, await reviewed(at, refused))).toMatchObject({
      kind: "stop",
      stop: { kind, message: expect.stringContaining(says) },
    });
    await using other = await reviewScene();
    expect(await gateOf(other, await reviewed(other, goes))).toMatchObject({ kind: "task" });
  });

  test("for a review that stands on another pull request, or on a person's", async () => {
    await using at = await reviewScene();
    at.push({ "a.txt": "a" }, "topic");
    const theirs = await at.repository.openPull("mona", { head: "topic", base: "main" });
    const request = await reviewed(at);
    const elsewhere = dispatch(at, { ...request.inputs, issue: theirs }, { trigger: "review" });
    expect(await gateOf(at, elsewhere)).toMatchObject({ kind: "stop", stop: { kind: "duplicate" } });
    const id = await at.repository.reviewWith("ben", theirs, { event: "REQUEST_CHANGES", body: "No.", comments: [] });
    at.pass(1);
    const foreign = dispatch(at, { ...request.inputs, issue: theirs, id }, { trigger: "review" });
    expect(await gateOf(at, foreign)).toMatchObject({ kind: "stop", stop: { kind: "not-available" } });
  });
});

test("one review is answered once, and a comment of the same id takes nothing away", async () => {
  await using at = await reviewScene();
  const first = await reviewed(at);
  dispatch(at, { ...first.inputs, issue: at.issue });
  const second = dispatch(at, first.inputs, { trigger: "review" });
  expect(await gateOf(at, second)).toMatchObject({
    kind: "stop",
    stop: { kind: "duplicate", message: `Run ${first.identity.run.id} already works on this review.` },
  });
  expect(await gateOf(at, first)).toMatchObject({ kind: "task" });
});

describe("publish asks again", () => {
  test.each<[string, string, (at: ReviewScene, review: number) => unknown]>([
    [
      "a review that was dismissed meanwhile",
      "not-a-command",
      (at, review) => at.repository.dismiss("max", at.pull, review),
    ],
    [
      "a review that was edited meanwhile",
      "edited",
      (at, review) => at.repository.editReview(at.pull, review, "Other."),
    ],
    ["a head that somebody moved meanwhile", "head-moved", (at) => at.commit(ours`mine`)],
  ])("%s ends the road", async (_title, kind, meanwhile) => {
    await using at = await reviewScene();
    const request = await reviewed(at);
    const task = await taskOf(at, request);
    await meanwhile(at, request.review);
    expect(await stillAsked({ task, identity: request.identity, appBotId: at.bot.id }, at.reading)).toMatchObject({
      kind: "stop",
      stop: { kind },
    });
  });
});

describe("rounds", () => {
  const config = "[limits]\nreview_rounds = 1\n\n[review]\non_changes_requested = false\n";

  test("are counted by the runs that the commits name, and the first one opened it", async () => {
    await using at = await reviewScene({ ".github/airlock.toml": config });
    for (const run of [11, 12, 12]) await at.commit(ours`Fix\n\nAirlock-Run: ${run}`);
    await at.review("ben", { body: "Rename." });
    at.pass(10);
    const { audit, ...outcome } = await gateOf(at, await ask(at, { issue: at.pull }));
    expect(outcome).toEqual({
      kind: "stop",
      stop: {
        kind: "rounds",
        message: "The rounds of feedback of this pull request are used up: 1 of 1 (`limits.review_rounds`).",
        next: "A person should take it over. To go on all the same, raise the limit in .github/airlock.toml on the default branch.",
      },
    });
    expect(audit.entries.at(-1)?.event).toBe("request.refused");
  });

  test("below the limit go on, but not by a review where the repository does not want that", async () => {
    await using at = await reviewScene({ ".github/airlock.toml": config });
    await at.commit(ours`Fix\n\nAirlock-Run: 11`);
    expect(await gateOf(at, await reviewed(at))).toMatchObject({
      kind: "stop",
      stop: { kind: "not-available", message: expect.stringContaining("`review.on_changes_requested` is off") },
    });
    expect(await gateOf(at, await ask(at, { issue: at.pull }))).toMatchObject({ kind: "task" });
  });

  test("of a run that is run again end there, and name the pull request", async () => {
    await using at = await reviewScene();
    const request = await reviewed(at);
    await at.commit(ours`Fix\n\nAirlock-Run: ${request.identity.run.id}`);
    expect(await gateOf(at, request)).toMatchObject({
      kind: "stop",
      stop: { kind: "already-done", pull_request: at.pull },
    });
  });
});
