import { describe, expect, test } from "vitest";
import { seal } from "../../src/handoff/seal.ts";
import { Task } from "../../src/handoff/task.ts";
import type { Step } from "../emulators/model/step.ts";
import { finish, goodFix, patch } from "../stories/road.ts";
import { sandboxCertificate, solved, token, type Way } from "./solved.ts";

test("what the agent made is carried with its words, its cost and the sandbox it was made in", async () => {
  const { solution, task, session, events, head, server } = await solved(goodFix);
  server.assertDone();
  expect(solution).toMatchObject({
    task_digest: seal(Task, task).digest,
    ending: { kind: "finished" },
    base: task.start,
    summary: "`total` multiplies by the quantity.",
    reasons: [{ path: "src/cart.ts", reason: "Quantities were not multiplied." }],
    model: task.config.agent.model,
    usage: { turns: 2 },
    violations: [],
    certificate: sandboxCertificate(),
    audit_head: head,
  });
  expect(solution.change.map(({ path }) => path)).toEqual(["src/cart.ts", "test/quantity.test.ts"]);
  expect(solution.checkpoints).toEqual([{ turn: 1, tree: solution.tree }]);
  expect(events).toMatchObject([
    {
      event: "agent.started",
      model: task.config.agent.model,
      sandbox_mode: "workspace-write",
      start: task.start.commit,
    },
    { event: "agent.ended", ending: "finished", turns: 2, tree: solution.tree },
  ]);
  const lines = session.trimEnd().split("\n");
  expect(lines.every((line) => typeof JSON.parse(line) === "object")).toBe(true);
  expect(session.endsWith("\n")).toBe(true);
});

test("an agent that says done without a change is no change", async () => {
  const { solution, task } = await solved([finish("Done!")]);
  expect(solution).toMatchObject({
    ending: { kind: "no_change", reason: "The agent ended without changing a file." },
    tree: task.start.tree,
    change: [],
  });
});

test("a limit keeps what was done before it", async () => {
  const onlyOneTurn = (task: Task): Task => ({
    ...task,
    config: { ...task.config, limits: { ...task.config.limits, turns: 1 } },
  });
  const { solution } = await solved(goodFix.slice(0, 1), { task: onlyOneTurn });
  expect(solution).toMatchObject({ ending: { kind: "limit", limit: "turns" }, summary: "" });
  expect(solution.change.map(({ path }) => path)).toEqual(["src/cart.ts", "test/quantity.test.ts"]);
});

describe("nothing leaves the job that does not pass: findings and a hash stand for it", () => {
  test.each<[string, Step[], Way, object]>([
    [
      "a secret in a file",
      [patch("*** Add File: src/settings.ts", `+export const token = "${token}";`), finish("Added.")],
      {},
      { rule: "secret", path: "src/settings.ts", line: 1 },
    ],
    [
      "a secret in the agent's words",
      [...goodFix.slice(0, 1), finish(`I used ${token}.`)],
      {},
      { rule: "secret", path: "the agent's notes" },
    ],
    [
      "a secret in the reason to give up",
      [finish(`The token ${token} does not work.`, "gave_up")],
      {},
      { rule: "secret", path: "the agent's notes" },
    ],
    [
      "a value of this job, which no pattern knows, in a file",
      [patch("*** Add File: notes.txt", "+the word is plum-cake"), finish("Added.")],
      { known: ["plum-cake"] },
      { rule: "secret", message: "A credential of this job stands in the work." },
    ],
    [
      "a change beyond the limits",
      goodFix,
      {
        task: (task) => ({
          ...task,
          config: { ...task.config, limits: { ...task.config.limits, change_files: 1 } },
        }),
      },
      { rule: "change-files" },
    ],
    [
      "a character nobody can see",
      [patch("*** Add File: src/odd.ts", "+export const a = 1; // \u202E evil"), finish("Added.")],
      {},
      { path: "src/odd.ts" },
    ],
  ])("%s", async (_title, steps, way, finding) => {
    const { solution, task, events } = await solved(steps, way);
    expect(solution).toMatchObject({
      ending: {
        kind: "refused",
        findings: expect.arrayContaining([expect.objectContaining({ ...finding, level: "block" })]),
        change_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      tree: task.start.tree,
      change: [],
      checkpoints: [],
      summary: "",
      reasons: [],
      notes: "",
      look_at: [],
    });
    expect(JSON.stringify(solution)).not.toContain(token);
    expect(JSON.stringify(solution)).not.toContain("plum-cake");
    expect(events.at(-1)).toMatchObject({ event: "agent.ended", ending: "refused" });
  });

  test("the twin: the same value is carried when it is nobody's", async () => {
    const steps = [patch("*** Add File: notes.txt", "+the word is plum-cake"), finish("Added.")];
    const { solution } = await solved(steps, { known: ["", "another-word"] });
    expect(solution).toMatchObject({ ending: { kind: "finished" }, change: [{ path: "notes.txt" }] });
  });

  test("a value of this job is not in the session either", async () => {
    const steps = [patch("*** Add File: notes.txt", "+the word is plum-cake"), finish("It is plum-cake.")];
    expect((await solved(steps, { known: ["plum-cake"] })).session).not.toContain("plum-cake");
  });
});

test("a checkout that holds another tree than the Task says is refused before the model is asked", async () => {
  const wrong = (task: Task): Task => ({ ...task, start: { ...task.start, tree: "0".repeat(40) } });
  await expect(solved([], { task: wrong })).rejects.toMatchObject({ code: "tree-mismatch" });
});

test("a run that is cancelled ends as such", async () => {
  const { solution } = await solved([], { signal: AbortSignal.abort() });
  expect(solution).toMatchObject({ ending: { kind: "limit", limit: "cancelled" }, change: [] });
});

test("in a read-only run nothing is changed, whatever the agent tries", async () => {
  const { solution } = await solved(
    [
      {
        kind: "reply",
        calls: [{ name: "shell", arguments: { command: ["touch", "new.txt"], workdir: null, timeout_s: null } }],
      },
      finish("Looked."),
    ],
    { task: (task) => ({ ...task, sandbox_mode: "read-only" }) },
  );
  expect(solution).toMatchObject({ ending: { kind: "no_change" }, change: [] });
});
