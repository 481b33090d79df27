import { expect, test } from "vitest";
import { githubClient, noPatience } from "../../../src/github/client.ts";
import type { RecordedJob } from "./recorded-runs.ts";
import { scene } from "../../phases/scene.ts";

const ci = { ".github/workflows/ci.yml": "name: CI\non: push\njobs: {}\n" };

test("a recorded run is told with its attempts, jobs and logs until they expire", async () => {
  await using stage = await scene(ci);
  const { hub, repository } = stage;
  const token = hub.jobToken(repository, { actions: "read" });
  const github = githubClient({ token, apiUrl: hub.url, owner: "octo", repo: "demo", patience: noPatience });
  const jobs: RecordedJob[] = [
    { name: "test", conclusion: "failure", steps: [["Run npm test", "failure"]], log: "boom\n" },
  ];
  const id = await repository.recordRun({ workflow: "ci.yml", conclusion: "failure", jobs });
  await repository.recordAttempt(id, { conclusion: "timed_out", jobs });
  const run = await github.workflowRun(id);
  expect(run).toMatchObject({ event: "push", conclusion: "timed_out", attempt: 2, headRepository: repository.id });
  expect(await github.latestRuns(run?.workflow ?? 0, "main", 5)).toEqual([run]);
  const found = await github.jobs(id);
  expect(found.map(({ attempt, conclusion }) => [attempt, conclusion])).toEqual([
    [1, "failure"],
    [2, "failure"],
  ]);
  expect(await github.jobLog(found[0]?.id ?? 0, 100)).toEqual({ text: "boom\n", cut: false });
  repository.expireLogs(id);
  expect(await github.jobLog(found[0]?.id ?? 0, 100)).toBeNull();
});

test("a run of a fork says so", async () => {
  await using stage = await scene(ci);
  const { repository, reading } = stage;
  const id = await repository.recordRun({ workflow: "ci.yml", conclusion: "failure", jobs: [], fork: true });
  expect((await reading.workflowRun(id))?.headRepository).not.toBe(repository.id);
});
