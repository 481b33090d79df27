import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Judgement } from "../../src/handoff/verdict.ts";
import { finding, type GateScene, gateScene, high } from "./gate-scene.ts";

let at: GateScene;

beforeEach(async () => {
  at = await gateScene();
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

describe("a finding that blocks", () => {
  const blocked: Judgement = { ...high, requirements: { ...high.requirements, reviewers: 1 }, findings: [finding] };

  test("is accepted by a maintainer, for this head", async () => {
    const { pull, head } = await at.publishedUnder(blocked);
    await at.repository.review("ben", pull, "APPROVE");
    expect(at.check(head)).toMatchObject({
      conclusion: "action_required",
      title: expect.stringContaining("accept finding"),
    });
    expect(await at.say("eve", pull, `/agent accept ${finding.id}`)).toContain(
      `Finding \`${finding.id}\` is accepted for this head.`,
    );
    expect(at.check(head)).toMatchObject({
      conclusion: "success",
      summary: expect.stringContaining("is accepted: by eve"),
    });
  });

  test.each([
    [
      "by somebody who may only write",
      "ben",
      `accept ${finding.id}`,
      "needs the role maintain or admin; yours is write",
    ],
    ["under an id that is not there", "eve", "accept ffffffffffff", "There is no blocking finding"],
    ["without an id", "eve", "accept", "takes the id of one finding"],
  ])("is not accepted %s", async (_title, login, text, why) => {
    const { pull, head } = await at.publishedUnder(blocked);
    await at.repository.review("ada", pull, "APPROVE");
    expect(await at.say(login, pull, `/agent ${text}`)).toContain(why);
    expect(at.check(head).conclusion).toBe("action_required");
  });

  test("is not accepted any more when whoever accepted it lost the role", async () => {
    const { pull, head } = await at.publishedUnder(blocked);
    await at.repository.review("ben", pull, "APPROVE");
    await at.say("eve", pull, `/agent accept ${finding.id}`);
    at.repository.setRole("eve", "write");
    await at.repository.label("ben", pull, "any");
    expect(at.check(head).conclusion).toBe("action_required");
  });

  test("is asked on the pull request, not on the issue, and a stranger gets a reaction only", async () => {
    const { pull, head } = await at.publishedUnder(blocked);
    await at.repository.review("ben", pull, "APPROVE");
    expect(await at.say("eve", at.issue, `/agent accept ${finding.id}`)).toContain(
      "works on a pull request of Airlock",
    );
    const comment = await at.repository.comment("stranger", pull, `/agent accept ${finding.id}`);
    expect(at.repository.reactionsOf(comment)).toEqual([{ content: "-1", user: "airlock[bot]" }]);
    expect(at.check(head).conclusion).toBe("action_required");
  });
});

describe("a manual verification", () => {
  const critical: Judgement = {
    ...high,
    requirements: { reviewers: 1, security_review: false, manual_verification: true, owners: [] },
  };

  test("is a word of somebody else about exactly this head", async () => {
    const { pull, head } = await at.publishedUnder(critical);
    await at.repository.review("ben", pull, "APPROVE");
    expect(await at.say("ada", pull, `/agent verified ${"0".repeat(12)}`)).toContain("The head is");
    expect(at.check(head).conclusion).toBe("action_required");
    await at.say("mona", pull, `/agent verified ${head}`);
    expect(at.check(head).conclusion).toBe("action_required");
    await at.say("ada", pull, `/agent verified ${head.slice(0, 12)}`);
    expect(at.check(head)).toMatchObject({ conclusion: "success", summary: expect.stringContaining("by ada") });
  });
});

test("why tells conditions, reasons, findings and the way down", async () => {
  const reasons = [{ rule: "size", level: "high" as const, saw: "600 lines", message: "The change is large." }];
  const { pull } = await at.publishedUnder({ ...high, reasons, findings: [finding], lower: ["Split it."] });
  const answer = await at.say("ben", pull, "/agent why");
  expect(answer).toContain("Risk 🟠 high. Something is missing.");
  expect(answer).toContain("- ✗ 2 approving reviews of this head: none");
  expect(answer).toContain("- **high**: The change is large. `600 lines`");
  expect(answer).toContain(`\`${finding.id}\``);
  expect(answer).toContain("- Split it.");
  expect(answer).toContain("<summary>Every rule, and what it saw</summary>");
});
