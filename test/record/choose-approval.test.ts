import { expect, test } from "vitest";
import type { ApprovalRecord } from "../../src/record/approval.ts";
import { chooseApproval, type Choosing } from "../../src/record/choose-approval.ts";
import { hashOf, record } from "./made-approval.ts";

const open = record();
const elsewhere = record({ issue: 13 });
const used = record({}, { state: { kind: "used", comment: 40, by: 5 } });
const denied = record({}, { state: { kind: "denied", comment: 40, by: 5 } });
const asked: Choosing = { typed: hashOf(open).slice(0, 16), issue: 12, comment: 41, at: "2026-11-20T11:59:59Z" };

const choose = (records: ApprovalRecord[], over: Partial<Choosing> = {}) =>
  chooseApproval(
    records.map((one) => ({ record: one })),
    { ...asked, ...over },
  );

test("a plan is chosen by the beginning of its hash or the whole of it", () => {
  const chosen = { kind: "chosen", hash: hashOf(open), kept: [{ record: open }] };
  expect(choose([elsewhere, open])).toEqual(chosen);
  expect(choose([elsewhere, open], { typed: hashOf(open) })).toEqual(chosen);
});

test("the comment that decided may come again, also after the plan's end was near", () => {
  expect(choose([used], { comment: 40 }).kind).toBe("chosen");
  expect(choose([used]).kind).toBe("refused");
});

test("two records of one approval are one, and a decision in either counts", () => {
  expect(choose([open, open])).toEqual({
    kind: "chosen",
    hash: hashOf(open),
    kept: [{ record: open }, { record: open }],
  });
  expect(choose([open, used]).kind).toBe("refused");
});

test.each<[string, ApprovalRecord[], Partial<Choosing>, { code: string; message: string }]>([
  ["nothing is there", [], {}, { code: "not-available", message: "No plan of this issue has the hash" }],
  [
    "another hash",
    [open],
    { typed: "0".repeat(16) },
    { code: "not-available", message: "No plan of this issue has the hash" },
  ],
  [
    "one digit is wrong at the end",
    [open],
    { typed: `${hashOf(open).slice(0, 63)}x` },
    { code: "not-available", message: "No plan of" },
  ],
  [
    "another issue's",
    [elsewhere],
    { typed: hashOf(elsewhere) },
    { code: "not-available", message: "That plan is for issue #13, not for this one." },
  ],
  [
    "two begin so",
    [open, record({ start: "c".repeat(40) })],
    { typed: "" },
    { code: "not-available", message: "More than one plan has a hash that begins with" },
  ],
  ["used", [used], {}, { code: "not-available", message: "That plan was approved already, by comment 40." }],
  ["denied", [denied], {}, { code: "not-available", message: "That plan was denied already, by comment 40." }],
  [
    "its last moment has come",
    [open],
    { at: "2026-11-20T12:00:00Z" },
    { code: "expired", message: "That plan could be released until 2026-11-20T12:00:00.000Z." },
  ],
  ["no moment at all", [open], { at: "soon" }, { code: "expired", message: "That plan could be released until" }],
])("refused: %s", (_, records, over, { code, message }) => {
  const answer = choose(records, over);
  expect(answer).toMatchObject({ kind: "refused", code, message: expect.stringContaining(message) });
  expect(answer.kind === "refused" && /^[A-Z].*\.$/.test(answer.next)).toBe(true);
});
