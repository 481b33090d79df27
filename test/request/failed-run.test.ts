import { expect, test } from "vitest";
import { failedOnItsOwn, type RunFacts } from "../../src/request/failed-run.ts";

const place = { repositoryId: 1, defaultBranch: "main" };
const failed: RunFacts = {
  event: "push",
  status: "completed",
  conclusion: "failure",
  headBranch: "main",
  headRepository: 1,
  path: ".github/workflows/ci.yml",
};

test.each<[string, Partial<RunFacts>]>([
  ["a push", {}],
  ["a schedule", { event: "schedule" }],
  ["a time-out", { conclusion: "timed_out" }],
])("%s on the default branch that failed may be analysed", (_, more) => {
  expect(failedOnItsOwn({ ...failed, ...more }, place)).toBeNull();
});

test.each<[string, Partial<RunFacts>, string]>([
  [
    "our own workflow, or its failure would start the next analysis",
    { path: ".github/workflows/airlock.yml" },
    "it is a run of Airlock",
  ],
  ["a fork", { headRepository: 2 }, "its head lies in another repository"],
  ["a repository that is gone", { headRepository: null }, "its head lies in another repository"],
  ["a branch of ours", { headBranch: "airlock/12-1" }, "it ran on airlock/12-1, not on main"],
  ["no branch", { headBranch: null }, "it ran on no branch, not on main"],
  ["a pull request", { event: "pull_request" }, "its event is pull_request"],
  ["a pull request with the target's rights", { event: "pull_request_target" }, "its event is pull_request_target"],
  ["another run", { event: "workflow_run" }, "its event is workflow_run"],
  ["a dispatch", { event: "workflow_dispatch" }, "its event is workflow_dispatch"],
  ["a run that passed", { conclusion: "success" }, "it ended with success"],
  ["a run that was cancelled", { conclusion: "cancelled" }, "it ended with cancelled"],
  ["a run that goes on", { status: "in_progress", conclusion: null }, "it ended with in_progress"],
])("not %s", (_, more, why) => {
  expect(failedOnItsOwn({ ...failed, ...more }, place)).toBe(why);
});
