import { describe, expect, test } from "vitest";
import { verifyAudit } from "../../src/audit/log.ts";
import { seal } from "../../src/handoff/seal.ts";
import { Solution } from "../../src/handoff/solution.ts";
import { Task } from "../../src/handoff/task.ts";
import { judgeLocally } from "../../src/phases/pipeline.ts";
import { localChange } from "../../src/workspace/local.ts";
import { realSandbox } from "../checks/sandbox.ts";
import type { Step } from "../emulators/model/step.ts";
import { scripted } from "../model/scripted.ts";
import { finish, goodFix, patch } from "../stories/road.ts";
import { plainGit, writeFiles } from "../workspace/repository.ts";
import { localScene } from "./local-scene.ts";
import { runPipeline } from "./run-pipeline.ts";

const real = realSandbox();

async function run(steps: Step[]) {
  await using on = await localScene(real.sandbox);
  const { server, model } = await scripted(steps);
  await using _server = server;
  const { audit, said } = on;
  const events: string[] = [];
  const result = await runPipeline(on, model, ({ type }) => void events.push(type));
  server.assertDone();
  expect(verifyAudit(audit.text(), audit.head).kind).toBe("intact");
  const status = plainGit(on.repository.root, "status", "--porcelain");
  return { result, said, events, status, log: audit.entries.map(({ event }) => event) };
}

test("one process walks the whole road with the same papers, and leaves the work tree alone", async () => {
  const { result, said, events, status, log } = await run(goodFix);
  if (result.kind !== "judged") throw new Error(JSON.stringify(result));
  const { task, solution, report, judgement } = result;
  expect(solution.task_digest).toBe(seal(Task, task).digest);
  expect(report).toMatchObject({
    task_digest: solution.task_digest,
    solution_digest: seal(Solution, solution).digest,
    head_tree: solution.tree,
  });
  expect(judgement).toMatchObject({ kind: "publish", draft: false });
  expect(status).toBe("");
  expect(log).toEqual(["agent.started", "agent.ended", "verify.done"]);
  expect(events).toEqual(expect.arrayContaining(["thread.started", "thread.completed"]));
  expect(said.filter((line) => /^(gate|solve|verify|publish):/.test(line))).toEqual([
    "gate: reading the repository",
    `solve: preparing a copy of ${task.start.commit.slice(0, 12)}`,
    "verify: checking base and head",
    "publish: judging the change (nothing is pushed from here)",
  ]);
});

test("without a change the road ends after solve", async () => {
  const { result, said } = await run([finish("It works as documented.", "no_change")]);
  expect(result).toMatchObject({ kind: "stopped", stopped: { kind: "no-change" }, solution: { change: [] } });
  expect(said).not.toContain("verify: checking base and head");
});

test("a change that policy holds is held here as well", async () => {
  const { result } = await run([
    patch("*** Add File: .github/workflows/nightly.yml", "+on: push", "+jobs: {}"),
    finish("A nightly build."),
  ]);
  expect(result).toMatchObject({ kind: "judged", judgement: { kind: "hold", level: "critical" } });
});

describe("a change between two commits is judged without its checks", () => {
  test.each<[string, Record<string, string>, object]>([
    ["text is low", { "README.md": "# cart, again\n" }, { kind: "publish", level: "low" }],
    ["a path word counts", { "src/auth.ts": "export {};\n" }, { kind: "publish", level: "critical" }],
    ["a workflow is held", { ".github/workflows/a.yml": "on: push\n" }, { kind: "hold" }],
  ])("%s", async (_title, files, expected) => {
    await using on = await localScene(real.sandbox);
    const task = await on.task();
    writeFiles(on.repository.root, files);
    const head = on.repository.recommit();
    const change = await localChange(on.local, task.start.tree, head.tree);
    const judgement = await judgeLocally(on.local, { task, solution: { change }, report: null });
    expect(judgement).toMatchObject({ ...expected, draft: true });
    expect(judgement.reasons).toContainEqual(expect.objectContaining({ rule: "checks", saw: "no Report" }));
  });
});
