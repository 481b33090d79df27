import { expect, test } from "vitest";
import { ask, expectSound, goodFix, startStory, statusOf } from "./road.ts";

const two = "{ reviewers = 2, security_review = false, manual_verification = false }";
const files = {
  ".github/airlock.toml": `[risk]\nlow = ${two}\nmedium = ${two}\nhigh = ${two}\ncritical = ${two}\n`,
};

test("what the agent made waits for two people, whoever they are not does not help, and a push voids it", async () => {
  await using world = await startStory(goodFix, { files });
  const { issue } = await ask(world);
  const { repository, hub, app } = world;
  for (const login of ["ada", "eve"]) {
    hub.addUser(login);
    repository.setRole(login, "write");
  }
  const [pull] = repository.pulls();
  const [number, head, branch] = [pull?.number ?? 0, pull?.head.sha ?? "", pull?.head.ref ?? ""];
  const check = (sha = head) => repository.checks(sha).at(-1);
  expect(statusOf(world, issue)).toContain("**Not enforced.**");
  expect(check()).toMatchObject({ name: "airlock", conclusion: "action_required", app: { id: app.id } });

  // mona asked, rita may only read.
  for (const login of ["mona", "rita", "ben"]) await repository.review(login, number, "APPROVE");
  expect(check()).toMatchObject({
    conclusion: "action_required",
    summary: expect.stringMatching(/mona asked for this change\.\n- rita has the role read/),
  });
  await repository.review("ada", number, "APPROVE");
  expect(check()?.conclusion).toBe("success");

  const pushed = await repository.push("eve", branch, { path: "more.txt", text: "more\n" });
  expect(check(pushed)).toMatchObject({
    conclusion: "action_required",
    title: "The head is not the commit that was verified",
  });
  const own = await repository.push("ben", "ben/feature", { path: "own.txt", text: "own\n" });
  await repository.openPull("ben", { head: "ben/feature", base: "main" });
  expect(check(own)).toMatchObject({ conclusion: "success", title: "Not a pull request of Airlock" });
  expectSound(world);
});

test("why is answered on the pull request with the reasons of the run's own papers", async () => {
  await using world = await startStory(goodFix);
  await ask(world);
  const number = world.repository.pulls()[0]?.number ?? 0;
  await world.repository.comment("ben", number, "/agent why");
  await world.settled();
  const answer = statusOf(world, number);
  expect(answer).toContain("Why this level:");
  expect(answer).toMatch(/Risk . (?:low|medium|high|critical)/u);
  expectSound(world);
});
