import { describe, expect, test } from "vitest";
import { enforcementOf, enforcementSentence, type RulesSeen } from "../../src/record/enforcement.ts";

const ours = { name: "airlock", appId: 7 };
const seen = (more: Partial<RulesSeen>): RulesSeen => ({ branch: "main", rules: [], protection: [], ...more });

describe("the check is enforced", () => {
  test.each<[string, Partial<RulesSeen>, string]>([
    ["by a ruleset that requires it from our App", { rules: [ours] }, "enforced"],
    ["by classic protection that does", { protection: [ours] }, "enforced"],
    ["by one of several", { rules: [{ name: "airlock", appId: null }, ours] }, "enforced"],
    ["not by one that takes it from any source", { rules: [{ name: "airlock", appId: null }] }, "not-enforced"],
    ["not by one that wants it from another App", { rules: [{ name: "airlock", appId: 8 }] }, "not-enforced"],
    [
      "not by one that requires another check of ours",
      { rules: [{ name: "airlock / gate", appId: 7 }] },
      "not-enforced",
    ],
    ["not by nothing", {}, "not-enforced"],
    ["as far as can be seen not, where protection cannot be read", { protection: null }, "not-seen"],
    ["as far as can be seen not, where the rules cannot be read", { rules: null }, "not-seen"],
    [
      "as far as can be seen not, where one half takes it from any source and the other cannot be read",
      { rules: null, protection: [{ name: "airlock", appId: null }] },
      "not-seen",
    ],
    ["by classic protection, where the rules cannot be read", { rules: null, protection: [ours] }, "enforced"],
  ])("%s", (_title, more, kind) => {
    expect(enforcementOf(seen(more), 7).kind).toBe(kind);
  });
});

test("says how to enforce it, and nothing when it is", () => {
  expect(enforcementSentence(enforcementOf(seen({}), 7))).toBe(
    "Not enforced: nothing requires the check `airlock` on `main`. Settings → Rules → Rulesets → a ruleset for `main` → " +
      "“Require status checks to pass”: add `airlock`, and choose the Airlock App as its source.",
  );
  expect(enforcementSentence(enforcementOf(seen({ protection: null }), 7))).toBe(
    "Not enforced: no ruleset requires the check `airlock` on `main`, and classic branch protection cannot be read from here; " +
      "`airlock doctor --repo OWNER/NAME` looks with a token of yours. Settings → Rules → Rulesets → a ruleset for `main` → " +
      "“Require status checks to pass”: add `airlock`, and choose the Airlock App as its source.",
  );
  expect(enforcementSentence({ kind: "enforced" })).toBeNull();
});
