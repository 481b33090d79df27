import { describe, expect, test } from "vitest";
import { withEnding } from "../../src/phases/partial.ts";
import { judgement } from "../record/papers.ts";
import { altered, arrived, publishOf } from "./publish-papers.ts";
import { scene } from "./scene.ts";

const limit = { kind: "limit" as const, limit: "cost_usd", detail: "5 USD spent" };

describe("a partial result", () => {
  test("has a reason of its own, first, and is a draft", () => {
    const finished = { kind: "satisfied", rule: "partial-result", saw: "how the work ended", phrase: "No." } as const;
    const tree = [...judgement().tree, { family: "ending", rules: [finished] }];
    const green = judgement({ draft: false, level: "low", tree, auto_merge: { kind: "allowed" } });
    const phrase = "The agent stopped at a limit before it said that it was done: this is a partial result.";
    const lower = "Let the agent go on with a higher limit.";
    const node = { kind: "raised", rule: "partial-result", level: "low", saw: "cost_usd", phrase, lower };
    expect(withEnding(green, limit)).toEqual({
      ...green,
      draft: true,
      tree: [...judgement().tree, { family: "ending", rules: [node] }],
      auto_merge: { kind: "not", because: ["The agent stopped at a limit before it was done."] },
      reasons: [
        {
          rule: "partial-result",
          level: "low",
          saw: "cost_usd",
          message: phrase,
        },
        ...green.reasons,
      ],
    });
    expect(withEnding(green, { kind: "finished" })).toBe(green);
    expect(withEnding(green)).toBe(green);
  });

  test("opens as a draft although every check is green; the same change, finished, does not", async () => {
    await using stage = await scene();
    const whole = await arrived(stage);
    const partial = altered(stage, whole, { solution: { ...whole.solution, ending: limit } });
    expect(await publishOf(stage, partial)).toMatchObject({
      kind: "verdict",
      verdict: {
        kind: "publish",
        draft: true,
        reasons: [{ rule: "partial-result" }, { rule: "path-not-low" }, { rule: "checks" }, { rule: "size" }],
      },
    });
    expect(stage.repository.pulls()).toMatchObject([{ draft: true }]);
    await using other = await scene();
    await publishOf(other, await arrived(other));
    expect(other.repository.pulls()).toMatchObject([{ draft: false }]);
  });
});

test("a pull request that another run opened meanwhile ends the road, and the log says so", async () => {
  await using stage = await scene();
  const [first, second] = [await arrived(stage), await arrived(stage)];
  await publishOf(stage, first);
  const { audit, ...outcome } = await publishOf(stage, second);
  const [pull] = stage.repository.pulls();
  expect(outcome).toMatchObject({ kind: "stop", stop: { kind: "already-done", pull_request: pull?.number } });
  expect(audit.entries.map(({ event }) => event)).toEqual(["verdict.reached", "request.refused"]);
  expect(stage.repository.pulls()).toHaveLength(1);
});
