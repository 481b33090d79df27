import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ours } from "../../src/text/outgoing.ts";
import { stopped } from "../record/papers.ts";
import { publish, titleOf } from "./run-scene.ts";
import { type Scene, scene } from "./scene.ts";

let at: Scene;
let pull: number;

beforeEach(async () => {
  at = await scene();
  ({ pull_request: pull } = await publish(at, ours`Fix`));
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

/** Somebody reviews. Out: what became of it. */
async function reviews(login: string, event: "APPROVE" | "REQUEST_CHANGES" | "COMMENT" = "REQUEST_CHANGES", on = pull) {
  const id = await at.repository.reviewWith(login, on, { event, body: "Please /agent fix this", comments: [] });
  await at.running.idle();
  const delivery = at.hub.deliveries.findLast(({ event: name }) => name === "pull_request_review");
  return {
    id,
    answer: delivery?.statusCode,
    runs: at.dispatched.length,
    comments: at.repository.issueComments(on).map(({ author, body }) => `${author}: ${body}`),
  };
}

test("a review that requests changes on our pull request starts one run with ids only, and is shown", async () => {
  const { id, answer, comments } = await reviews("mona");
  expect(answer).toBe(200);
  const [run, ...others] = at.dispatched;
  expect(others).toEqual([]);
  const requester = expect.stringMatching(/^\d+$/);
  expect(run?.inputs).toEqual({ verb: "fix", issue: `${pull}`, trigger: "review", id: `${id}`, requester });
  expect(comments).toEqual([
    `airlock[bot]: <!-- airlock:review:${id} -->\n\n⏳ **Queued.** The run has been asked for; this comment will show how it ends.\n\n<sub>fix, asked by mona · [run ${run?.id}](${at.repository.htmlUrl}/actions/runs/${run?.id})</sub>`,
  ]);
});

describe("nothing starts and nothing is said", () => {
  test.each<[string, () => ReturnType<typeof reviews>]>([
    ["for an approval", () => reviews("mona", "APPROVE")],
    ["for a comment", () => reviews("mona", "COMMENT")],
    ["for somebody who may only read", () => reviews("reader")],
    ["for a stranger", () => reviews("stranger")],
    [
      "for a bot that may write",
      () => {
        at.hub.addUser("robot[bot]", { type: "Bot" });
        at.repository.setRole("robot[bot]", "write");
        return reviews("robot[bot]");
      },
    ],
    [
      "on a closed pull request",
      () => {
        at.repository.closeIssue("mona", pull);
        return reviews("mona");
      },
    ],
    [
      "on a person's pull request",
      async () => {
        await at.repository.push("stranger", "topic", { path: "a.txt", text: "a" });
        return await reviews(
          "mona",
          "REQUEST_CHANGES",
          await at.repository.openPull("stranger", { head: "topic", base: "main" }),
        );
      },
    ],
  ])("%s", async (_title, deed) => {
    expect(await deed()).toMatchObject({ answer: 200, runs: 0, comments: [] });
  });
});

test("the delivery counts as failed when GitHub does not take the dispatch, and a repetition starts the run", async () => {
  at.hub.fault({ method: "POST", path: /\/dispatches$/, status: 502, times: 1 });
  const { answer } = await reviews("mona");
  expect(answer).toBeGreaterThanOrEqual(500);
  const delivery = at.hub.deliveries.findLast(({ event }) => event === "pull_request_review");
  await at.hub.redeliver(delivery?.id ?? 0);
  await at.running.idle();
  expect(at.dispatched).toHaveLength(1);
});

test("the end is shown in the review's own comment; at the last round a label asks for a person", async () => {
  const { id } = await reviews("mona");
  const [run] = at.dispatched;
  if (run === undefined) throw new Error("no run");
  run.update({ status: "in_progress", title: titleOf(run) });
  const message = "The rounds of feedback of this pull request are used up: 5 of 5 (`limits.review_rounds`).";
  const identity = {
    repository: { id: at.repository.id, owner: "octo", name: "demo" },
    run: { id: run.id, attempt: 1 },
  };
  const paper = { ...stopped("rounds", message), ...identity, phase: "gate" };
  await at.finish(run, { "airlock-gate-1": { "stop.json": paper } });
  await at.running.idle();
  expect(at.repository.issueComments(pull).map(({ body }) => body)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^<!-- airlock:review:${id} -->\\n\\n🚫 \\*\\*Not done\\.\\*\\* The rounds of feedback of this pull request are used up`,
      ),
    ),
  ]);
  expect(at.repository.labelsOf(pull)).toEqual(["needs-human"]);
  expect(at.lines.filter(({ event }) => event === "display.failed")).toEqual([]);
});
