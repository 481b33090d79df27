import { expect, test } from "vitest";
import type { PackageFacts } from "../../src/handoff/packages.ts";
import type { Bump } from "../../src/handoff/solution.ts";
import type { Task } from "../../src/handoff/task.ts";
import { pullBody } from "../../src/record/body.ts";
import { bumpOf } from "../../src/record/bump.ts";
import { subjectOf } from "../../src/record/commit-message.ts";
import { home, judgement, report, runUrl, solution, task } from "./papers.ts";

const brief: Task["brief"] = { kind: "bump", number: 12, package: "left", range: null, age_days: 3 };
const bump: Bump = {
  name: "left",
  from: "1.0.0",
  to: "2.0.0",
  step: "major",
  released: "2026-11-10T10:00:00.000Z",
  passed: { version: "2.1.0", from: "2026-11-22T10:00:00.000Z" },
};
const left: PackageFacts = {
  name: "left",
  version: "2.0.0",
  before: "1.0.0",
  direct: true,
  resembles: null,
  registry: { kind: "absent" },
};

const facts = (seen: Partial<PackageFacts>, said: Partial<Bump> = {}) => ({
  task: task({ brief, verb: "bump" }),
  solution: solution({ bump: { ...bump, ...said }, model: "none" }),
  report: report({
    packages: { kind: "looked", as_of: "2026-11-20T10:00:05Z", packages: [{ ...left, ...seen }], left_out: 0 },
  }),
});

test.each<[string, Partial<PackageFacts>, Partial<Bump>, string]>([
  ["what solve and verify both say", {}, {}, "Bump left from 1.0.0 to 2.0.0"],
  ["another version before", { before: "0.9.0" }, {}, "Bump left to 2.0.0"],
  ["another version after", { version: "9.9.9" }, {}, "Bump left"],
  ["another name than was asked for", {}, { name: "right" }, "Bump left"],
])("%s decides the title", (...[, seen, said, title]) => {
  const made = facts(seen, said);
  expect(subjectOf(made.task.brief, [], bumpOf(made))).toBe(title);
});

test("where the packages were not looked up, nothing is said but the name", () => {
  const made = { ...facts({}), report: report({ packages: { kind: "not_run", reason: "no registry" } }) };
  expect(bumpOf(made)).toBeNull();
});

test("the body shows the bump first, and gives nobody's reasons for what a program wrote", () => {
  const body = pullBody({
    ...facts({}),
    judgement: judgement(),
    run: { id: 77, url: runUrl },
    home,
    auditHead: "0".repeat(64),
    known: [],
  });
  expect(body.split("### Verification")[0]).toContain(
    [
      "### Bump",
      "",
      "| Package | From | To | Step | Published |",
      "| :-- | :-- | :-- | :-- | :-- |",
      "| `left` | `1.0.0` | `2.0.0` | major | 10 days ago |",
      "",
      "The package manager made it, in the sandbox and without a model. `2.1.0` is newer, and too young to be taken. It is old enough from 2026-11-22 on.",
    ].join("\n"),
  );
  expect(body).toContain("Fixes #12, asked by mona.");
  expect(body).toContain("| File | |\n| :-- | :-- |\n| `src/sum.ts` | modified |\n");
  expect(body).not.toContain("the agent's words");
});
