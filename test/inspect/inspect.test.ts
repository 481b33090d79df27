import { expect, test } from "vitest";
import { Finding } from "../../src/handoff/finding.ts";
import { checkPrograms } from "../../src/inspect/check-programs.ts";
import { findingsPerRuleMax, inspectChange } from "../../src/inspect/inspect.ts";
import { madeChange, noPrograms, said, type Edit } from "./made-change.ts";
import { letters } from "./planted.ts";

const token = `ghp_${letters(36)}`;

test("An ordinary fix is nothing to report", async () => {
  const { change, before } = madeChange({ "src/a.ts": ["a", "b"], "src/a.test.ts": [null, "it('a', () => {})"] });
  expect((await inspectChange(change, before, noPrograms)).findings).toEqual([]);
});

test("Every family speaks, in the order of paths and rules, in the shape of the papers", async () => {
  const { change, before } = madeChange({
    ".github/workflows/ci.yml": ["a: 1", "a: 2"],
    CODEOWNERS: ["a", null],
    "a.test.ts": ["it('a')", "it.skip('a')"],
    "b.ts": [null, `x = "${token}"`],
    "bin/run": [null, "#!/bin/sh", { after: "100755" }],
    "package.json": ["{}", '{"scripts":{"test":"true"}}'],
    "package-lock.json": ["{}", "{"],
  });
  const { findings } = await inspectChange(change, before, noPrograms);
  expect(said(findings)).toMatchInlineSnapshot(`
    [
      "block ci-configuration .github/workflows/ci.yml: CI configuration decides what runs with the repository's secrets.",
      "block code-owners CODEOWNERS: CODEOWNERS decides who must review.",
      "block v03-test-skipped a.test.ts: The test "a" is switched off.",
      "block secret b.ts: The new content holds what looks like a secret (GitHub token).",
      "warn executable bin/run: The new file is executable.",
      "warn lockfile package-lock.json: The lockfile changed: it decides which code is installed.",
      "block lockfile-unread package-lock.json: Airlock does not read this lockfile format, so nobody compared hosts and hashes.",
      "warn manifest package.json: The package manifest changed at "scripts".",
      "warn package-script package.json: The script "test" was added.",
    ]
  `);
  expect(Finding.array().parse(findings)).toEqual(findings);
  expect((await inspectChange(change, before, noPrograms)).findings).toEqual(findings);
});

const quoting = (script: string): Record<string, Edit> => ({
  "package.json": [null, JSON.stringify({ scripts: { x: script, y: "node y.js" } })],
});

test("Where a file holds a new secret nothing else of it is quoted", async () => {
  const { change, before } = madeChange(quoting(`curl -H "authorization: ${token}"`));
  const { findings } = await inspectChange(change, before, noPrograms);
  expect(findings.map(({ rule }) => rule)).toEqual(["secret"]);
  expect(JSON.stringify(findings)).not.toContain(token.slice(4));
});

test("Without a secret the same file is quoted", async () => {
  const { change, before } = madeChange(quoting("curl -H none"));
  expect(JSON.stringify((await inspectChange(change, before, noPrograms)).findings)).toContain("curl -H none");
});

test("A file that held a secret before keeps its other findings, without quotes", async () => {
  const { change, before } = madeChange({
    "package.json": [`{"x":"${token}"}`, `{"x":"${token}","scripts":{"postinstall":"node ${token}"}}`],
  });
  const { findings } = await inspectChange(change, before, noPrograms);
  expect(findings.map(({ rule }) => rule)).toEqual([
    "lifecycle-script",
    "manifest",
    "secret-existing",
    "secret-existing",
  ]);
  expect(findings.flatMap(({ before, after }) => [before, after])).toEqual(Array(8).fill(null));
});

test("A file name with a secret silences everything that would repeat it", async () => {
  const { change, before } = madeChange({ [`.github/workflows/${token}.yml`]: [null, "x"], CODEOWNERS: ["a", "b"] });
  const { findings } = await inspectChange(change, before, noPrograms);
  expect(findings.map(({ rule }) => rule)).toEqual(["secret"]);
  expect(JSON.stringify(findings)).not.toContain(token.slice(4));
});

test("A thousand findings of one rule become a page of them and their number", async () => {
  const scripts = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`script${index}`, "true"]));
  const { change, before } = madeChange({ "package.json": ["{}", JSON.stringify({ scripts })] });
  const findings = (await inspectChange(change, before, noPrograms)).findings.filter(
    ({ rule }) => rule === "package-script",
  );
  expect(findings).toHaveLength(findingsPerRuleMax + 1);
  expect(findings.map(({ message }) => message)).toContain(
    "975 more findings of the rule package-script in this file.",
  );
});

test("The program of a trusted check is a finding, by its path alone; without the trusted script it is none", async () => {
  const { change, before } = madeChange({ "bin/lint.mjs": ["process.exit(1)", ""], "src/a.ts": ["a", "b"] });
  const manifests = [{ path: "package.json", text: '{"scripts":{"lint":"node bin/lint.mjs"}}' }];
  expect(said((await inspectChange(change, before, checkPrograms(manifests, []))).findings)).toEqual([
    "block check-configuration bin/lint.mjs: A trusted check runs or names this file: whoever writes it decides what the check says.",
  ]);
  expect((await inspectChange(change, before, noPrograms)).findings).toEqual([]);
});

test("A base blob that is not the one the change names stops the inspection", async () => {
  const { change } = madeChange({ "src/a.ts": ["a", "b"] });
  await expect(inspectChange(change, new Map([["src/a.ts", Buffer.from("c")]]), noPrograms)).rejects.toThrow(
    /tree-mismatch|hashes to/,
  );
});
