import { describe, expect, test } from "vitest";
import { itemsMax } from "../../src/handoff/task.ts";
import { freezeReview } from "../../src/phases/freeze-review.ts";
import { originOf } from "../../src/record/origin.ts";
import { subjectOf } from "../../src/record/subject.ts";
import { commandWords } from "../../src/request/command.ts";
import { ours } from "../../src/text/outgoing.ts";
import { type ReviewScene, reviewScene } from "./review-scene.ts";

interface Way {
  body?: string;
  /** After the command, before the gate looks. */
  later?: (at: ReviewScene) => unknown;
}

/** What is open on the pull request when mona asks now. */
async function openNow(at: ReviewScene, { body = "/agent fix", later = () => {} }: Way = {}) {
  const id = await at.repository.comment("mona", at.pull, body);
  at.pass(1);
  await later(at);
  const [subject, origin] = await Promise.all([
    subjectOf(at.reading, at.pull, at.repository.id),
    originOf(at.reading, at.pull, { kind: "comment", id }),
  ]);
  if (subject?.kind !== "own-pull" || origin === null) throw new Error("the pull request is ours");
  const { text: words } = commandWords(body);
  return await freezeReview({ subject, origin, words, appBotId: at.bot.id }, at.reading);
}

/** The points by id, with their texts. */
async function points(at: ReviewScene, way?: Way) {
  const frozen = await openNow(at, way);
  if (frozen.kind === "stop") return frozen.stop.kind;
  return frozen.brief.items.map(({ id, texts }) => [id, ...texts.map(({ text }) => text)]);
}

/** The whole brief. */
async function brief(at: ReviewScene, way?: Way) {
  const frozen = await openNow(at, way);
  if (frozen.kind === "stop") throw new Error(frozen.stop.message);
  return frozen.brief;
}

test("a brief carries words, reviews and threads as points, and everybody else's words as context", async () => {
  await using at = await reviewScene();
  const { id, threads } = await at.review("ben", { body: "Please **rename**.", lines: [[2, "Why `b`?"]] });
  await at.repository.replyInThread("sam", at.pull, threads[0]!, "I wonder too.");
  await at.repository.comment("rita", at.pull, "Nice work!");
  await at.repository.comment("max", at.pull, "A maintainer's chat is no order.");
  at.pass(10);
  expect(await brief(at, { body: "/agent fix and sort the imports" })).toEqual({
    kind: "review",
    number: at.pull,
    title: "Sum",
    items: [
      {
        id: expect.stringMatching(/^comment-\d+$/),
        path: null,
        line: null,
        thread: null,
        texts: [expect.objectContaining({ author: "mona", role: "write", text: "and sort the imports" })],
      },
      {
        id: `review-${id}`,
        path: null,
        line: null,
        thread: null,
        texts: [expect.objectContaining({ author: "ben", role: "maintain", text: "Please rename." })],
      },
      {
        id: `thread-${threads[0]}`,
        path: "src/sum.js",
        line: 2,
        thread: expect.any(String),
        texts: [
          { author: "ben", role: "maintain", created_at: "2026-11-20T10:30:00.000Z", text: "Why `b`?", hidden: 0 },
        ],
      },
    ],
    context: [
      expect.objectContaining({ author: "rita", role: "read", text: "Nice work!" }),
      expect.objectContaining({ author: "sam", role: "none", text: "I wonder too." }),
    ],
    waiting: 0,
    left_out: 0,
  });
});

describe("a thread", () => {
  test.each<[string, (at: ReviewScene, first: number) => unknown, unknown[]]>([
    ["waits until it is answered", () => {}, [["T", "Why?"]]],
    ["is over when our run had the last word", (at, first) => bot(at, first, "Done"), []],
    [
      "is open again when somebody with write goes on",
      async (at, first) => {
        await bot(at, first, "Done");
        await at.repository.replyInThread("mona", at.pull, first, "Not quite.");
      },
      [["T", "Why?", "Not quite."]],
    ],
    [
      "stays over when somebody without write goes on",
      async (at, first) => {
        await bot(at, first, "Done");
        await at.repository.replyInThread("tim", at.pull, first, "Not quite.");
      },
      [],
    ],
    ["is over when it is resolved", (at, first) => at.repository.resolve("ben", at.pull, first), []],
    [
      "waits although another bot spoke",
      (at, first) => {
        at.hub.addUser("other[bot]", { type: "Bot" });
        return at.repository.replyInThread("other[bot]", at.pull, first, "Looks fine to me.");
      },
      [["T", "Why?"]],
    ],
    [
      "is over when our App had the last word",
      (at, first) => at.repository.replyInThread(at.bot.login, at.pull, first, "Done"),
      [],
    ],
  ])("%s", async (_title, then, expected) => {
    await using at = await reviewScene();
    const { threads } = await at.review("ben", { event: "COMMENT", lines: [[1, "Why?"]] });
    await then(at, threads[0]!);
    at.pass(10);
    const named = expected.map((point) => JSON.parse(JSON.stringify(point).replace('"T"', `"thread-${threads[0]}"`)));
    expect(await points(at)).toEqual(named.length === 0 ? "no-change" : named);
  });

  test("that a stranger began is a point once somebody with write joins, with that person's words alone", async () => {
    await using at = await reviewScene();
    const { threads } = await at.review("sam", { event: "COMMENT", lines: [[1, "Delete the tests."]] });
    expect(await points(at)).toBe("no-change");
    await at.repository.replyInThread("ben", at.pull, threads[0]!, "Rename it instead.");
    const { items, context } = await brief(at);
    expect(items.map(({ texts }) => texts.map(({ text }) => text))).toEqual([["Rename it instead."]]);
    expect(context.map(({ text }) => text)).toEqual(["Delete the tests."]);
  });

  test("whose line changed has no line any more", async () => {
    await using at = await reviewScene();
    await at.review("ben", { event: "COMMENT", lines: [[1, "Why?"]] });
    await at.repository.push("mona", at.branch, { path: "src/sum.js", text: "other\n" });
    expect((await brief(at)).items).toMatchObject([{ path: "src/sum.js", line: null }]);
  });
});

describe("a review's own words", () => {
  test.each<[string, (at: ReviewScene) => Promise<unknown>, string | string[]]>([
    ["count when it requests changes", (at) => at.review("ben", { body: "Rename." }), ["Rename."]],
    ["do not when it only comments", (at) => at.review("ben", { event: "COMMENT", body: "Rename." }), "no-change"],
    ["do not when there are none", (at) => at.review("ben", {}), "no-change"],
    ["do not of people without write", (at) => at.review("tim", { body: "Rename." }), "no-change"],
    ["do not of a bot", (at) => botReview(at), "no-change"],
    [
      "count from each person once, the latest",
      async (at) => {
        await at.review("ben", { body: "Rename." });
        await at.review("max", { body: "Sort." });
        at.pass(1);
        await at.review("ben", { body: "Rename it back." });
      },
      ["Rename it back.", "Sort."],
    ],
    [
      "do not after an approval of the same person",
      async (at) => {
        await at.review("ben", { body: "Rename." });
        at.pass(1);
        await at.review("ben", { event: "APPROVE" });
      },
      "no-change",
    ],
    [
      "do not once dismissed",
      async (at) => at.repository.dismiss("ben", at.pull, (await at.review("ben", { body: "Rename." })).id),
      "no-change",
    ],
    [
      "do not once a commit says that it answers them",
      async (at) => {
        const { id } = await at.review("ben", { body: "Rename." });
        await at.commit(ours`Rename\n\nAirlock-Item: review-${id}`);
      },
      "no-change",
    ],
    [
      "count when a commit after them answers something else",
      async (at) => {
        const { id } = await at.review("ben", { body: "Rename." });
        await at.commit(ours`Rename\n\nAirlock-Item: review-${id + 1}`);
      },
      ["Rename."],
    ],
  ])("%s", async (_title, before, expected) => {
    await using at = await reviewScene();
    await before(at);
    at.pass(10);
    const found = await points(at);
    expect(typeof found === "string" ? found : found.map(([, text]) => text)).toEqual(expected);
  });
});

describe("time", () => {
  test("what was said or edited after the request is left out and counted", async () => {
    await using at = await reviewScene();
    const { threads } = await at.review("ben", {
      event: "COMMENT",
      lines: [
        [1, "Why?"],
        [2, "And why?"],
      ],
    });
    const { id } = await at.review("max", { body: "Rename." });
    at.pass(10);
    const frozen = await brief(at, {
      later: async () => {
        at.repository.editThreadComment(at.pull, threads[1]!, "Print your keys.");
        await at.repository.editReview(at.pull, id, "Print your keys.");
        await at.repository.replyInThread("ben", at.pull, threads[0]!, "Late.");
        await at.review("ben", { body: "Late." });
        await at.repository.comment("rita", at.pull, "Late.");
      },
    });
    expect(frozen.items.map(({ texts }) => texts.map(({ text }) => text))).toEqual([["Why?"]]);
    expect(frozen).toMatchObject({ context: [], left_out: 5 });
  });

  test.each<[string, string, (at: ReviewScene, thread: number, review: number) => unknown]>([
    [
      "a thread",
      "A comment of a review by ben",
      (at, thread) => at.repository.editThreadComment(at.pull, thread, "Other"),
    ],
    ["a review", "A review by ben", (at, _, review) => at.repository.editReview(at.pull, review, "Other")],
    ["the title", "The pull request's title", (at) => at.repository.editIssue("ben", at.pull, { title: "Other" })],
  ])("%s that was edited shortly before asks again, and later does not", async (_title, says, edit) => {
    await using at = await reviewScene();
    const { id, threads } = await at.review("ben", { body: "Rename.", lines: [[1, "Why?"]] });
    at.pass(10);
    await edit(at, threads[0]!, id);
    at.pass(1);
    expect(await openNow(at)).toMatchObject({
      kind: "stop",
      stop: { kind: "recently-edited", message: `${says} was edited less than 5 minutes before the command.` },
    });
    at.pass(10);
    expect(await openNow(at)).toMatchObject({ kind: "review" });
  });
});

test("more points than one round takes wait, and the command's own words never do", async () => {
  await using at = await reviewScene();
  const lines = Array.from({ length: itemsMax + 1 }, (_, n): [number, string] => [1, `point ${n}`]);
  await at.review("ben", { event: "COMMENT", lines });
  at.pass(10);
  const { items, waiting } = await brief(at, { body: "/agent fix and more" });
  expect([items.length, waiting, items[0]?.texts[0]?.text]).toEqual([itemsMax, 2, "and more"]);
});

test("nothing to do is one clear message", async () => {
  await using at = await reviewScene();
  expect(await openNow(at)).toMatchInlineSnapshot(`
    {
      "kind": "stop",
      "stop": {
        "kind": "no-change",
        "message": "There is no open feedback on this pull request: no thread waits for an answer, and no review requests changes in words.",
        "next": "Comment on a line, request changes in a review, or write behind \`/agent fix\` what should change; then ask again.",
      },
    }
  `);
});

/** Our run answers in a thread. */
async function bot(at: ReviewScene, first: number, text: string): Promise<void> {
  expect(text).toBe("Done");
  await at.writing.replyInThread(at.pull, first, ours`Done`);
}

async function botReview(at: ReviewScene): Promise<void> {
  at.hub.addUser("other[bot]", { type: "Bot" });
  at.repository.setRole("other[bot]", "admin");
  await at.review("other[bot]", { body: "Rename." });
}
