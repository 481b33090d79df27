import { afterEach, beforeEach, expect, test } from "vitest";
import { type Scene, scene } from "./scene.ts";

let at: Scene;

beforeEach(async () => {
  at = await scene();
  at.hub.addUser("ben");
  at.repository.setRole("ben", "write");
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

/** Somebody comments. Out: the App's answer to that comment, and its reaction. */
async function say(login: string, text: string, issue = at.issue): Promise<{ answer: string; reactions: string[] }> {
  const id = await at.repository.comment(login, issue, text);
  await at.running.idle();
  const body = at.repository
    .issueComments(issue)
    .find((one) => one.body.startsWith(`<!-- airlock:comment:${id} -->`))?.body;
  return { answer: body ?? "", reactions: at.repository.reactionsOf(id).map(({ content }) => content) };
}

function playsRunner(): void {
  for (const run of at.dispatched) {
    const { verb, issue, trigger, id, requester } = run.inputs;
    run.update({ title: `airlock ${verb} #${issue} ${trigger} ${id} by ${requester}` });
  }
}

test("status tells what is at work, who waits where, and what ended", async () => {
  expect((await say("mona", "/agent status")).answer).toContain("No run is at work here.");
  await say("mona", "/agent fix");
  await say("ben", "/agent ask Why?");
  await say("ben", "/agent fix again");
  playsRunner();
  const [first, second, third] = at.dispatched;
  first?.update({ status: "in_progress" });
  const { answer, reactions } = await say("ben", "/agent status");
  expect(reactions).toEqual(["+1"]);
  expect(answer).toContain("3 runs are at work or waiting here.");
  expect(answer).toMatch(
    new RegExp(
      `run ${first?.id}\\]\\([^)]+\\) \\(\`fix\`\\): at work\\n- .*run ${second?.id}\\].*\\(\`ask\`\\): number 2 in line\\n- .*run ${third?.id}\\].*number 3 in line`,
    ),
  );
  // Another issue's runs are its own business.
  const other = at.repository.openIssue("stranger", "another", "");
  expect((await say("ben", "/agent status", other)).answer).toContain("No run is at work here.");
  for (const run of at.dispatched) run.update({ status: "completed", conclusion: "cancelled" });
  await at.quiet();
});

test("stop ends every run of this issue and no other, and says so", async () => {
  const other = at.repository.openIssue("stranger", "another", "");
  await say("mona", "/agent fix");
  await say("mona", "/agent fix", other);
  playsRunner();
  const { answer, reactions } = await say("ben", "/agent stop");
  expect(reactions).toEqual(["+1"]);
  expect(answer).toContain(`Stopping [run ${at.dispatched[0]?.id}]`);
  expect(at.repository.runs().map(({ status }) => status)).toEqual(["completed", "queued"]);
  expect((await say("ben", "/agent stop")).answer).toContain("There is no run to stop here.");
  at.dispatched[1]?.update({ status: "completed", conclusion: "cancelled" });
  await at.quiet();
});

test("somebody who may not write stops nothing and learns nothing", async () => {
  await say("mona", "/agent fix");
  playsRunner();
  for (const login of ["reader", "stranger"])
    for (const verb of ["stop", "status"])
      expect(await say(login, `/agent ${verb}`)).toEqual({ answer: "", reactions: ["-1"] });
  expect(at.repository.runs().map(({ status }) => status)).toEqual(["queued"]);
  at.dispatched[0]?.update({ status: "completed", conclusion: "cancelled" });
  await at.quiet();
});
