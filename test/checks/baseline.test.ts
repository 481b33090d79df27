import { expect, test } from "vitest";
import { type Baseline, carriedRuns, runBaseline } from "../../src/checks/baseline.ts";
import { Config } from "../../src/config.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { fixtureRepository, type FixtureFile } from "../workspace/repository.ts";
import { realSandbox } from "./sandbox.ts";
import { countedRuns, manifest, ready, verify } from "./verification.ts";

const real = realSandbox();

const files = { ...manifest({ lint: "test -e good.txt", test: "grep -q good good.txt" }), "good.txt": "good\n" };

async function baselineOf(sandbox: Sandbox, before: Record<string, FixtureFile>): Promise<Baseline> {
  using fixture = fixtureRepository(before);
  return await runBaseline({
    sandbox,
    source: fixture.root,
    dir: fixture.dir,
    task: { trusted: fixture, config: Config.parse({}) },
    base: fixture,
    dependencies: async () => ready,
  });
}

test("a baseline of the same tree and plan stands for the base's side", async () => {
  const baseline = await baselineOf(real.sandbox, files);
  const { sandbox, runs } = countedRuns(real.sandbox);
  const { classes, progress } = await verify(sandbox, files, { "b.txt": "b" }, { baseline: Promise.resolve(baseline) });
  expect([classes["lint"], classes["tests"], runs()]).toEqual(["pass", "pass", 2]);
  expect(progress.map(({ side }) => side)).not.toContain("base");
});

test("a baseline of another tree or plan is not used", async () => {
  const other = await baselineOf(real.sandbox, { ...files, "c.txt": "c" });
  const { sandbox, runs } = countedRuns(real.sandbox);
  await verify(sandbox, files, { "b.txt": "b" }, { baseline: Promise.resolve(other) });
  await verify(sandbox, files, { "b.txt": "b" }, { baseline: Promise.resolve(null) });
  expect(runs()).toBe(8);
  const plan = { checks: [], notConfigured: [] };
  expect(carriedRuns(other, { tree: other.tree, plan })).toBeUndefined();
});

test("a red base runs once more, and what the baseline did not run is run", async () => {
  const red = { ...files, "good.txt": "bad\n" };
  const baseline = await baselineOf(real.sandbox, red);
  const { sandbox, runs } = countedRuns(real.sandbox);
  const fixed = await verify(sandbox, red, { "good.txt": "good\n" }, { baseline: Promise.resolve(baseline) });
  expect([fixed.classes["tests"], runs()]).toEqual(["fixed", 3]);
  const partly = { ...baseline, runs: new Map([...baseline.runs].filter(([name]) => name === "lint")) };
  const { progress } = await verify(real.sandbox, red, { "good.txt": "good\n" }, { baseline: Promise.resolve(partly) });
  expect(
    progress.filter(({ side, state }) => side === "base" && state === "started").map(({ check }) => check),
  ).toEqual(["tests", "tests"]);
});

test("with fail_fast the first check that the change breaks ends the others", async () => {
  const scripts = manifest({ lint: "test -e good.txt", test: "true", build: "true" });
  const config = Config.parse({ verify: { fail_fast: true } });
  const before = { ...scripts, "good.txt": "" };
  const { rows, classes, proof } = await verify(real.sandbox, before, {}, { remove: ["good.txt"], config });
  expect(classes).toMatchObject({ lint: "regressed", tests: "not run", build: "not run", secrets: "pass" });
  expect(rows["tests"]?.head).toEqual({
    kind: "not_run",
    cause: "cancelled",
    reason: "another check had already failed, and [verify] fail_fast is on",
  });
  expect(proof).toEqual({
    kind: "unknown",
    reason: "the tests were left out, because another check had failed",
  });
  const twin = await verify(real.sandbox, before, {}, { remove: ["good.txt"] });
  expect(twin.classes).toMatchObject({ lint: "regressed", tests: "pass", build: "pass" });
});
