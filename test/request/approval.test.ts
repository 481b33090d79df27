import { expect, test } from "vitest";
import { readHash } from "../../src/request/approval.ts";

const whole = "0123456789abcdef".repeat(4);

test.each([
  ["the first 16 digits", whole.slice(0, 16), whole.slice(0, 16)],
  ["the whole hash", whole, whole],
  ["capitals, as some copy them", whole.toUpperCase(), whole],
  ["spaces around", `  ${whole} `, whole],
])("a hash is %s", (_, args, typed) => {
  expect(readHash("approve", args)).toEqual({ kind: "hash", typed });
});

test.each([
  ["nothing", "", "`deny` needs the hash of a plan."],
  ["15 digits", whole.slice(0, 15), "The hash has 15 digits; at least its first 16 must be typed."],
  ["65 digits", `${whole}0`, "`deny` takes one hash of hexadecimal digits and nothing else."],
  ["a letter that is none", "x".repeat(16), "`deny` takes one hash of hexadecimal digits and nothing else."],
  ["two hashes", `${whole} ${whole}`, "`deny` takes one hash of hexadecimal digits and nothing else."],
  ["further words", `${whole} please`, "`deny` takes one hash of hexadecimal digits and nothing else."],
])("is unclear: %s", (_, args, message) => {
  expect(readHash("deny", args)).toEqual({
    kind: "unclear",
    message,
    next: "Copy the line `/agent deny` with its hash from the plan's comment into a new comment.",
  });
});
