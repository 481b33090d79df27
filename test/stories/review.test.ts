import { expect, test } from "vitest";
import { call, type Step } from "../emulators/model/step.ts";
import type { World } from "../world.ts";
import { ask, expectSound, finish, goodFix, patch, papersOf, startStory, statusOf, expectJobs } from "./road.ts";

/** Ids of the embedded GitHub's first review and first comment on a line. */
const review = "review-2900000001";
const thread = "thread-2400000001";

/** Milliseconds: two whole runs, one after the other. */
const twoRuns = { timeout: 180_000 };

const answer = (id: string, outcome: "done" | "declined", subject: string, reply: string): Step =>
  call("answer_item", { id, outcome, subject, reply });

const describeTotal = patch(
  "*** Update File: src/cart.ts",
  "@@",
  "-/** The sum of a cart in cents. */",
  "+/** The sum of a cart in cents: every price times its quantity. */",
);

/** The pull request that the first run opened, and a line of its head. */
function opened(world: World): { pull: number; line: number } {
  const [pull] = world.repository.pulls();
  const text = world.repository.file("src/cart.ts", pull?.head.ref ?? "") ?? "";
  return { pull: pull?.number ?? 0, line: text.split("\n").findIndex((one) => one.includes("item.quantity")) + 1 };
}

async function requestChanges(world: World, as: string): Promise<number> {
  const { pull, line } = opened(world);
  const comments = [{ path: "src/cart.ts", line, body: "Should this round?" }];
  await world.repository.reviewWith(as, pull, { event: "REQUEST_CHANGES", body: "Say what `total` does.", comments });
  await world.settled();
  return pull;
}

test("a review that requests changes becomes a commit for each point and an answer to each", twoRuns, async () => {
  await using world = await startStory([
    ...goodFix,
    describeTotal,
    answer(review, "done", "Say what total sums", "The comment names quantities now."),
    answer(thread, "declined", "", "Cents are whole numbers, so there is nothing to round."),
    finish("The comment of `total` says what it sums."),
  ]);
  const { issue } = await ask(world);
  const { repository } = world;
  const before = repository.pulls()[0]?.head.sha ?? "";
  const pull = await requestChanges(world, "ben");

  const [, run] = repository.runs();
  expect(run?.log.filter(({ text }) => text.startsWith("##[error]"))).toEqual([]);
  expectJobs(run, ["gate", "solve", "verify", "publish"]);
  const [top, below] = repository.log(`airlock/${issue}-1`);
  expect(below?.sha).toBe(before);
  expect(top).toMatchObject({ verified: true, author: expect.stringContaining("github-actions[bot]") });
  expect(top?.message).toMatch(/^Address review: Say what total sums\n/);
  expect(top?.message).toContain(`\nAirlock-Item: ${review}\nCo-authored-by: ben`);
  expect(repository.pulls()).toHaveLength(1);

  const [discussion] = repository.threadsOf(pull);
  expect(discussion?.comments.map(({ author, body }) => `${author.login}: ${body}`)).toEqual([
    "ben: Should this round?",
    expect.stringMatching(/^github-actions\[bot\]: .*nothing to round/s),
  ]);
  expect(statusOf(world, pull)).toMatch(/^<!-- airlock:review:2900000001 -->\n\n✅ \*\*Finished\.\*\*/);
  expect(statusOf(world, pull)).toContain("The comment names quantities now.");
  expect(repository.checks(top?.sha ?? "")).toMatchObject([{ name: "airlock", status: "completed" }]);
  const task: unknown = JSON.parse(papersOf(world, run?.id ?? 0).files.get("airlock-gate-1/task.json") ?? "");
  expect(task).toMatchObject({ trigger: { kind: "review" }, start: { commit: before }, pull: { number: pull } });

  // Both points are answered: a second request finds only the declined one's review gone on, and nothing open.
  await repository.comment("ben", pull, "/agent fix");
  await world.settled();
  const last = repository.issueComments(pull).at(-1)?.body;
  expect(last).toContain("There is no open feedback on this pull request");
  expectSound(world);
});

test("a review by somebody who may not write starts nothing, and their words are no point", async () => {
  await using world = await startStory(goodFix);
  await ask(world);
  const pull = await requestChanges(world, "rita");
  expect(world.repository.runs()).toHaveLength(1);
  expect(world.repository.issueComments(pull)).toEqual([]);
  await world.repository.comment("mona", pull, "/agent fix");
  await world.settled();
  expect(statusOf(world, pull)).toContain("There is no open feedback on this pull request");
  expectSound(world);
});

test("a head that somebody moves while the agent works stays as they left it", twoRuns, async () => {
  let moved: string | null = null;
  await using world = await startStory(
    [
      ...goodFix,
      describeTotal,
      answer(review, "done", "Say what total sums", "Done."),
      answer(thread, "declined", "", "Whole numbers."),
      finish("Done."),
    ],
    {
      between: async (job) => {
        if (job === "verify" && world.repository.runs().length === 2) moved ??= await push(world);
      },
    },
  );
  await ask(world);
  const pull = await requestChanges(world, "ben");
  expect(statusOf(world, pull)).toContain("Somebody pushed to the pull request while the run was working");
  expect(world.repository.pulls()[0]?.head.sha).toBe(moved);
  expect(world.repository.threadsOf(pull)[0]?.comments).toHaveLength(1);
  expectSound(world);
});

function push(world: World): Promise<string> {
  const [pull] = world.repository.pulls();
  return world.repository.push("ben", pull?.head.ref ?? "", { path: "by-hand.txt", text: "mine\n" });
}
