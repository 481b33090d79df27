import type { Config } from "../../src/config.ts";
import type { BaselineEnvironment, BaselinePaper } from "../../src/handoff/baseline.ts";
import type { Reading } from "../../src/phases/believe-baseline.ts";
import { digest, task } from "../record/papers.ts";

export const environment: BaselineEnvironment = {
  image: "ubuntu24 20261123.1.0",
  kernel: "6.18.0",
  arch: "x64",
  dependencies: digest("d"),
  programs: { node: digest("e"), bwrap: digest("f") },
  sandbox: { bwrap: "0.9.0", uid: "separate", limits: "cgroup v2", overlay: "bwrap" },
};

const planned = (name: string, kind: BaselinePaper["plan"][number]["kind"], script: string) => ({
  name,
  kind,
  command: [["sh", "-c", script]],
  env: {},
  timeoutMs: 900_000,
});

const passed = { kind: "passed", ms: 12, evidence: "" } as const;
const counts = { passed: 1, failed: 0, skipped: 1 };

/** What the base of a repository with lint and tests did, all of it green. */
export function baselinePaper(more: Partial<BaselinePaper> = {}): BaselinePaper {
  const { repository, run, start } = task();
  return {
    version: 1,
    repository,
    run,
    task_digest: digest("a"),
    base: start,
    environment,
    plan: [planned("lint", "lint", "eslint ."), planned("tests", "tests", "node --test")],
    runs: [
      { check: "lint", outcome: passed, counts: null },
      {
        check: "tests",
        outcome: passed,
        counts,
        tests: {
          runner: "node:test",
          counts,
          printed: counts,
          tests: [
            {
              id: '["test/sum.test.ts",["adds"]] 1',
              name: "test/sum.test.ts > adds",
              file: "test/sum.test.ts",
              status: "passed",
            },
            {
              id: '["test/sum.test.ts",["later"]] 1',
              name: "test/sum.test.ts > later",
              file: "test/sum.test.ts",
              status: "skipped",
            },
          ],
        },
      },
    ],
    audit_head: digest("1"),
    ...more,
  };
}

/** The same paper with one run altered. */
export function withRun(check: string, more: Partial<BaselinePaper["runs"][number]>): BaselinePaper {
  const paper = baselinePaper();
  return { ...paper, runs: paper.runs.map((run) => (run.check === check ? { ...run, ...more } : run)) };
}

/** Who reads it: a job that verifies a change of one source file, in a repository that asks for the baseline job. */
export function reading(more: Partial<Reading> = {}, config: Partial<Config> = {}): Reading {
  const base = task();
  const verify = { ...base.config.verify, baseline_job: true };
  return {
    task: { ...base, config: { ...base.config, verify, ...config } },
    taskDigest: digest("a"),
    environment,
    change: [entry("src/sum.ts")],
    ...more,
  };
}

const side = (digit: string) => ({ mode: "100644" as const, sha: digit.repeat(40) });

/** One entry of a Change: a file that is altered, or one that is new. */
export function entry(path: string, how: "altered" | "added" | "deleted" = "altered"): Reading["change"][number] {
  return {
    path,
    before: how === "added" ? null : side("1"),
    after: how === "deleted" ? null : { ...side("2"), content: "" },
  };
}
