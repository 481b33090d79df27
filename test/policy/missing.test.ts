import { expect, test } from "vitest";
import type { Requirements } from "../../src/handoff/verdict.ts";
import { type Given, missingToMerge } from "../../src/policy/missing.ts";

const none: Given = { approvals: 0, security: 0, verified: false, owners: [] };
const all: Requirements = {
  reviewers: 2,
  security_review: true,
  manual_verification: true,
  owners: [{ paths: ["src/a.ts", "src/b.ts"], users: ["mona"], teams: ["web"] }],
};

test.each<[string, Requirements, Given, string[]]>([
  ["nothing is required", { reviewers: 0, security_review: false, manual_verification: false, owners: [] }, none, []],
  [
    "nothing is given",
    all,
    none,
    [
      "2 more approving reviews (0 of 2).",
      "The approval of a security reviewer.",
      "The approval of @mona or the team web for src/a.ts, src/b.ts.",
      "A person's word that they tried it.",
    ],
  ],
  [
    "one approval is given",
    { ...all, security_review: false, manual_verification: false, owners: [] },
    { ...none, approvals: 1 },
    ["1 more approving review (1 of 2)."],
  ],
  [
    "the owners' approval is missing",
    all,
    { approvals: 3, security: 1, verified: true, owners: [false] },
    ["The approval of @mona or the team web for src/a.ts, src/b.ts."],
  ],
  ["everything is given", all, { approvals: 2, security: 1, verified: true, owners: [true] }, []],
])("What is missing when %s", (_, requirements, given, expected) => {
  expect(missingToMerge(requirements, given)).toEqual(expected);
});
