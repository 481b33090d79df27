import { readdirSync } from "node:fs";
import { expect } from "vitest";
import type { Change } from "../../src/change.ts";
import type { SideDependencies } from "../../src/checks/side.ts";
import { type Progress, runChecks, type Verification } from "../../src/checks/verify.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { Config } from "../../src/config.ts";
import { CheckResult } from "../../src/handoff/report.ts";
import { scanSecrets } from "../../src/inspect/secrets.ts";
import { changeBetween } from "../../src/workspace/diff.ts";
import { viewRepository } from "../../src/workspace/store.ts";
import { fixtureRepository, type FixtureFile, plainGit, writeFiles } from "../workspace/repository.ts";

export const ready: SideDependencies = { kind: "ready", readOnly: [], scratch: [] };

interface Options extends Partial<Verification> {
  remove?: string[];
  config?: Config;
}

/** Verifies the step from one set of files to another, on a real repository in the real sandbox. */
export async function verify(
  sandbox: Sandbox,
  before: Record<string, FixtureFile>,
  after: Record<string, FixtureFile>,
  options: Options = {},
) {
  using fixture = fixtureRepository(before);
  writeFiles(fixture.root, after);
  for (const path of options.remove ?? []) plainGit(fixture.root, "rm", "--quiet", "--force", path);
  const head = fixture.recommit();
  const change = await changeOf(fixture.root, fixture.dir, [fixture.tree, head.tree]);
  const progress: Progress[] = [];
  const result = await runChecks({
    sandbox,
    source: fixture.root,
    dir: fixture.dir,
    task: { trusted: fixture, config: options.config ?? Config.parse({}) },
    base: fixture,
    change,
    dependencies: async () => ready,
    registry: null,
    scanSecrets,
    onProgress: (step) => progress.push(step),
    ...options,
  });
  expect(readdirSync(fixture.dir)).toEqual([]);
  expect(result.head_tree).toBe(head.tree);
  for (const check of result.checks) CheckResult.parse(check);
  const rows = Object.fromEntries(result.checks.map(({ name, ...row }) => [name, row]));
  const { proof, findings } = result;
  return {
    rows,
    progress,
    proof,
    findings,
    classes: Object.fromEntries(result.checks.map((check) => [check.name, check.class])),
  };
}

async function changeOf(source: string, dir: string, [from, to]: [string, string]): Promise<Change> {
  await using view = await viewRepository(source, dir);
  return await changeBetween(view, from, to);
}

/** The real sandbox, in which `$RUN` is the number of the command. */
export function countedRuns(real: Sandbox): { sandbox: Sandbox; runs: () => number } {
  let runs = 0;
  const run: Sandbox["run"] = (profile, argv, options) => {
    runs += 1;
    return real.run({ ...profile, env: { ...profile.env, RUN: String(runs) } }, argv, options);
  };
  return { sandbox: { ...real, run }, runs: () => runs };
}

export const manifest = (scripts: Record<string, string>) => ({ "package.json": JSON.stringify({ scripts }) });
