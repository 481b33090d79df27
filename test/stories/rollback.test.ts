import { expect, test } from "vitest";
import { ask, expectSound, goodFix, startStory, statusOf } from "./road.ts";

test("what was merged is taken back by a pull request of its own, which was verified like any other", async () => {
  await using world = await startStory(goodFix);
  await ask(world);
  const { repository } = world;
  const number = repository.pulls()[0]?.number ?? 0;
  await repository.merge("ben", number);
  const after = await repository.push("ben", "main", { path: "later.md", text: "later\n" });
  await repository.comment("mona", number, "/agent rollback");
  await world.settled();

  const back = repository.pulls().find((one) => one.number !== number && one.state === "open");
  expect(back).toMatchObject({ base: { ref: "main", sha: after } });
  expect(back?.title).toMatch(/^Revert "/);
  expect(back?.body).toContain(`Takes back #${number}, which answered #1`);
  const head = back?.head.sha ?? "";
  expect(repository.file("src/cart.ts", head)).not.toContain("item.quantity");
  expect(repository.file("test/quantity.test.ts", head)).toBeNull();
  expect(repository.file("later.md", head)).toBe("later\n");
  const run = repository.runs().at(-1);
  expect(run?.jobs.find(({ id }) => id === "solve")?.conclusion).toBe("skipped");
  expect(statusOf(world, number)).toContain(`pull request #${back?.number}`);
  expectSound(world);
});

test("what others have built on since is not guessed at: nothing is opened, and the files are named", async () => {
  await using world = await startStory(goodFix);
  await ask(world);
  const { repository } = world;
  const number = repository.pulls()[0]?.number ?? 0;
  await repository.merge("ben", number);
  const text = `${repository.file("src/cart.ts", "main")}\nexport const built = true;\n`;
  await repository.push("ben", "main", { path: "src/cart.ts", text });
  await repository.comment("mona", number, "/agent rollback");
  await world.settled();
  expect(statusOf(world, number)).toContain("Since the merge others changed what the pull request had changed:");
  expect(repository.pulls().filter(({ state }) => state === "open")).toEqual([]);

  // Of an open pull request with one run there is nothing before it, and a person's is not ours to take back.
  await repository.push("ben", "ben/docs", { path: "docs.md", text: "docs\n" });
  const theirs = await repository.openPull("ben", { head: "ben/docs", base: "main" });
  await repository.comment("mona", theirs, "/agent rollback");
  await world.settled();
  expect(statusOf(world, theirs)).toContain("`rollback` is not for a pull request of this repository.");
  expectSound(world);
});
