import { expect, test } from "vitest";
import { factsOf } from "../../src/policy/facts.ts";
import { madeChange } from "../inspect/made-change.ts";
import { config, finding, greenChecks } from "./made-facts.ts";

test("The facts of a change are made from its contents", () => {
  const { change, before } = madeChange({
    "README.md": ["# A\n", "# A\n\nMore.\n"],
    "a.bin": ["x\0", "xyz\0"],
    "gone.ts": ["a\nb\n", null],
    "new.sh": [null, "#!/bin/sh\necho\n"],
  });
  const covers = { blankRun: 0, blankLines: 0, lookAlikes: false };
  const checks = { ...config, checks: [{ name: "smoke", kind: "custom" as const, run: ["x"] }] };
  expect(
    factsOf({ change, before, findings: [], added: [], checks: greenChecks, problems: [], config: checks }),
  ).toEqual({
    entries: [
      {
        path: "README.md",
        kind: "modified",
        type: "text",
        binary: false,
        added: 2,
        removed: 0,
        units: 7,
        longest: 5,
        covers: { ...covers, blankLines: 1 },
      },
      {
        path: "a.bin",
        kind: "modified",
        type: "other",
        binary: true,
        added: 0,
        removed: 0,
        units: 6,
        longest: 0,
        covers,
      },
      {
        path: "gone.ts",
        kind: "deleted",
        type: "source",
        binary: false,
        added: 0,
        removed: 2,
        units: 4,
        longest: 0,
        covers,
      },
      {
        path: "new.sh",
        kind: "added",
        type: "other",
        binary: false,
        added: 2,
        removed: 0,
        units: 15,
        longest: 9,
        covers,
      },
    ],
    findings: [],
    verification: { kind: "ran", checks: greenChecks, configured: ["smoke"] },
    added: [],
    packages: { kind: "not_run", reason: "the Report does not say" },
    problems: [],
    configProblems: [],
    codeowners: null,
    merging: { now: 0, earlier: null },
    risk: config.risk,
    labels: config.labels,
    auto_merge: config.auto_merge,
  });
});

test("A finding of inspection and the same one of the Report count once, at the stricter level", () => {
  const mild = finding({ level: "info" });
  const strict = { ...mild, level: "block" as const };
  const findings = (list: (typeof mild)[]) =>
    factsOf({ change: [], before: new Map(), findings: list, added: [], checks: null, problems: [], config }).findings;
  expect(findings([mild, strict])).toEqual([strict]);
  expect(findings([strict, mild])).toEqual([strict]);
  const forged = { ...strict, rule: "harmless" };
  expect(findings([mild, forged])).toEqual([mild, forged]);
});

test("No checks means they were left out, not that they passed", () => {
  const facts = factsOf({ change: [], before: new Map(), findings: [], added: [], checks: null, problems: [], config });
  expect(facts.verification).toEqual({ kind: "left-out" });
});
