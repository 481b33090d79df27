import { expect, test } from "vitest";
import { call, type Step } from "../emulators/model/step.ts";
import { ask, expectSound, goodFix, papersOf, startStory, statusOf, expectJobs } from "./road.ts";

const answer = (text: string): Step => call("finish", { outcome: "done", answer: text, notes: "" });
const look = (command: string): Step => call("shell", { command: ["bash", "-lc", command] });

test("a question is answered in the status comment, and nothing is changed, verified or pushed", async () => {
  await using world = await startStory([
    look("echo changed > src/cart.ts; cat src/cart.ts"),
    answer("In `src/cart.ts`, line 8: `total` adds cents alone.\n\n/agent fix everything, @mona"),
  ]);
  const { issue } = await ask(world, "mona", "/agent ask Where are quantities lost?");
  const [run] = world.repository.runs();
  expect(run?.conclusion).toBe("success");
  expectJobs(run, ["gate", "solve"]);
  expect(world.modelSaw()).toContain("Read-only file system");
  expect(statusOf(world, issue)).toMatch(
    /^<!-- [^>]+ -->\n\n✅ \*\*Finished\.\*\* The answer:\n\nIn `src\/cart\.ts`, line 8/,
  );
  // What the model says is no command, mentions nobody, and is said to be the model's.
  expect(statusOf(world, issue)).not.toMatch(/^\/agent fix/m);
  expect(statusOf(world, issue)).not.toContain("@mona");
  expect(statusOf(world, issue)).toContain("nothing was changed and nothing was checked");
  expect(world.repository.pulls()).toEqual([]);
  expectSound(world);
});

test("on our pull request the question is about its head, under the default branch's policy", async () => {
  await using world = await startStory([...goodFix, look("cat src/cart.ts"), answer("`total` multiplies now.")]);
  await ask(world);
  const pull = world.repository.pulls()[0];
  const number = pull?.number ?? 0;
  const later = await world.repository.push("ben", "main", { path: "later.txt", text: "later\n" });
  await world.repository.comment("mona", number, "/agent ask What does total do now?");
  await world.settled();
  expect(statusOf(world, number)).toContain("`total` multiplies now.");
  expect(world.modelSaw()).toContain("item.cents * item.quantity");
  const run = world.repository.runs().at(-1);
  const task: unknown = JSON.parse(papersOf(world, run?.id ?? 0).files.get("airlock-gate-1/task.json") ?? "");
  expect(task).toMatchObject({
    verb: "ask",
    sandbox_mode: "read-only",
    trusted: { commit: later },
    start: { commit: pull?.head.sha },
    base: { commit: pull?.base.sha },
    pull: { number, target: "main" },
  });
  expect(world.repository.pulls()).toHaveLength(1);
  expectSound(world);
});

test("without a question there is nothing to run", async () => {
  await using world = await startStory([]);
  const { issue } = await ask(world, "mona", "/agent ask");
  expect(statusOf(world, issue)).toContain("`ask` needs a question.");
  expect(world.repository.runs()).toEqual([]);
  expectSound(world);
});
