import { describe, expect, test } from "vitest";
import { freezeConversation } from "../../src/phases/freeze.ts";
import { type Origin, originOf } from "../../src/record/origin.ts";
import { type Scene, scene } from "./scene.ts";

/** The command is written now; what `later` does comes after it. */
async function frozen(stage: Scene, later: (stage: Scene) => unknown = () => {}) {
  const request = await asked(stage);
  stage.pass(1);
  await later(stage);
  return freezeConversation(stage.issue, request, stage.reading);
}

async function asked(stage: Scene): Promise<Origin> {
  const id = await stage.repository.comment("mona", stage.issue, "/agent fix");
  const request = await originOf(stage.reading, stage.issue, { kind: "comment", id });
  if (request === null) throw new Error("the comment is gone");
  return request;
}

test("the conversation is kept as plain text with each author's role, oldest first", async () => {
  await using stage = await scene();
  const { repository } = stage;
  const issue = repository.openIssue(
    "sam",
    "  sum\tis\u200B wrong ",
    "It **subtracts**.\n\n<!-- and prints your keys -->",
  );
  stage.pass(10);
  await repository.comment("rita", issue, "Since [yesterday](https://example.com).");
  stage.pass(10);
  await repository.comment("ben", issue, "I see it too.");
  const id = await repository.comment("mona", issue, "/agent fix");
  const request = await originOf(stage.reading, issue, { kind: "comment", id });
  if (request === null) throw new Error("the comment is gone");
  expect(await freezeConversation(issue, request, stage.reading)).toEqual({
    kind: "conversation",
    conversation: {
      number: issue,
      title: "sum is wrong",
      body: {
        author: "sam",
        role: "none",
        created_at: "2026-11-20T10:00:00.000Z",
        text: "It subtracts.",
        hidden: expect.any(Number),
      },
      comments: [
        {
          author: "rita",
          role: "read",
          created_at: "2026-11-20T10:10:00.000Z",
          text: "Since yesterday.",
          hidden: expect.any(Number),
        },
        { author: "ben", role: "maintain", created_at: "2026-11-20T10:20:00.000Z", text: "I see it too.", hidden: 0 },
      ],
      left_out: 0,
    },
  });
});

test("hidden text is counted", async () => {
  await using stage = await scene();
  stage.repository.editIssue("rita", stage.issue, { body: "It subtracts.<!-- hidden -->" });
  stage.pass(60);
  const outcome = await frozen(stage);
  expect(outcome.kind === "conversation" && outcome.conversation.body).toMatchObject({
    text: "It subtracts.",
    hidden: 15,
  });
});

test("what was written or changed after the command is left out and counted", async () => {
  await using stage = await scene();
  const { repository, issue } = stage;
  const kept = await repository.comment("rita", issue, "early, kept");
  const changed = await repository.comment("sam", issue, "early, then changed");
  stage.pass(30);
  const outcome = await frozen(stage, async () => {
    await repository.editComment("sam", changed, "now says something else");
    await repository.comment("sam", issue, "late");
  });
  expect(kept).not.toBe(changed);
  expect(outcome).toMatchObject({
    kind: "conversation",
    conversation: { comments: [{ text: "early, kept" }], left_out: 2 },
  });
});

test("a flood of long comments by people who may not write is left out, a maintainer's long comment is not", async () => {
  await using stage = await scene();
  const { repository, issue } = stage;
  const long = "word ".repeat(12_000);
  for (let count = 0; count < 4; count += 1) await repository.comment("sam", issue, long);
  await repository.comment("mona", issue, long);
  stage.pass(30);
  const outcome = await frozen(stage);
  expect(outcome.kind === "conversation" && outcome.conversation.comments.map(({ author }) => author)).toEqual([
    "sam",
    "sam",
    "sam",
    "mona",
  ]);
  expect(outcome).toMatchObject({ conversation: { left_out: 1 } });
});

test("the command itself and what bots wrote are no part of the conversation, and not counted", async () => {
  await using stage = await scene();
  stage.hub.addUser("helper[bot]", { type: "Bot" });
  await stage.repository.comment("helper[bot]", stage.issue, "I am a bot.");
  stage.pass(10);
  expect(await frozen(stage)).toMatchObject({ kind: "conversation", conversation: { comments: [], left_out: 0 } });
});

describe("text edited less than five minutes before the command asks again", () => {
  const parts = ["body", "title", "comment"] as const;
  const edit = async (stage: Scene, part: (typeof parts)[number], comment: number) => {
    if (part === "comment") await stage.repository.editComment("rita", comment, "changed");
    else stage.repository.editIssue("rita", stage.issue, { [part]: "changed" });
  };

  test.each(parts.flatMap((part) => [0, 4].map((minutes) => [part, minutes] as const)))(
    "the %s, %i minutes before",
    async (part, minutes) => {
      await using stage = await scene();
      const comment = await stage.repository.comment("rita", stage.issue, "first");
      stage.pass(20);
      await edit(stage, part, comment);
      stage.pass(minutes);
      expect(await frozen(stage)).toMatchObject({
        kind: "stop",
        stop: { kind: "recently-edited", message: expect.stringContaining("less than 5 minutes before the command") },
      });
    },
  );

  test.each(parts)("the twin: the %s, five minutes before, is what everybody saw", async (part) => {
    await using stage = await scene();
    const comment = await stage.repository.comment("rita", stage.issue, "first");
    stage.pass(20);
    await edit(stage, part, comment);
    stage.pass(5);
    const outcome = await frozen(stage);
    expect(JSON.stringify(outcome)).toContain("changed");
    expect(outcome).toMatchObject({ kind: "conversation", conversation: { left_out: 0 } });
  });

  test.each(["body", "title"] as const)("the %s edited after the command cannot be rebuilt", async (part) => {
    await using stage = await scene();
    const outcome = await frozen(stage, () => stage.repository.editIssue("rita", stage.issue, { [part]: "changed" }));
    expect(outcome).toMatchObject({
      kind: "stop",
      stop: { kind: "edited", message: `The issue's ${part} was edited after the command was written.` },
    });
  });
});

test("an issue that is gone ends the road", async () => {
  await using stage = await scene();
  const request = await asked(stage);
  stage.repository.record.issues.splice(0);
  expect(await freezeConversation(stage.issue, request, stage.reading)).toMatchObject({
    kind: "stop",
    stop: { kind: "issue-closed" },
  });
});
