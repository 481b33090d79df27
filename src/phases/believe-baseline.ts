import type { Change } from "../change.ts";
import { type Baseline, planDigest } from "../checks/baseline.ts";
import type { TestCounts } from "../checks/counts.ts";
import type { PlannedCheck } from "../checks/detect.ts";
import { runnerOf } from "../checks/runner.ts";
import { touchesBaseTests } from "../checks/test-side.ts";
import type { BaselineEnvironment, BaselinePaper } from "../handoff/baseline.ts";
import { canonical } from "../handoff/canonical.ts";
import type { Task } from "../handoff/task.ts";
import { wantsBaselineJob } from "./baseline-wanted.ts";
import { ranOf } from "./baseline-paper.ts";

/** A check whose base runs here all the same, and why. */
export interface RunsHere {
  check: string;
  why: string;
}

export type Belief =
  /** Nothing of the paper is used. */
  | { kind: "none"; why: string }
  /** At least one run stands for the base, if plan and tree are those that verify finds itself. */
  | { kind: "some"; baseline: Baseline; here: RunsHere[] };

export interface Reading {
  task: Task;
  taskDigest: string;
  /** Of the machine that reads. */
  environment: BaselineEnvironment;
  change: Change;
}

type Run = BaselinePaper["runs"][number];

/**
 * What verify takes of a baseline job's paper. Pure. Only what a forger has nothing from: a green base can make a change look worse, never
 * better, except by the names and numbers of its tests, which are taken only where the change leaves the base's tests alone
 * (docs/verification.md). Everything else runs here, as if there were no paper.
 */
export function believeBaseline(paper: BaselinePaper, reading: Reading): Belief {
  const other = otherThan(paper, reading);
  if (other !== null) return { kind: "none", why: other };
  const planned = new Map(paper.plan.map((check) => [check.name, check]));
  const runs = new Map<string, ReturnType<typeof ranOf>>();
  const here: RunsHere[] = [];
  for (const run of paper.runs) {
    const why = whyHere(run, planned.get(run.check), reading.change);
    if (why === null) runs.set(run.check, ranOf(run));
    else here.push({ check: run.check, why });
  }
  if (runs.size === 0) return { kind: "none", why: `it holds nothing to believe${listed(here)}` };
  const plan = planDigest({ checks: paper.plan });
  return { kind: "some", baseline: { tree: paper.base.tree, plan, checks: paper.plan, runs }, here };
}

/** Why the paper is not about what this job verifies, where it verifies it; null when it is. */
function otherThan(paper: BaselinePaper, { task, taskDigest, environment }: Reading): string | null {
  if (!wantsBaselineJob(task.config)) return "the configuration has no use for one";
  if (paper.task_digest !== taskDigest) return "it was made for another Task";
  if (canonical(paper.base) !== canonical(task.base)) return "it is of another commit";
  if (environment.image === null) return "this machine does not say which image it is";
  const differing = differences(paper.environment, environment);
  if (differing.length > 0) return `it was made in another environment: ${differing.join(", ")}`;
  if (twice(paper.runs.map(({ check }) => check)) || twice(paper.plan.map(({ name }) => name)))
    return "it names a check twice";
  return null;
}

const parts = ["image", "kernel", "arch", "dependencies", "programs", "sandbox"] as const;

function differences(there: BaselineEnvironment, here: BaselineEnvironment): string[] {
  return parts.filter((part) => canonical(there[part]) !== canonical(here[part]));
}

/** Why one check's base runs here; null when the paper's run stands for it. */
function whyHere(run: Run, check: PlannedCheck | undefined, change: Change): string | null {
  if (check === undefined) return "it is not in the plan";
  if (run.outcome.kind !== "passed") return "it is not green there";
  if (check.kind !== "tests") return null;
  if (touchesBaseTests(change)) return "the change reaches tests of the base, their configuration or a manifest";
  return oddTests(run, check);
}

/** Tests are compared by what they counted and named, so a run that says less than one here would say is none. */
function oddTests({ counts, tests: report }: Run, { command }: PlannedCheck): string | null {
  if (counts === null || counts.failed > 0 || counts.passed === 0) return "its numbers are not those of a green run";
  const runner = runnerOf(command);
  if (runner.kind === "unknown") return report === undefined ? null : "it has a report that nobody asked for";
  if (report === undefined || report.runner !== runner.runner) return "the report of its runner is missing";
  if (canonical(report.counts) !== canonical(counts)) return "its numbers are not those of its report";
  if (!confirmed(report)) return "what it printed does not confirm its report";
  return twice(report.tests.map(({ name }) => name)) || namesMore(report.tests, counts)
    ? "its report contradicts itself"
    : null;
}

/** A report that a run's output confirms is what a later run's output is compared with. mocha and ava print nothing beside it. */
function confirmed({ runner, counts, printed }: NonNullable<Run["tests"]>): boolean {
  if (printed === null) return runner === "mocha" || runner === "ava";
  return printed.passed === counts.passed && printed.failed === counts.failed;
}

function namesMore(tests: readonly { status: "passed" | "skipped" }[], counts: TestCounts): boolean {
  const named = (status: "passed" | "skipped") => tests.filter((test) => test.status === status).length;
  return named("passed") > counts.passed || named("skipped") > counts.skipped;
}

function twice(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

function listed(here: readonly RunsHere[]): string {
  return here.length === 0 ? "" : ` (${here.map(({ check, why }) => `${check}: ${why}`).join("; ")})`;
}
