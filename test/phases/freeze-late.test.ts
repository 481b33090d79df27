import { expect, test } from "vitest";
import { freezeConversation } from "../../src/phases/freeze.ts";
import { originOf } from "../../src/record/origin.ts";
import { type Scene, scene } from "./scene.ts";

async function asked(stage: Scene) {
  const id = await stage.repository.comment("mona", stage.issue, "/agent fix");
  const request = await originOf(stage.reading, stage.issue, { kind: "comment", id });
  if (request === null) throw new Error("the comment is gone");
  return request;
}

test("a comment of the same second counts only when it came before the command", async () => {
  await using stage = await scene();
  await stage.repository.comment("rita", stage.issue, "just before");
  const request = await asked(stage);
  await stage.repository.comment("sam", stage.issue, "just after");
  expect(await freezeConversation(stage.issue, request, stage.reading)).toMatchObject({
    kind: "conversation",
    conversation: { comments: [{ text: "just before" }], left_out: 1 },
  });
});

test("a text that cannot be read is left out and counted; the others stay", async () => {
  await using stage = await scene();
  await stage.repository.comment("sam", stage.issue, "a trap");
  await stage.repository.comment("rita", stage.issue, "It subtracts.");
  const read = (text: string) => {
    if (text === "a trap") throw new RangeError("Invalid array length");
    return { text, hidden: 0 };
  };
  const frozen = await freezeConversation(stage.issue, await asked(stage), stage.reading, read);
  expect(frozen).toMatchObject({
    kind: "conversation",
    conversation: { comments: [{ text: "It subtracts." }], left_out: 1 },
  });
});

test("an issue whose body cannot be read goes on without it, and that is counted", async () => {
  await using stage = await scene();
  const read = () => {
    throw new RangeError("Invalid array length");
  };
  expect(await freezeConversation(stage.issue, await asked(stage), stage.reading, read)).toMatchObject({
    kind: "conversation",
    conversation: { body: { author: "rita", text: "", hidden: "It subtracts.".length }, left_out: 1 },
  });
});

test("a role counts for the account that wrote the text, not for who has its login now", async () => {
  await using stage = await scene();
  const user = { id: stage.accountId("max"), login: "rita", type: "User" };
  const body = { permission: "admin", role_name: "admin", user };
  const request = await asked(stage);
  stage.hub.fault({ method: "GET", path: /\/collaborators\/rita\/permission$/, status: 200, body, times: 1 });
  expect(await freezeConversation(stage.issue, request, stage.reading)).toMatchObject({
    conversation: { body: { role: "none" } },
  });
  expect(await freezeConversation(stage.issue, request, stage.reading)).toMatchObject({
    conversation: { body: { role: "read" } },
  });
});
