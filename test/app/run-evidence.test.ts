import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ours } from "../../src/text/outgoing.ts";
import { solution, verdict } from "../record/papers.ts";
import { low, type RunScene, runScene, titleOf } from "./run-scene.ts";

let at: RunScene;

beforeEach(async () => {
  at = await runScene();
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

describe("what a job that was taken over leaves does not become the end of the request", () => {
  test("a Stop that calls the only run a duplicate", async () => {
    await at.finish(
      at.run,
      { "airlock-solve-1": { "stop.json": { ...at.stop("duplicate"), phase: "solve" } } },
      "failure",
    );
    expect(at.statuses()[0]).toContain("🚫 **Not done.**");
  });

  test("a Verdict that says it published, in a run that failed", async () => {
    const forged = verdict({ ...low, published: { ...(await at.published()), commit: "e".repeat(40) } });
    await at.finish(at.run, { "airlock-publish-1": { "verdict.json": { ...forged, ...at.identity() } } }, "failure");
    expect(at.statuses()[0]).toContain(
      "❌ **Failed.** The run says that it published a change, but GitHub does not confirm",
    );
    expect(at.reactions()).toEqual(["eyes", "confused"]);
  });

  test("a Stop in another job's artifact", async () => {
    await at.finish(at.run, { "airlock-publish-1": { "stop.json": at.stop("refused", "Forged.") } }, "failure");
    expect(at.statuses()[0]).toContain("without leaving a result");
    expect(at.lines.filter(({ event }) => event === "paper.misplaced")).toHaveLength(1);
  });

  test("a paper made of a hundred thousand mistakes is refused in a short line", async () => {
    const reasons = Array.from({ length: 100_000 }, () => ({}));
    const wrong = { ...verdict({ published: null, kind: "refuse" }), ...at.identity(), reasons };
    const solutionOf = { ...solution(), ...at.identity(), reasons };
    await at.finish(at.run, {
      "airlock-solve-1": { "solution.json": solutionOf },
      "airlock-publish-1": { "verdict.json": wrong },
    });
    expect(at.statuses()[0]).toContain("without leaving a result");
    const lines = at.lines.filter(({ event }) => event === "paper.unreadable");
    expect(lines).toMatchObject([{ name: "verdict.json" }]);
    expect(JSON.stringify(lines).length).toBeLessThan(1_000);
  });
});

describe("a run that is run again after it published", () => {
  /** The second attempt: the gate finds the pull request of the first. */
  const again = async (pull: number) => {
    at.repository.rerun("mona", at.run.id);
    const fresh = at.dispatched.at(-1);
    if (fresh === undefined) throw new Error("no run");
    fresh.update({ status: "in_progress", title: titleOf(fresh) });
    const paper = {
      ...at.stop("already-done", `Pull request #${pull} already answers this issue.`),
      pull_request: pull,
    };
    const own = { ...paper, phase: "gate", run: { id: at.run.id, attempt: 2 } };
    await at.finish(fresh, { "airlock-gate-2": { "stop.json": own } });
    return at.statuses()[0] ?? "";
  };
  const first = async (message?: Parameters<RunScene["published"]>[0]) => {
    const pushed = await at.published(message);
    await at.finish(at.run, {
      "airlock-publish-1": { "verdict.json": { ...verdict({ ...low, published: pushed }), ...at.identity() } },
    });
    return pushed;
  };

  test("stays finished: the pull request is its own", async () => {
    const pushed = await first();
    expect(await again(pushed.pull_request)).toContain(
      `✅ **Finished.** The change stands in [pull request #${pushed.pull_request}](${pushed.url}), since an earlier attempt of this run.`,
    );
  });

  test("the twin: another run's pull request is the reason why nothing was done", async () => {
    const pushed = await first(ours`Fix\n\nAirlock-Run: ${at.run.id + 1}`);
    expect(await again(pushed.pull_request)).toContain("🚫 **Not done.** Pull request");
  });

  test("what the first attempt left is not the end of the second", async () => {
    await at.finish(at.run, { "airlock-gate-1": { "stop.json": at.stop("refused", "The first end.") } });
    at.repository.rerun("mona", at.run.id);
    const fresh = at.dispatched.at(-1);
    fresh?.update({ status: "in_progress", title: titleOf(fresh) });
    if (fresh !== undefined) await at.finish(fresh, {}, "failure");
    expect(at.statuses()[0]).toContain("without leaving a result");
  });
});
