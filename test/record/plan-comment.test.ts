import { expect, test } from "vitest";
import type { Plan } from "../../src/handoff/plan.ts";
import { planComment } from "../../src/record/plan-comment.ts";
import { hashOf, plan, record } from "./made-approval.ts";

const shown = (over: Partial<Plan>, words = "") =>
  planComment(record({ argv: ["fix", words] }, { plan: { ...plan, ...over } }));

test("the whole hash and the line to type are shown", () => {
  const made = record();
  const { details = [], next = "" } = { ...planComment(made) };
  expect(details.join("")).toContain(`**Hash:** \`${hashOf(made)}\``);
  expect(next).toContain(`\`/agent approve ${hashOf(made).slice(0, 16)}\``);
});

test.each([
  ["used", "approved"],
  ["denied", "denied"],
] as const)("a plan that was %s asks for nothing", (kind, word) => {
  const { next = "" } = { ...planComment(record({}, { state: { kind, comment: 3, by: 5 } })) };
  expect(next).toBe(`nothing: it was ${word} already.`);
});

const step = (what: string, files: string[] = []) => ({ steps: [{ what, files }] });

test.each<[string, Partial<Plan>, Partial<Plan>]>([
  ["a character that nobody sees", step("Change a\u200bb."), step("Change ab.")],
  ["a change of direction in a path", step("Change it.", ["a\u202eb.ts"]), step("Change it.", ["ab.ts"])],
  ["a secret in a risk", { risks: [`ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`] }, { risks: ["ghp"] }],
  ["a terminal sequence in the notes", { notes: "\u001b[31mred" }, { notes: "red" }],
])("what cannot be shown as it is is refused: %s", (_, hidden, seen) => {
  expect(shown(hidden)).toBeNull();
  expect(shown(seen)).not.toBeNull();
});

test("what does not fit into one comment is refused, never cut", () => {
  expect(shown({}, "*".repeat(30_000))).toBeNull();
  const { details = [] } = { ...shown({}, "*".repeat(20_000)) };
  expect(details.join("")).toContain(String.raw`\*`.repeat(20_000));
});
