import path from "node:path";
import { unzipSync } from "fflate";
import { expect } from "vitest";
import { verifyAudit } from "../../src/audit/log.ts";
import { call, type Step } from "../emulators/model/step.ts";
import { startWorld, type World, type WorldOptions } from "../world.ts";

/** A small repository whose checks need no package, so that a story is quick. Its `total` forgets quantities. */
const cart = path.join(import.meta.dirname, "../fixtures/cart");

export const request = "/agent fix\n\nQuantities are ignored.";

/** Starts a story's world on the cart repository with a scripted model. */
export function startStory(steps: Step[], options: Partial<WorldOptions> = {}): Promise<World> {
  return startWorld({ from: cart, model: { kind: "scripted", steps }, ...options });
}

/** Opens the issue and lets somebody type a comment; resolves when everything that follows has ended. */
export async function ask(world: World, as = "mona", comment = request): Promise<{ issue: number; comment: number }> {
  const issue = world.repository.openIssue("rita", "Two pens cost as much as one", "`total` ignores `quantity`.");
  const id = await world.repository.comment(as, issue, comment);
  await world.settled();
  return { issue, comment: id };
}

export const patch = (...lines: string[]): Step =>
  call("apply_patch", { patch: ["*** Begin Patch", ...lines, "*** End Patch"].join("\n") });

export const finish = (summary: string, outcome = "done"): Step =>
  call("finish", {
    outcome,
    summary,
    reasons: [{ path: "src/cart.ts", reason: "Quantities were not multiplied." }],
    notes: "",
    look_at: [],
  });

/** The right change with its test. */
export const goodFix: Step[] = [
  patch(
    "*** Update File: src/cart.ts",
    "@@",
    "-  return items.reduce((sum, item) => sum + item.cents, 0);",
    "+  return items.reduce((sum, item) => sum + item.cents * item.quantity, 0);",
    "*** Add File: test/quantity.test.ts",
    '+import assert from "node:assert/strict";',
    '+import { test } from "node:test";',
    '+import { total } from "../src/cart.ts";',
    "+",
    '+test("two pieces cost twice as much", () => {',
    '+  assert.equal(total([{ name: "pen", cents: 120, quantity: 2 }]), 240);',
    "+});",
  ),
  finish("`total` multiplies by the quantity."),
];

/** The papers of a run by file name, and all bytes of all artifacts as one text, for "nowhere" assertions. */
export function papersOf(world: World, run: number): { files: Map<string, string>; everything: string } {
  const files = new Map<string, string>();
  for (const artifact of world.repository.artifacts(run)) {
    for (const [name, bytes] of Object.entries(unzipSync(artifact.bytes))) {
      files.set(`${artifact.name}/${path.basename(name)}`, Buffer.from(bytes).toString("utf8"));
    }
  }
  return { files, everything: [...files.values()].join("\n") };
}

/** The status comment of our app, as a person reads it. */
export function statusOf(world: World, issue: number): string {
  const ours = world.repository.issueComments(issue).filter(({ author }) => author === "airlock[bot]");
  expect(ours.length, "one status comment per request").toBeLessThanOrEqual(1);
  return ours[0]?.body ?? "";
}

/** The jobs of the workflow, in the order of the road. */
const jobs = ["gate", "solve", "baseline", "verify", "publish"];

/** Of all jobs of a run exactly these went well, and the others were skipped. */
export function expectJobs(
  run: { jobs: { id: string; conclusion: string | null }[] } | undefined,
  ran: readonly string[],
): void {
  expect(run?.jobs.map(({ id, conclusion }) => [id, conclusion])).toEqual(
    jobs.map((id) => [id, ran.includes(id) ? "success" : "skipped"]),
  );
}

/** What must hold after every story, good or bad. */
export function expectSound(world: World): void {
  expect(world.hub.violations).toEqual([]);
  world.assertModelDone();
  for (const run of world.repository.runs()) {
    const { files } = papersOf(world, run.id);
    const logs = [...files].filter(([name]) => name.endsWith("audit.jsonl"));
    for (const [name, text] of logs) expect({ name, ...verifyAudit(text) }).toMatchObject({ name, kind: "intact" });
  }
}
