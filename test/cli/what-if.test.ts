import { expect, test } from "vitest";
import { readWhatIf, stillMissing, whatIfLines } from "../../src/cli/what-if.ts";
import type { Judgement } from "../../src/handoff/verdict.ts";
import { findingOf } from "../../src/inspect/finding-id.ts";
import { config, madeFacts } from "../policy/made-facts.ts";
import { judge } from "../../src/policy/judge.ts";
import { judgement } from "../record/papers.ts";

const nobody = { reviewers: 0, security_review: false, manual_verification: false, owners: [] };
const block = findingOf({
  rule: "agent-instructions",
  level: "block",
  path: "AGENTS.md",
  line: null,
  message: "Coding agents follow this file as instructions.",
  before: null,
  after: "a",
});
const warn = findingOf({ ...block, level: "warn", rule: "manifest" });
const made = (more: Partial<Judgement>) =>
  judgement({ level: "low", draft: false, reasons: [], findings: [], requirements: nobody, ...more });

const draft = "Somebody who marks it as ready for review: it opens as a draft.";
const person = "1 more approving review (0 of 1).";
const accept = `A maintainer's \`/agent accept ${block.id}\` (agent-instructions).`;

test.each<[string, Partial<Judgement>, string, string[]]>([
  ["a low change that asks for nobody", {}, "approvals=0", []],
  ["a medium change although the configuration asks for nobody", { level: "medium" }, "approvals=0", [person]],
  ["the same, with a person", { level: "medium" }, "approvals=1", []],
  ["a draft", { draft: true }, "approvals=0", [person, draft]],
  ["a draft that has its approval", { draft: true }, "approvals=1", [draft]],
  ["a blocking finding", { findings: [block, warn] }, "approvals=0", [person, accept]],
  ["a blocking finding that has its approval", { findings: [block, warn] }, "approvals=1", [accept]],
  ["a finding that warns", { findings: [warn] }, "approvals=0", []],
  [
    "a refused change",
    { kind: "refuse", findings: [block] },
    "approvals=9",
    ["Another change: this one is refused, and nothing is pushed."],
  ],
])("%s", (_, more, given, expected) => {
  expect(stillMissing(made(more), readWhatIf(given))).toEqual(expected);
});

test("more findings than the gate can hold are told as that", () => {
  const findings = Array.from({ length: 101 }, (_, at) => findingOf({ ...block, path: `${at}/AGENTS.md` }));
  const missing = stillMissing(made({ findings }), readWhatIf("approvals=1"));
  expect(missing).toHaveLength(101);
  expect(missing.at(-1)).toBe("A smaller change: there are more blocking findings than can be accepted one by one.");
});

test("a judgement is no draft for want of checks alone", () => {
  const judged = judge(madeFacts({ verification: { kind: "left-out" }, risk: config.risk }));
  expect(judged.draft).toBe(true);
  expect(whatIfLines(judged, readWhatIf("approvals=0"))).toEqual([
    "With these approvals nothing would be missing, once the checks are green.",
  ]);
});
