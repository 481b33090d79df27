import { expect, test } from "vitest";
import { otherFindings, secrets } from "../../src/policy/findings.ts";
import { finding, madeFacts, said } from "./made-facts.ts";

test.each([
  ["block", ["high some-rule: a.ts:3"]],
  ["warn", ["medium some-rule: a.ts:3"]],
  ["info", []],
] as const)("A finding of level %s", (level, expected) => {
  const findings = [finding({ rule: "some-rule", level, path: "a.ts", line: 3 })];
  expect(said(otherFindings(madeFacts({ findings })))).toEqual(expected);
});

test("A protected finding and a secret are judged elsewhere, once", () => {
  const findings = [finding({ rule: "code-owners", level: "block" }), finding({ rule: "secret", level: "block" })];
  expect(otherFindings(madeFacts({ findings }))).toEqual([]);
});

test("A new secret refuses, whatever level somebody gave it; one that was there before is a warning", () => {
  const made = finding({ rule: "secret", level: "info", path: "a.ts", line: 2 });
  const old = finding({ rule: "secret-existing", level: "warn", path: "a.ts", line: 9 });
  const facts = madeFacts({ findings: [made, old] });
  expect(said(secrets(facts))).toEqual(["critical secret: a.ts:2 [refuse]"]);
  expect(said(otherFindings(facts))).toEqual(["medium secret-existing: a.ts:9"]);
});
