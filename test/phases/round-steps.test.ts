import { describe, expect, test } from "vitest";
import { canonical } from "../../src/handoff/canonical.ts";
import type { Task } from "../../src/handoff/task.ts";
import { stopOfSolution } from "../../src/phases/solution-end.ts";
import { declined, done, point, reviewBrief } from "../agent/review-round.ts";
import { call, type Step } from "../emulators/model/step.ts";
import { finish, patch } from "../stories/road.ts";
import { solved, token, type Way } from "./solved.ts";

const asReview = (task: Task): Task => ({
  ...task,
  brief: reviewBrief(point("thread-1"), point("thread-2"), point("review-3")),
  pull: { number: 13, branch: "airlock/12-1", target: "main" },
});

/** A pull request that added a file, and a round of review about it. */
const round: Way = { pull: { "src/tax.ts": "export const tax = 19;\n" }, task: asReview };
const withTurns = (turns: number) => (task: Task) => {
  const { config, ...asked } = asReview(task);
  return { ...asked, config: { ...config, limits: { ...config.limits, turns } } };
};

const answer = (said: Record<string, unknown>): Step => call("answer_item", said);
const add = (path: string, text: string) => patch(`*** Add File: ${path}`, `+${text}`);
const paths = (change: { path: string }[]) => change.map(({ path }) => path);

test("each point that is done becomes a step of its own, and the whole is told against the base", async () => {
  const { solution, task, server } = await solved(
    [
      add("src/one.ts", "export const one = 1;"),
      answer(done("thread-1", "Add one")),
      answer(declined("review-3")),
      add("src/two.ts", "export const two = 2;"),
      answer(done("thread-2", "Add two")),
      add("notes.txt", "tidied"),
      finish("One and two."),
    ],
    round,
  );
  server.assertDone();
  expect(solution).toMatchObject({ ending: { kind: "finished" }, base: task.base, summary: "One and two." });
  expect(paths(solution.change)).toEqual(["notes.txt", "src/one.ts", "src/tax.ts", "src/two.ts"]);
  expect(solution.items).toEqual([
    { id: "thread-1", outcome: "done", reply: "Changed for thread-1." },
    { id: "thread-2", outcome: "done", reply: "Changed for thread-2." },
    { id: "review-3", outcome: "declined", reply: "Not changed for review-3: it is right as it is." },
  ]);
  expect(solution.steps?.map(({ items, subject, change }) => [items, subject, paths(change)])).toEqual([
    [["thread-1"], "Add one", ["src/one.ts"]],
    [["thread-2"], "Add two", ["src/two.ts"]],
    [[], "", ["notes.txt"]],
  ]);
  expect(solution.steps?.map(({ tree }) => tree)).toEqual(solution.checkpoints.map(({ tree }) => tree));
  expect(solution.steps?.at(-1)?.tree).toBe(solution.tree);
  expect(stopOfSolution(solution)).toBeNull();
});

test("a round in which all is declined goes on with the tree of the start and no step", async () => {
  const { solution, task } = await solved([answer(declined("thread-1")), finish("All fine.", "no_change")], round);
  expect(solution).toMatchObject({ ending: { kind: "finished" }, tree: task.start.tree, steps: [] });
  expect(paths(solution.change)).toEqual(["src/tax.ts"]);
  expect(solution.items?.map(({ outcome }) => outcome)).toEqual(["declined", "not-reached", "not-reached"]);
  expect(stopOfSolution(solution)).toBeNull();
});

test("a round in which nothing is answered stops, though its pull request is a change", async () => {
  const { solution } = await solved([finish("Done!")], round);
  expect(solution).toMatchObject({
    ending: { kind: "no_change", reason: "The agent ended without answering a point." },
  });
  expect(stopOfSolution(solution)?.stop.kind).toBe("no-change");
});

test("what was changed for a point that a limit cut off is left behind; the finished steps stay", async () => {
  const { solution } = await solved(
    [
      add("src/one.ts", "export const one = 1;"),
      answer(done("thread-1")),
      add("src/half.ts", "export const half = 0;"),
    ],
    { ...round, task: withTurns(3) },
  );
  expect(solution).toMatchObject({ ending: { kind: "limit", limit: "turns" } });
  expect(solution.steps?.map(({ change }) => paths(change))).toEqual([["src/one.ts"]]);
  expect(paths(solution.change)).toEqual(["src/one.ts", "src/tax.ts"]);
  expect(stopOfSolution(solution)).toBeNull();
});

test("a limit before any point is answered ends the road", async () => {
  const { solution, task } = await solved([add("src/half.ts", "export const half = 0;")], {
    ...round,
    task: withTurns(1),
  });
  expect(solution).toMatchObject({ tree: task.start.tree, steps: [] });
  expect(stopOfSolution(solution)?.stop.kind).toBe("limit");
});

test("a round that takes everything back has nothing to push", async () => {
  const { solution } = await solved(
    [patch("*** Delete File: src/tax.ts"), answer(done("thread-1")), finish("Gone.")],
    round,
  );
  expect(solution).toMatchObject({ ending: { kind: "finished" }, change: [] });
  expect(stopOfSolution(solution)?.stop.message).toContain("would change nothing");
});

describe("nothing of a round leaves that does not pass", () => {
  test.each<[string, Step[], object]>([
    [
      "a secret that one step adds and the next removes",
      [
        add("src/key.ts", `export const key = "${token}";`),
        answer(done("thread-1")),
        patch("*** Delete File: src/key.ts", "*** Add File: src/ok.ts", "+export {};"),
        answer(done("thread-2")),
        finish("Done."),
      ],
      { rule: "secret", path: "src/key.ts" },
    ],
    [
      "a secret in a reply",
      [answer({ ...declined("thread-1"), reply: `It is ${token}.` }), finish("Done.")],
      { rule: "secret", path: "the agent's notes" },
    ],
    [
      "a secret in a commit's subject",
      [add("src/ok.ts", "export {};"), answer(done("thread-1", `Use ${token}`)), finish("Done.")],
      { rule: "secret", path: "the agent's notes" },
    ],
    [
      "a character nobody can see that one step adds and the next removes",
      [
        add("src/odd.ts", "export const a = 1; // \u202E evil"),
        answer(done("thread-1")),
        patch("*** Delete File: src/odd.ts", "*** Add File: src/ok.ts", "+export {};"),
        answer(done("thread-2")),
        finish("Done."),
      ],
      { path: "src/odd.ts" },
    ],
  ])("%s", async (_title, steps, finding) => {
    const { solution } = await solved(steps, round);
    expect(solution).toMatchObject({
      ending: { kind: "refused", findings: expect.arrayContaining([expect.objectContaining(finding)]) },
      change: [],
      steps: [],
    });
    expect(solution.items?.every(({ outcome, reply }) => outcome === "not-reached" && reply === "")).toBe(true);
    expect(canonical(solution)).not.toContain(token);
  });

  test("the twin: the same steps without the secret are carried", async () => {
    const steps = [
      add("src/key.ts", 'export const key = "";'),
      answer(done("thread-1")),
      patch("*** Delete File: src/key.ts", "*** Add File: src/ok.ts", "+export {};"),
      answer(done("thread-2")),
      finish("Done."),
    ];
    const { solution } = await solved(steps, round);
    expect(solution).toMatchObject({ ending: { kind: "finished" } });
    expect(solution.steps?.map(({ change }) => paths(change))).toEqual([["src/key.ts"], ["src/key.ts", "src/ok.ts"]]);
  });
});
