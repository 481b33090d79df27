import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ciTask, failure } from "../record/ci-papers.ts";
import { solution } from "../record/papers.ts";
import { openIssue } from "../emulators/github/issues.ts";
import type { DispatchedRun } from "../emulators/runner/dispatched-run.ts";
import { titleOf } from "./run-scene.ts";
import { type Scene, scene } from "./scene.ts";

let at: Scene;

beforeEach(async () => {
  at = await scene();
  await at.repository.push("mona", "main", {
    path: ".github/workflows/ci.yml",
    text: "name: CI\non: push\njobs: {}\n",
  });
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

async function optIn(): Promise<void> {
  await at.repository.label("mona", at.issue, "airlock:ci");
  await at.repository.unlabel("mona", at.issue, "airlock:ci");
}

async function ended(conclusion: "success" | "failure" | "timed_out", more: object = {}): Promise<number> {
  const id = await at.repository.recordRun({ workflow: "ci.yml", conclusion, jobs: [], ...more });
  await at.running.idle();
  return id;
}

/** The analysis of a failed run ends; its gate read one failure. */
async function analysed(
  run: DispatchedRun | undefined,
  failed: number,
  {
    answer,
    conclusion = "success" as const,
    of = failed,
  }: { answer?: string; conclusion?: "success" | "failure"; of?: number } = {},
): Promise<void> {
  if (run === undefined) throw new Error("nothing was dispatched");
  run.update({ status: "in_progress", title: titleOf(run) });
  const identity = {
    repository: { id: at.repository.id, owner: "octo", name: "demo" },
    run: { id: run.id, attempt: run.attempt },
  };
  const task = ciTask({}, [failure({ run: { ...failure().run, id: of } })]);
  await at.finish(
    run,
    {
      "airlock-gate-1": { "task.json": { ...task, ...identity } },
      "airlock-solve-1": {
        "solution.json": { ...solution(), ...identity, ...(answer === undefined ? {} : { answer }) },
      },
    },
    conclusion,
  );
}

const tracking = () => at.repository.record.issues.filter(({ labels }) => labels.includes("airlock:ci"));

describe("a failed run on the default branch", () => {
  test("starts its analysis where the repository has the label", async () => {
    await ended("failure");
    expect(at.dispatched).toEqual([]);
    await optIn();
    const failed = await ended("timed_out");
    expect(at.dispatched.map(({ inputs }) => inputs)).toEqual([
      { verb: "ci", issue: "0", trigger: "run", id: `${failed}`, requester: `${at.app.botId}` },
    ]);
  });

  test.each<[string, object]>([
    ["of another branch", { branch: "work" }],
    ["of a branch of ours", { branch: "airlock/1-1" }],
    ["of a pull request", { event: "pull_request" }],
    ["of a fork", { fork: true }],
    ["of our own workflow", { workflow: "airlock.yml" }],
  ])("starts nothing when it is one %s", async (_, more) => {
    await optIn();
    for (const branch of ["work", "airlock/1-1"])
      await at.repository.push("mona", branch, { path: "a.txt", text: branch });
    await ended("failure", more);
    expect(at.dispatched).toEqual([]);
  });
});

describe("the end of an analysis", () => {
  beforeEach(optIn);

  test("opens one issue; the next time it is the same one, and a doubled delivery changes nothing", async () => {
    const first = await ended("failure");
    await analysed(at.dispatched[0], first, { answer: "The cause." });
    expect(tracking()).toMatchObject([{ state: "open", author: { login: "airlock[bot]" }, labels: ["airlock:ci"] }]);
    expect(tracking()[0]?.body).toContain("> The cause.");
    const last = at.hub.deliveries.findLast(({ event, action }) => event === "workflow_run" && action === "completed");
    await at.hub.redeliver(last?.id ?? 0);
    await at.quiet();
    const second = await ended("failure");
    await analysed(at.dispatched[1], second, { answer: "Still." });
    expect(tracking()).toHaveLength(1);
    expect(tracking()[0]?.body).toContain(`Seen 2 times, last in [run ${second}]`);
    await at.hub.redeliver(last?.id ?? 0);
    await at.quiet();
    expect(tracking()[0]?.body).toContain(`Seen 2 times, last in [run ${second}]`);
  });

  test("tells the failure although nothing was found out", async () => {
    await analysed(at.dispatched[0] ?? (await dispatchedFor()), at.repository.record.runs[0]?.id ?? 0, {
      conclusion: "failure",
    });
    expect(tracking()[0]?.body).toContain("The newest run was not analysed to an end.");
  });

  test("never takes an issue that somebody else opened, whatever it says", async () => {
    const first = await ended("failure");
    await analysed(at.dispatched[0], first, { answer: "The cause." });
    const [made] = tracking();
    const mona = at.hub.state.accounts.find(({ login }) => login === "mona");
    if (made === undefined || mona === undefined) throw new Error("no issue");
    const forged = openIssue(
      at.hub.state,
      at.repository.record,
      { account: mona, app: null },
      { title: "t", body: made.body },
    );
    forged.labels.push("airlock:ci");
    at.repository.record.issues = at.repository.record.issues.filter((issue) => issue !== made);
    const second = await ended("failure");
    await analysed(at.dispatched[1], second, { answer: "Again." });
    expect(forged.body).toBe(made.body);
    expect(tracking()).toHaveLength(2);
  });

  test("of another run than its name says shows nothing", async () => {
    const first = await ended("failure");
    await analysed(at.dispatched[0], first, { answer: "The cause.", of: first + 1 });
    expect(tracking()).toEqual([]);
  });

  test("closes at once what has passed in the meantime", async () => {
    const first = await ended("failure");
    await ended("success");
    await analysed(at.dispatched[0], first, { answer: "The cause." });
    expect(tracking()).toMatchObject([{ state: "closed" }]);
  });
});

describe("a run that passed", () => {
  beforeEach(optIn);

  test("closes the issues of its workflow once, and opens nothing", async () => {
    const first = await ended("failure");
    await analysed(at.dispatched[0], first, { answer: "The cause." });
    await ended("success", { event: "workflow_dispatch" });
    await ended("success", { branch: "main", fork: true });
    expect(tracking()).toMatchObject([{ state: "open" }]);
    await ended("success");
    const last = at.hub.deliveries.findLast(({ event }) => event === "workflow_run");
    await at.hub.redeliver(last?.id ?? 0);
    await at.quiet();
    expect(tracking()).toMatchObject([{ state: "closed" }]);
    expect(at.repository.issueComments(tracking()[0]?.number ?? 0)).toHaveLength(1);
    expect(at.dispatched).toHaveLength(1);
  });

  test("but not when it is older than the failure", async () => {
    const first = await ended("failure");
    await analysed(at.dispatched[0], first + 0, { answer: "The cause." });
    const [issue] = tracking();
    if (issue === undefined) throw new Error("no issue");
    issue.body = issue.body.replace(`:1:${first} `, `:1:${first + 1_000_000} `);
    await ended("success");
    expect(issue.state).toBe("open");
  });
});

async function dispatchedFor(): Promise<DispatchedRun | undefined> {
  await ended("failure");
  return at.dispatched[0];
}
