import { describe, expect, test } from "vitest";
import type { GateInputs, RunRequest } from "../../src/phases/asked.ts";
import { renderRunName } from "../../src/request/run-name.ts";
import type { RecordedJob, RecordedRun } from "../emulators/github/recorded-runs.ts";
import { ask, dispatch, gateOf, type Scene, scene } from "./scene.ts";

const on = {
  ".github/workflows/ci.yml": "name: CI\non: push\njobs: {}\n",
  ".github/airlock.toml": "[ci]\non_failure = true\n",
};

const log = (error: string): string =>
  `2026-11-20T10:00:00.0000000Z ##[group]Run npm test\n2026-11-20T10:00:01.0000000Z ${error}\n2026-11-20T10:00:01.0000000Z ##[error]Process completed with exit code 1.\n`;
const job = (error = "not ok 1 - adds", name = "test"): RecordedJob => ({
  name,
  conclusion: "failure",
  steps: [["Run npm test", "failure"]],
  log: log(error),
});
const failed = (more: Partial<RecordedRun> = {}): RecordedRun => ({
  workflow: "ci.yml",
  conclusion: "failure",
  jobs: [job()],
  ...more,
});

/** What the gate of the analysis says that our App dispatches for a run. */
function analyse(stage: Scene, run: number, more: Partial<GateInputs> = {}) {
  return gateOf(stage, dispatched(stage, run, more));
}

/** Our App dispatches the analysis of a run. */
function dispatched(stage: Scene, run: number, more: Partial<GateInputs> = {}): RunRequest {
  const request = dispatch(stage, { id: run, issue: 0, requester: stage.bot.id }, { verb: "ci" });
  const inputs = { ...request.inputs, trigger: "run" as const, ...more };
  const found = stage.repository.record.runs.find(({ id }) => id === request.identity.run.id);
  if (found !== undefined) found.title = renderRunName(inputs);
  return { ...request, inputs };
}

test("a failed run on the default branch becomes a Task under the trusted configuration, of nobody's role", async () => {
  await using stage = await scene(on);
  const head = stage.push({ "src/sum.js": "a + b\n" });
  const run = await stage.repository.recordRun(failed());
  const trusted = stage.push({ "README.md": "# later\n" });
  const { kind, task } = { task: null, ...(await analyse(stage, run)) };
  expect(kind).toBe("task");
  expect(task).toMatchObject({
    verb: "ci",
    trigger: { kind: "workflow_run", run },
    requester: { id: stage.bot.id, login: "airlock[bot]", role: "none" },
    sandbox_mode: "read-only",
    trusted: { commit: trusted },
    start: { commit: head },
    base: { commit: head },
    pull: null,
    brief: {
      kind: "ci-failure",
      number: null,
      others: 0,
      failures: [
        {
          run: { id: run, attempt: 1, event: "push", commit: head },
          workflow: { name: "CI", path: ".github/workflows/ci.yml" },
          jobs: ["test"],
          step: "Run npm test",
          error: "not ok 1 - adds",
          log: "##[group]Run npm test\nnot ok 1 - adds\n##[error]Process completed with exit code 1.",
          hidden: false,
          history: [],
          standing: { verdict: "unknown" },
        },
      ],
    },
  });
});

describe("a run is not analysed by itself", () => {
  type Way = {
    record?: Partial<RecordedRun>;
    told?: Partial<GateInputs>;
    files?: Record<string, string>;
    hours?: number;
  };
  test.each<[string, Way, string, string]>([
    [
      "where the configuration does not ask for it",
      { files: { ".github/airlock.toml": "" } },
      "not-allowed",
      "not analysed by themselves here",
    ],
    ["from a fork", { record: { fork: true } }, "not-allowed", "its head lies in another repository"],
    ["on another branch", { record: { branch: "topic" } }, "not-allowed", "it ran on topic, not on main"],
    ["of a pull request", { record: { event: "pull_request" } }, "not-allowed", "its event is pull_request"],
    [
      "that somebody started by hand",
      { record: { event: "workflow_dispatch" } },
      "not-allowed",
      "its event is workflow_dispatch",
    ],
    ["of our own workflow", { record: { workflow: "airlock.yml" } }, "not-allowed", "it is a run of Airlock"],
    ["that passed", { record: { conclusion: "success" } }, "not-allowed", "it ended with success"],
    ["that somebody cancelled", { record: { conclusion: "cancelled" } }, "not-allowed", "it ended with cancelled"],
    ["that is gone", { told: { id: 5 } }, "not-available", "The failed run is gone."],
    ["to be repaired", { told: { verb: "fix" } }, "not-allowed", "can only be analysed"],
    ["in somebody's name", { told: { requester: 77 } }, "not-allowed", "only the app asks"],
    ["after days", { hours: 73 }, "expired", "73 hours old"],
    ["whose logs are gone", { record: { jobs: [{ ...job(), log: null }] } }, "expired", "does not hold the logs"],
  ])("%s", async (_, { record = {}, told = {}, files = {}, hours = 1 }, kind, says) => {
    await using stage = await scene({ ...on, ...files });
    stage.push({ "topic.txt": "t" }, "topic");
    const run = await stage.repository.recordRun(failed(record));
    const recorded = stage.repository.record.runs.find(({ id }) => id === run);
    if (recorded !== undefined) recorded.createdAt -= hours * 3_600_000;
    const { audit, ...outcome } = await analyse(stage, run, told);
    expect(outcome).toMatchObject({ kind: "stop", stop: { kind, message: expect.stringContaining(says) } });
    expect(audit.entries.at(-1)?.event).toBe("request.refused");
  });

  test("and is analysed once, however often it is dispatched", async () => {
    await using stage = await scene(on);
    const run = await stage.repository.recordRun(failed());
    expect((await analyse(stage, run)).kind).toBe("task");
    expect(await analyse(stage, run)).toMatchObject({ stop: { kind: "duplicate" } });
  });
});

test("of more than twenty failures in a day the others are not analysed by themselves", async () => {
  await using stage = await scene(on);
  const runs: RunRequest[] = [];
  for (let count = 0; count < 21; count += 1)
    runs.push(dispatched(stage, await stage.repository.recordRun(failed({ jobs: [job(undefined, `job ${count}`)] }))));
  const last = async (at: number) => {
    const request = runs.at(at);
    if (request === undefined) throw new Error("too few runs");
    return await gateOf(stage, request);
  };
  expect((await last(-2)).kind).toBe("task");
  expect(await last(-1)).toMatchObject({ stop: { kind: "limit", message: expect.stringContaining("20 failed runs") } });
});

describe("what earlier runs say", () => {
  test("the cells of a matrix and the same failure before are one, another error is another", async () => {
    await using stage = await scene(on);
    await stage.repository.recordRun(failed({ jobs: [job("not ok 1 - subtracts")] }));
    await stage.repository.recordRun(failed({ jobs: [], conclusion: "success" }));
    stage.push({ "src/sum.js": "a * b\n" });
    await stage.repository.recordRun(failed({ jobs: [job()] }));
    const jobs = [job(undefined, "test (22)"), job(undefined, "test (24)"), job("npm error code ECONNRESET", "lint")];
    const earlier = await stage.repository.recordRun(failed({ jobs: [{ ...job(), name: "test (20)" }] }));
    const run = await stage.repository.recordRun(failed({ jobs }));
    const outcome = await analyse(stage, run);
    expect(outcome).toMatchObject({
      kind: "task",
      task: {
        brief: {
          failures: [
            {
              jobs: ["test (22)", "test (24)"],
              history: [
                { run: earlier, outcome: "same" },
                { outcome: "same" },
                { outcome: "passed" },
                { outcome: "other" },
              ],
              standing: { verdict: "broken", because: expect.stringContaining("in the 2 runs before") },
            },
            { jobs: ["lint"], standing: { verdict: "infrastructure" } },
          ],
        },
      },
    });
  });

  test("an attempt that passed on the same commit makes it flaky", async () => {
    await using stage = await scene(on);
    const passed: RecordedJob = { name: "test", conclusion: "success", steps: [["Run npm test", "success"]], log: "" };
    const run = await stage.repository.recordRun(failed({ conclusion: "success", jobs: [passed] }));
    await stage.repository.recordAttempt(run, { conclusion: "failure", jobs: [job()] });
    expect(await analyse(stage, run)).toMatchObject({
      task: { brief: { failures: [{ standing: { verdict: "flaky" } }] } },
    });
  });

  test("more failures than are shown are counted", async () => {
    await using stage = await scene(on);
    const jobs = ["a", "b", "c", "d", "e"].map((name) => job(`not ok 1 - ${name}`, name));
    const run = await stage.repository.recordRun(failed({ jobs }));
    expect(await analyse(stage, run)).toMatchObject({
      task: { brief: { failures: [{ jobs: ["a"] }, { jobs: ["b"] }, { jobs: ["c"] }], others: 2 } },
    });
  });
});

describe("`/agent ci`", () => {
  const opened = async (stage: Scene) => {
    const head = stage.push({ "src/sum.js": "a + b\n" }, "topic");
    return { head, number: await stage.repository.openPull("mona", { head: "topic", base: "main" }) };
  };
  const asking = (number: number) => ({ issue: number, body: "/agent ci why?", verb: "ci" }) as const;

  test("is about the newest run of each workflow at the head, and needs no configuration", async () => {
    await using stage = await scene({ ...on, ".github/airlock.toml": "" });
    const { head, number } = await opened(stage);
    const here = { branch: "topic", event: "pull_request" };
    await stage.repository.recordRun(failed({ ...here, jobs: [job("not ok 1 - old")] }));
    await stage.repository.recordRun(failed({ ...here, fork: true, jobs: [job("not ok 1 - a fork's")] }));
    const run = await stage.repository.recordRun(failed(here));
    const outcome = await gateOf(stage, await ask(stage, asking(number)));
    expect(outcome).toMatchObject({
      kind: "task",
      task: {
        verb: "ci",
        words: "why?",
        start: { commit: head },
        pull: { number },
        brief: { number, failures: [{ run: { id: run }, error: "not ok 1 - adds" }], others: 0 },
      },
    });
    await stage.repository.recordRun(failed({ ...here, conclusion: "success" }));
    expect(await gateOf(stage, await ask(stage, asking(number)))).toMatchObject({
      stop: { kind: "not-available", message: expect.stringContaining("No run of GitHub Actions has failed") },
    });
  });

  test("is not for an issue", async () => {
    await using stage = await scene(on);
    expect(await gateOf(stage, await ask(stage, asking(stage.issue)))).toMatchObject({
      stop: { kind: "not-available", message: "`ci` is not for an issue." },
    });
  });
});
