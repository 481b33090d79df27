import { expect, test } from "vitest";
import { appendChange } from "../../src/record/append-change.ts";
import { beforeOwnPush } from "../../src/phases/own-push.ts";
import { branch, roundScene, type RoundScene } from "../record/round-scene.ts";

async function headSeen({ facts, github, pull }: RoundScene): Promise<string | undefined> {
  const task = { ...facts.task, run: { ...facts.task.run, id: facts.run.id } };
  return (await (await beforeOwnPush(task, github)).pull(pull))?.head.sha;
}

test("after this run's own push the pull request is seen as the run began with it", async () => {
  await using on = await roundScene();
  const { start } = on.facts.task;
  expect(await headSeen(on)).toBe(start.commit);
  await appendChange(on.github, on.facts, on.plan);
  expect((await on.github.pull(on.pull))?.head.sha).not.toBe(start.commit);
  expect(await headSeen(on)).toBe(start.commit);
});

test("the twin: somebody else's push is seen, also on top of this run's", async () => {
  await using on = await roundScene();
  const push = () => on.repository.push("ben", branch, { path: "src/sum.js", text: "mine\n" });
  const theirs = await push();
  expect(await headSeen(on)).toBe(theirs);
  await on.repository.setBranch("ben", branch, on.facts.task.start.commit);
  await appendChange(on.github, on.facts, on.plan);
  const above = await push();
  expect(await headSeen(on)).toBe(above);
});
