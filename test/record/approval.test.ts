import { describe, expect, test } from "vitest";
import { approvalCheck } from "../../src/record/approval-check.ts";
import { type Approval, readApprovalRecord, renderApproval } from "../../src/record/approval.ts";
import { hashOf, plan, record } from "./made-approval.ts";

const nasty =
  'Fixes #1 and fix: https://x.test/1 [skip ci] ***NO_CI*** ``` "quoted" \\u0041 \n/agent fix é 👍 @mona | <b>';

describe("a record in a check run", () => {
  test("is read back as it was, whatever is in its texts, and holds nothing that acts", () => {
    const made = record(
      { argv: ["fix", nasty] },
      { plan: { ...plan, steps: [{ what: nasty.replaceAll("\n", " "), files: ["a/[b].ts"] }], notes: nasty } },
    );
    const text = renderApproval(made) ?? "";
    expect(readApprovalRecord(text, 7)).toEqual(made);
    expect(text.split("\n")).toHaveLength(3);
    expect(text).toMatch(/^```text\nairlock-approval [ -~]*\n```$/);
    for (const acting of ["#1", "https://x", "[skip ci]", "***", "@mona"]) expect(text).not.toContain(acting);
  });

  test("is not written when it holds what looks like a secret, or is too long", () => {
    const secret = `ghp_${"a1B2c3D4e5F6g7H8i9J0".repeat(2).slice(0, 36)}`;
    expect(renderApproval(record({ argv: ["fix", `use ${secret}`] }))).toBeNull();
    expect(renderApproval(record({ argv: ["fix", "use a token"] }))).not.toBeNull();
    expect(renderApproval(record({ argv: ["fix", "é".repeat(11_000)] }))).toBeNull();
    expect(renderApproval(record({ argv: ["fix", "e".repeat(11_000)] }))).not.toBeNull();
  });

  test.each<[string, (text: string) => string | null]>([
    ["no text", () => null],
    ["words around it", (text) => `See:\n\n${text}`],
    ["no end", (text) => text.slice(0, -4)],
    ["another plan than the one in the approval", (text) => text.replace("Multiply", "Divide")],
    ["a field that nobody knows", (text) => text.replace('{"approval"', '{"also":1,"approval"')],
  ])("is none: %s", (_, change) => {
    const text = renderApproval(record()) ?? "";
    expect(readApprovalRecord(text, 7)).toEqual(record());
    expect(readApprovalRecord(change(text), 7)).toBeNull();
  });

  test("of another repository is none", () => {
    expect(readApprovalRecord(renderApproval(record()), 8)).toBeNull();
  });

  test("says in its title what became of the plan, and is neutral about the commit", () => {
    const decided = record({}, { state: { kind: "denied", comment: 3, by: 5 } });
    expect(approvalCheck(decided)).toMatchObject({
      name: "airlock plan",
      externalId: "plan:90:1",
      status: "completed",
      conclusion: "neutral",
      title: "The plan for #12 was denied by comment 3",
    });
  });
});

test.each<[string, Partial<Approval>]>([
  ["plan", { subject: "c".repeat(64) }],
  ["words", { argv: ["fix", "Quantities are ignored"] }],
  ["repository", { repository: 8 }],
  ["issue", { issue: 13 }],
  ["commit", { trusted: "b".repeat(40) }],
  ["start", { start: "b".repeat(40) }],
  ["run", { run: { id: 91, attempt: 1 } }],
  ["attempt", { run: { id: 90, attempt: 2 } }],
  ["text of the issue", { task: "c".repeat(64) }],
  ["requester", { requester: { id: 6, login: "mona" } }],
  ["end", { expires: "2026-11-20T12:00:01.000Z" }],
])("another %s is another hash", (_, over) => {
  expect(hashOf(record(over))).not.toBe(hashOf(record()));
  expect(hashOf(record())).toMatch(/^[0-9a-f]{64}$/);
});

test("what became of a plan is no part of its hash", () => {
  expect(hashOf(record({}, { state: { kind: "used", comment: 3, by: 5 }, artifact: 1 }))).toBe(hashOf(record()));
});
