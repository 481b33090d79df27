import { expect, test } from "vitest";
import { expectSound, startStory, statusOf, expectJobs } from "./road.ts";

test("a person's pull request is checked before and after and judged, and nothing of it is touched", async () => {
  await using world = await startStory([]);
  const { repository } = world;
  const text = (repository.file("src/cart.ts", "main") ?? "").replace("item.cents", "-item.cents");
  const head = await repository.push("ben", "ben/discount", { path: "src/cart.ts", text });
  const pull = await repository.openPull("ben", { head: "ben/discount", base: "main" });
  // The default branch goes on; what is judged is still the pull request alone.
  await repository.push("mona", "main", { path: "docs.md", text: "more\n" });
  await repository.comment("mona", pull, "/agent verify");
  await world.settled();

  const run = repository.runs().at(-1);
  expectJobs(run, ["gate", "verify", "publish"]);
  const status = statusOf(world, pull);
  expect(status).toContain("This pull request breaks: tests.");
  expect(status).toContain("| tests | regressed |");
  expect(status).toMatch(/Risk . (?:low|medium|high|critical)/u);
  expect(repository.pulls().map((one) => [one.number, one.head.sha, one.labels])).toEqual([[pull, head, []]]);
  expectSound(world);
});

test("somebody who may not write starts nothing, and an issue is no pull request", async () => {
  await using world = await startStory([]);
  const { repository } = world;
  await repository.push("ben", "ben/docs", { path: "docs.md", text: "docs\n" });
  const pull = await repository.openPull("ben", { head: "ben/docs", base: "main" });
  await repository.comment("sam", pull, "/agent verify");
  const issue = repository.openIssue("rita", "Check this", "");
  await repository.comment("mona", issue, "/agent verify");
  await world.settled();
  expect(repository.runs()).toEqual([]);
  expect(statusOf(world, pull)).toBe("");
  expect(statusOf(world, issue)).toContain("`verify` is not for an issue.");
  expectSound(world);
});
