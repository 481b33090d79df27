import { expect, test } from "vitest";
import { type KnownAdvisory, type Registry, startRegistry } from "../emulators/registry/registry.ts";
import { published, timesProject } from "../emulators/registry/times.ts";
import type { World } from "../world.ts";
import { ask, expectSound, papersOf, startStory, statusOf, expectJobs } from "./road.ts";

const slow: KnownAdvisory = {
  id: 1,
  url: "https://github.com/advisories/GHSA-xxxx-xxxx-xxxx",
  title: "times is slow",
  severity: "low",
  vulnerable_versions: "<1.1.0",
};
const project = timesProject({ private: true });
const files = {
  "package.json": project.text,
  "package-lock.json": project.lock,
  "test/times.test.js": project.test,
};

/** No step: a model that is asked once fails the story. */
const start = (registry: Registry): Promise<World> => startStory([], { registry: registry.url.href, files });

test("a bump becomes a pull request that was checked on both sides, without a model", async () => {
  await using registry = await startRegistry(published, { times: [slow] });
  await using world = await start(registry);
  const { issue } = await ask(world, "mona", "/agent bump times@^1");
  const [run] = world.repository.runs();
  expectJobs(run, ["gate", "solve", "verify", "publish"]);
  const [pull] = world.repository.pulls();
  expect(pull).toMatchObject({ title: "Bump times from 1.0.0 to 1.1.0", draft: false });
  expect(pull?.head.ref).toBe(`airlock/${issue}-1`);
  expect(pull?.body).toContain(`Fixes #${issue}, asked by mona.`);
  expect(pull?.body).toMatch(/\| `times` \| `1\.0\.0` \| `1\.1\.0` \| minor \| \d+ days ago \|/);
  expect(pull?.body).toContain("The package manager made it, in the sandbox and without a model.");
  expect(pull?.body).toMatch(/audit.*0 known, none new/);
  expect(statusOf(world, issue)).toContain("The change stands in [pull request");
  const solution: unknown = JSON.parse(papersOf(world, run?.id ?? 0).files.get("airlock-solve-1/solution.json") ?? "");
  expect(solution).toMatchObject({ model: "none", usage: { turns: 0, cost_usd: 0 } });
  expect(registry.requests.filter((line) => !line.endsWith("no credentials"))).toEqual([]);
  expectSound(world);
});

test("a bump that breaks a test opens as a draft with the evidence, and the release that is too young is named", async () => {
  await using registry = await startRegistry(published, {});
  await using world = await start(registry);
  const { issue } = await ask(world, "mona", "/agent bump times");
  const [pull] = world.repository.pulls();
  expect(pull).toMatchObject({ title: "Bump times from 1.0.0 to 2.0.0", draft: true });
  expect(pull?.body).toContain("`2.1.0` is newer, and too young to be taken.");
  expect(pull?.body).toMatch(/three times four/);
  expect(statusOf(world, issue)).toContain("as a draft, because a check regressed or did not run");
  expectSound(world);
});

test.each([
  ["nothing is named", "/agent bump", "`bump` needs the name of a package.", 0],
  ["git", "/agent bump times@git+ssh://host/x", "not an address, git, a path or an alias", 1],
  [
    "a package that the repository does not have",
    "/agent bump other",
    "No package.json of this repository asks for `other`.",
    1,
  ],
  ["everything newer is too young", "/agent bump times@2.1.0", "was published less than 3 days ago: 2.1.0.", 1],
])("%s is one clear message, and nothing is pushed", async (...[, comment, message, runs]) => {
  await using registry = await startRegistry(published, {});
  await using world = await start(registry);
  const { issue } = await ask(world, "mona", comment);
  expect(statusOf(world, issue)).toContain(message);
  expect(world.repository.runs()).toHaveLength(runs);
  expect(world.repository.pulls()).toEqual([]);
  expectSound(world);
});
