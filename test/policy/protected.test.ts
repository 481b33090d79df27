import { expect, test } from "vitest";
import { inspectLockfiles } from "../../src/inspect/lockfiles.ts";
import { pathRules } from "../../src/inspect/path-rules.ts";
import { isProtected, protectedParts } from "../../src/policy/protected.ts";
import { madeSides } from "../inspect/made-change.ts";
import { finding, madeFacts, said } from "./made-facts.ts";

const levels: [string, string][] = [
  ["ci-configuration", "critical ci-configuration: p [hold]"],
  ["code-owners", "critical code-owners: p"],
  ["airlock-configuration", "critical airlock-configuration: p"],
  ["agent-instructions", "critical agent-instructions: p"],
  ["git-hooks", "critical git-hooks: p"],
  ["package-manager-configuration", "critical package-manager-configuration: p"],
  ["lifecycle-script", "critical lifecycle-script: p"],
  ["install-script", "critical install-script: p"],
  ["lockfile-source", "critical lockfile-source: p"],
  ["lockfile-integrity", "critical lockfile-integrity: p"],
  ["dependency-source", "critical dependency-source: p"],
  ["dependency-added", "high dependency-added: p"],
  ["manifest", "high manifest: p"],
  ["package-script", "high package-script: p"],
  ["lockfile", "high lockfile: p"],
  ["check-configuration", "high check-configuration: p"],
  ["symlink", "high symlink: p"],
];

test.each(levels)("%s always needs a person", (rule, expected) => {
  const opinions = protectedParts(madeFacts({ findings: [finding({ rule, path: "p", level: "info" })] }));
  expect(said(opinions)).toEqual([expected]);
  expect(opinions.map(({ needsPerson, lower }) => [needsPerson, lower !== null])).toEqual([[true, true]]);
});

test("A finding that protects nothing is not judged here", () => {
  expect(protectedParts(madeFacts({ findings: [finding({ rule: "executable" })] }))).toEqual([]);
});

test("Every path rule is protected", () => {
  expect(pathRules.map(({ rule }) => rule).filter((rule) => !isProtected(rule))).toEqual([]);
});

test("Every lockfile rule is protected", () => {
  const findings = inspectLockfiles(madeSides({ "package-lock.json": ["{", null], "a/yarn.lock": ["a", "b"] }));
  expect(findings.map(({ rule }) => rule).filter((rule) => !isProtected(rule))).toEqual([]);
});

test("The sixth finding of a rule and the following are counted together", () => {
  const findings = Array.from({ length: 9 }, (_, index) =>
    finding({ rule: "manifest", path: `${index}/package.json`, message: "m" }),
  );
  const reasons = protectedParts(madeFacts({ findings })).map(({ reason }) => `${reason.saw}: ${reason.message}`);
  expect(reasons.slice(4)).toEqual([
    "4/package.json: m",
    "5/package.json, 6/package.json, 7/package.json and 1 more: 4 more findings of this kind.",
  ]);
});
