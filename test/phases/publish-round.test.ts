import { describe, expect, test } from "vitest";
import type { Solution } from "../../src/handoff/solution.ts";
import { judgeAgain, readGround } from "../../src/phases/judge-again.ts";
import { publishRound } from "../../src/phases/publish-round.ts";
import { judgement as judged } from "../record/papers.ts";
import { branch, made, type Made, roundScene, type RoundScene } from "../record/round-scene.ts";
import { entry } from "../workspace/repository.ts";
import { checks } from "./publish-papers.ts";

/** Judges the whole as publish does, then publishes it as a round. */
async function published(on: RoundScene, more: Partial<Solution> = {}) {
  const { github } = on;
  const { task, report } = on.facts;
  const facts = { ...on.facts, solution: { ...on.facts.solution, ...more }, report: { ...report, checks } };
  const ground = () => readGround(task, github);
  const { judgement } = await judgeAgain(facts, { ground }, github);
  return publishRound({ ...facts, judgement }, ground, { github, onProgress: () => {} });
}

const subjects = ({ repository }: RoundScene) => repository.log(branch).map(({ message }) => message.split("\n")[0]);
const workflow = ".github/workflows/nightly.yml";
const secret = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_");

/** A round whose first step adds a file that its second one takes away. */
const passing = (path: string, text: string): Made => {
  const [first, second] = made.steps;
  const steps: Made["steps"] = [
    [entry(path, null, text), ...first].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    [entry(path, text, null), ...second].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  ];
  return { ...made, steps };
};

test("steps that are allowed alone are commits of their own", async () => {
  await using on = await roundScene();
  expect(await published(on)).toMatchObject({
    kind: "published",
    shown: { published: { branch }, round: { commits: 2, squashed: null } },
  });
  expect(subjects(on).slice(0, 2)).toEqual(["Address review: Test the sum", "Address review: Take numbers only"]);
});

describe("what a step alone may not be is in no commit: all of it becomes one", () => {
  test.each<[string, Made, string]>([
    ["a step that policy would hold", passing(workflow, "on: push\n"), "policy would hold a step of it alone"],
    [
      "a step that policy would refuse",
      passing("src/key.js", `export const key = "${secret}";\n`),
      "policy would refuse a step of it alone",
    ],
    [
      "a commit's message with a secret",
      { ...made, subjects: [`Use ${secret}`, "Test the sum"] },
      "the message of a commit would hold what looks like a secret",
    ],
  ])("%s", async (_title, round, squashed) => {
    await using on = await roundScene(round);
    const { facts } = on;
    expect(await published(on)).toMatchObject({ shown: { round: { commits: 1, squashed } } });
    expect(subjects(on).slice(0, 2)).toEqual(["Address review: 2 points", "Mend"]);
    const [head] = on.repository.log(branch);
    expect((await on.github.commit(head?.sha ?? "")).tree).toBe(facts.solution.tree);
    expect(head?.message).not.toContain(secret);
    const items = [on.comments[0], on.comments[2]].map((id) => `Airlock-Item: thread-${id}`);
    expect(head?.message.split("\n").filter((line) => line.startsWith("Airlock-Item"))).toEqual(items);
  });
});

test("a round without steps, which another program than ours may have written, is one commit", async () => {
  await using on = await roundScene();
  const { steps: _steps, ...solution } = on.facts.solution;
  expect(await published({ ...on, facts: { ...on.facts, solution } })).toMatchObject({
    shown: { round: { commits: 1, squashed: null } },
  });
});

describe("papers that contradict each other or GitHub push nothing", () => {
  const first = ({ steps = [] }: Solution) => steps[0] ?? { items: [], subject: "", tree: "", change: [] };
  test.each<[string, (solution: Solution) => Partial<Solution>]>([
    ["a point too few", ({ items = [] }) => ({ items: items.slice(1) })],
    ["no word of any point", () => ({ items: [] })],
    [
      "a step for a point that was declined",
      ({ steps = [], items = [] }) => ({
        steps: steps.map((step) => ({ ...step, items: items.slice(1, 2).map(({ id }) => id) })),
      }),
    ],
    [
      "a point in two steps",
      (solution) => ({
        steps: (solution.steps ?? []).map((step) => ({ ...step, items: first(solution).items })),
      }),
    ],
    ["steps that end elsewhere", (solution) => ({ steps: [first(solution)] })],
    [
      "steps that come to something else than the whole",
      ({ steps = [] }) => ({
        steps: steps.map((step) => ({ ...step, change: step.change.filter(({ path }) => path !== "src/tax.js") })),
      }),
    ],
    [
      "a step from other files than those before it",
      ({ steps = [] }) => ({
        steps: steps
          .toReversed()
          .map((step, index) => ({ ...step, tree: steps[index]?.tree ?? "" }))
          .map((step, index) => (index === 0 ? { ...step, change: [entry("src/sum.js", "other\n", "x\n")] } : step)),
      }),
    ],
    [
      "a step that changes nothing",
      ({ steps = [] }) => ({ steps: steps.map((step, index) => (index === 0 ? { ...step, change: [] } : step)) }),
    ],
  ])("%s", async (_title, alter) => {
    await using on = await roundScene();
    await expect(published(on, alter(on.facts.solution))).rejects.toMatchObject({ code: "bad-paper" });
    expect(subjects(on)[0]).toBe("Mend");
    expect(on.repository.threadsOf(on.pull).every(({ comments }) => comments.length === 1)).toBe(true);
  });
});

describe("a round that changes nothing", () => {
  const declined = (on: RoundScene): Partial<Solution> => ({
    tree: on.facts.task.start.tree,
    change: [entry("src/sum.js", "a - b\n", "a + b\n"), entry("src/tax.js", null, "19\n")],
    steps: [],
    items: on.plan.items.map(({ id }) => ({ id, outcome: "declined" as const, reply: "It is right as it is." })),
  });

  test.each(["publish", "hold"] as const)("is answered where policy says %s of what stands there", async (kind) => {
    await using on = await roundScene();
    const { github, facts } = on;
    const solution = { ...facts.solution, ...declined(on) };
    const ground = () => readGround(facts.task, github);
    const round = { ...facts, solution, judgement: judged({ kind }) };
    const outcome = await publishRound(round, ground, { github, onProgress: () => {} });
    expect(outcome).toMatchObject({ kind: "published", shown: { published: null, round: { commits: 0 } } });
    expect(on.repository.threadsOf(on.pull).map(({ comments }) => comments.length)).toEqual([2, 2, 2, 2]);
    expect(subjects(on)[0]).toBe("Mend");
  });

  test("the twin: one with a step is left to policy when it is held", async () => {
    await using on = await roundScene();
    const { github, facts } = on;
    const ground = () => readGround(facts.task, github);
    const round = { ...facts, judgement: judged({ kind: "hold" }) };
    expect(await publishRound(round, ground, { github, onProgress: () => {} })).toEqual({ kind: "not-here" });
    expect(subjects(on)[0]).toBe("Mend");
  });
});

test("a head that somebody moved stops the road and says which commit it is", async () => {
  await using on = await roundScene();
  const theirs = await on.repository.push("ben", branch, { path: "src/sum.js", text: "mine\n" });
  expect(await published(on)).toMatchObject({
    kind: "stop",
    stop: { kind: "head-moved", message: expect.stringContaining(theirs.slice(0, 12)) },
  });
});
