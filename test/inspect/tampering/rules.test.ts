import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { Finding } from "../../../src/handoff/finding.ts";
import { ruleIds } from "../../../src/inspect/tampering/rules.ts";
import { inspectTampering } from "../../../src/inspect/tampering/tampering.ts";
import { otherFindings } from "../../../src/policy/findings.ts";
import { isProtected } from "../../../src/policy/protected.ts";
import { madeFacts } from "../../policy/made-facts.ts";
import { madeSides } from "../made-change.ts";

test("Every rule has its section in docs/rules.md, and every section is a rule", async () => {
  const page = await readFile(new URL("../../../docs/rules.md", import.meta.url), "utf8");
  const sections = [...page.matchAll(/^### (v\d\d-[a-z-]+)$/gm)].map(([, rule]) => rule);
  expect(sections).toEqual([...ruleIds]);
});

test("A finding names file, line, base text and result text", () => {
  const edits = {
    "a.test.ts": ["\nit('a', () => { expect(f()).toBe(1); });", "\nit.skip('a', () => { expect(f()).toBe(1); });"] as [
      string,
      string,
    ],
  };
  const findings = inspectTampering(madeSides(edits));
  expect(Finding.array().parse(findings)).toEqual([
    {
      id: findings[0]?.id,
      rule: "v03-test-skipped",
      level: "block",
      path: "a.test.ts",
      line: 2,
      message: 'The test "a" is switched off.',
      before: "it('a', () => { expect(f()).toBe(1); })",
      after: "it.skip('a', () => { expect(f()).toBe(1); })",
    },
  ]);
});

test("For policy a block is high and needs a person, a warning is medium, information nothing", () => {
  expect(ruleIds.filter(isProtected)).toEqual([]);
  const finding = {
    id: "0123456789ab",
    rule: "v03-test-skipped",
    path: "a.test.ts",
    line: 1,
    message: "x",
    before: null,
    after: null,
  };
  const judged = (level: "block" | "warn" | "info") =>
    otherFindings(madeFacts({ findings: [{ ...finding, level }] })).map((one) => ({
      level: one.reason.level,
      effect: one.effect,
      needsPerson: one.needsPerson,
    }));
  expect(judged("block")).toEqual([{ level: "high", effect: "none", needsPerson: true }]);
  expect(judged("warn")).toEqual([{ level: "medium", effect: "none", needsPerson: false }]);
  expect(judged("info")).toEqual([]);
});
