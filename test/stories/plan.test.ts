import { expect, test } from "vitest";
import { call, type Step } from "../emulators/model/step.ts";
import type { World } from "../world.ts";
import { ask, expectSound, goodFix, papersOf, patch, startStory, expectJobs } from "./road.ts";

const plan = (over: object = {}): Step =>
  call("finish", {
    outcome: "done",
    steps: [
      { what: "Multiply by the quantity in `total`.", files: ["src/cart.ts"] },
      { what: "Test two pieces, which fixes #1 for @rita.", files: ["test/quantity.test.ts"] },
    ],
    risks: ["Callers that multiplied themselves pay twice."],
    expected_level: "medium",
    notes: "",
    ...over,
  });

/** The App's comments on an issue, oldest first. */
const said = (world: World, issue: number): string[] =>
  world.repository
    .issueComments(issue)
    .filter(({ author }) => author === "airlock[bot]")
    .map(({ body }) => body);

const hashIn = (body: string): string => /\*\*Hash:\*\* `([0-9a-f]{64})`/.exec(body)?.[1] ?? "";

async function planned(world: World): Promise<{ issue: number; hash: string }> {
  const { issue } = await ask(world, "mona", "/agent plan\n\nQuantities are ignored.");
  return { issue, hash: hashIn(said(world, issue)[0] ?? "") };
}

async function comment(world: World, as: string, issue: number, body: string): Promise<string> {
  await world.repository.comment(as, issue, body);
  await world.settled();
  return said(world, issue).at(-1) ?? "";
}

test("a plan is shown whole, and its hash lets exactly it be done, once", async () => {
  await using world = await startStory([plan(), ...goodFix]);
  const { issue, hash } = await planned(world);
  const [run] = world.repository.runs();
  expectJobs(run, ["gate", "solve"]);
  const shown = said(world, issue)[0] ?? "";
  await expect(
    shown
      .replaceAll(/[0-9a-f]{64}/g, "HASH")
      .replaceAll(/[0-9a-f]{40}/g, "COMMIT")
      .replaceAll(/(approve|deny) [0-9a-f]{16}/g, "$1 SHORT")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
      .replaceAll(/http:[^)]*|comment:\d+|run \d+/g, "ID"),
  ).toMatchFileSnapshot("snapshots/plan-comment.md");
  expect(world.repository.pulls()).toEqual([]);

  const end = await comment(world, "ben", issue, `/agent approve ${hash.slice(0, 16)}\n\nLooks good.`);
  expect(end).toContain("The change stands in [pull request #");
  const [pull] = world.repository.pulls();
  expect(pull?.body).not.toContain("Not in the plan");
  // The agent was given the plan and the words of the request, not those beside the approval.
  expect(world.modelSaw()).toContain("1. Multiply by the quantity in `total`. (src/cart.ts)");
  expect(world.modelSaw()).toContain("Quantities are ignored.");
  expect(world.modelSaw()).not.toContain("Looks good.");
  const approveRun = world.repository.runs().at(-1);
  const task: unknown = JSON.parse(papersOf(world, approveRun?.id ?? 0).files.get("airlock-gate-1/task.json") ?? "");
  expect(task).toMatchObject({
    verb: "approve",
    requester: { login: "ben" },
    words: "Quantities are ignored.",
    plan: { hash, run: run?.id, asked_by: { login: "mona" } },
  });

  const again = await comment(world, "ben", issue, `/agent approve ${hash}`);
  expect(again).toMatch(/That plan was approved already, by comment \d+\./);
  expect(world.repository.runs()).toHaveLength(2);
  expect(world.repository.pulls()).toHaveLength(1);
  expectSound(world);
});

test("what goes beyond the plan is shown in the pull request", async () => {
  const beyond = [
    ...goodFix.slice(0, -1),
    patch("*** Add File: docs/prices.md", "+Prices are in cents."),
    ...goodFix.slice(-1),
  ];
  await using world = await startStory([plan(), ...beyond]);
  const { issue, hash } = await planned(world);
  // Whoever asked for a plan may release it.
  await comment(world, "mona", issue, `/agent approve ${hash.slice(0, 20)}`);
  const [pull] = world.repository.pulls();
  expect(pull?.body).toContain(`Not in the plan: the plan that was approved (${hash.slice(0, 16)})`);
  expect(pull?.body).toContain("docs/prices.md");
  expectSound(world);
});

test("what is denied, unknown, too short, from elsewhere or by somebody without the role runs nothing", async () => {
  await using world = await startStory([plan()]);
  const { issue, hash } = await planned(world);
  const short = hash.slice(0, 16);
  expect(await comment(world, "mona", issue, `/agent approve ${hash.slice(0, 8)}`)).toContain(
    "The hash has 8 digits; at least its first 16 must be typed.",
  );
  expect(await comment(world, "mona", issue, "/agent approve")).toContain("`approve` needs the hash of a plan.");
  expect(await comment(world, "mona", issue, `/agent approve ${"0".repeat(64)}`)).toContain(
    "No plan of this issue has the hash",
  );
  const other = world.repository.openIssue("rita", "Another", "Something else.");
  expect(await comment(world, "mona", other, `/agent approve ${short}`)).toContain(
    `That plan is for issue #&#8203;${issue}, not for this one.`,
  );
  // A reader's command is answered by a reaction alone.
  const before = said(world, issue).length;
  await comment(world, "rita", issue, `/agent approve ${short}`);
  expect(said(world, issue)).toHaveLength(before);
  expect(await comment(world, "ben", issue, `/agent deny ${short}`)).toContain(
    `The plan \`${short}\` is denied: it cannot be approved any more.`,
  );
  expect(await comment(world, "mona", issue, `/agent approve ${short}`)).toMatch(
    /That plan was denied already, by comment \d+\./,
  );
  expect(world.repository.runs()).toHaveLength(1);
  expect(world.repository.pulls()).toEqual([]);
  expectSound(world);
});
