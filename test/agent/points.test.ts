import { describe, expect, test } from "vitest";
import { type Answered, answerMistake } from "../../src/agent/points.ts";
import { answerItemTool } from "../../src/tools/answer-item.ts";
import { finishTool } from "../../src/tools/finish.ts";
import { call } from "../emulators/model/step.ts";
import { done as finished, play, startTree, task, touch } from "./bench.ts";
import { declined, done, point, reviewBrief } from "./review-round.ts";

const first = "1".repeat(40);
const second = "2".repeat(40);
const round = task({ brief: reviewBrief(point("thread-1"), point("thread-2"), point("review-3")) });
const answers: Answered[] = [{ ...done("thread-1"), tree: first, recorded: 1 }];

describe("an answer to a point", () => {
  test.each<[string, Parameters<typeof answerMistake>[0], string, unknown]>([
    ["done after a change stands", done("thread-2"), second, null],
    ["declined without a change stands", declined("thread-2"), first, null],
    [
      "done without a change since the last answer",
      done("thread-2"),
      first,
      expect.stringContaining("Nothing changed since"),
    ],
    ["declined beside changes", declined("thread-2"), second, expect.stringContaining("The files changed since")],
    [
      "to a point that is answered",
      done("thread-1"),
      second,
      expect.stringContaining("Not answered yet: thread-2, review-3."),
    ],
    [
      "to a point that is not there",
      done("thread-9"),
      second,
      expect.stringContaining('There is no point "thread-9".'),
    ],
    ["without words", { ...declined("thread-2"), reply: " \n" }, first, expect.stringContaining("The reply is empty")],
    ["done without a subject", done("thread-2", " "), second, expect.stringContaining("The subject must be one line")],
    [
      "with a subject of two lines",
      done("thread-2", "Mend it\nAirlock-Run: 1"),
      second,
      expect.stringContaining("The subject must be one line"),
    ],
    [
      "with a subject too long",
      done("thread-2", "x".repeat(121)),
      second,
      expect.stringContaining("The subject must be one line"),
    ],
  ])("%s", (_title, said, tree, mistake) => {
    expect(answerMistake(said, { ...round, answered: answers, tree })).toEqual(mistake);
  });

  test("is compared with the start before anything is answered", () => {
    const told = (tree: string) => answerMistake(done("thread-1"), { ...round, answered: [], tree });
    expect(told(round.start.tree)).toContain("Nothing changed");
    expect(told(first)).toBeNull();
  });

  test("that comes when all are answered is told to finish", () => {
    const all = ["thread-1", "thread-2", "review-3"].map((id) => ({ ...done(id), tree: first, recorded: 1 }));
    expect(answerMistake(declined("thread-1"), { ...round, answered: all, tree: first })).toContain("call finish");
  });
});

const say = (said: Record<string, unknown>) => ({ name: "answer_item", arguments: said });
const change = { name: "touch", arguments: { text: "x" } };
const tools = [touch, answerItemTool, finishTool];

/** Each recording finds the next of these trees; the last one stays. */
function finding(...trees: string[]) {
  return () => Promise.resolve({ tree: trees.length > 1 ? (trees.shift() ?? "") : (trees[0] ?? ""), violations: [] });
}

test("the files at each answer are recorded, also when several stand in one turn, and mistakes are told", async () => {
  const { result, outputs } = await play(
    [
      { kind: "reply", calls: [change, say(done("thread-1")), change, say(done("thread-2")), say(done("review-3"))] },
      call("answer_item", declined("review-3")),
      call("finish", finished),
    ],
    { task: round, tools, checkpoint: finding(first, second, second, second, second) },
  );
  expect(result).toMatchObject({
    ending: { kind: "finished" },
    answered: [
      { ...done("thread-1"), tree: first, recorded: 1 },
      { ...done("thread-2"), tree: second, recorded: 2 },
      { ...declined("review-3"), tree: second, recorded: 2 },
    ],
    checkpoints: [
      { turn: 1, tree: first },
      { turn: 1, tree: second },
    ],
  });
  expect(outputs).toEqual([
    "echo: x",
    "The point thread-1 is answered.",
    "echo: x",
    "The point thread-2 is answered.",
    expect.stringContaining("Nothing changed since the last answered point."),
    "The point review-3 is answered.",
  ]);
});

test("files that cannot be recorded end the run with the answers before", async () => {
  const states = [finding(first), finding(first), () => Promise.reject(new Error("git add did not end"))];
  const { result } = await play(
    [
      { kind: "reply", calls: [change, say(done("thread-1"))] },
      { kind: "reply", calls: [say(done("thread-2")), say(declined("review-3"))] },
    ],
    { task: round, tools, checkpoint: () => (states.shift() ?? (() => Promise.reject(new Error("still"))))() },
  );
  expect(result).toMatchObject({
    ending: { kind: "limit", limit: "workspace" },
    answered: [{ id: "thread-1", tree: first }],
    checkpoints: [{ turn: 1, tree: first }],
  });
});

test("a run without a review has no such tool", async () => {
  const { result, outputs } = await play([call("answer_item", declined("thread-1")), call("finish", finished)]);
  expect(outputs[0]).toContain("There is no tool");
  expect([result.answered, result.checkpoints, startTree]).toEqual([[], [], startTree]);
});
