import { expect, test } from "vitest";
import { explainJudgement, explanationLines, treeLines } from "../../src/policy/explain.ts";
import { judge } from "../../src/policy/judge.ts";
import { check, checksBut, entry, finding, madeFacts } from "./made-facts.ts";

const verified = { checksRun: true };

test("A low judgement in words", () => {
  expect(explanationLines(judge(madeFacts()), verified).join("\n")).toMatchInlineSnapshot(`
    "Risk low.
    Why:
      - low: types, lint, tests, build, secrets, audit — Every check that is configured passes with the change.
      - low: 4 changed lines in 1 file — The change is small."
  `);
});

test("A held judgement with a regressed check in words", () => {
  const facts = madeFacts({
    entries: [entry("src/auth/login.ts"), entry(".github/workflows/ci.yml", { type: "other" })],
    findings: [
      finding({
        rule: "ci-configuration",
        level: "block",
        path: ".github/workflows/ci.yml",
        message: "CI configuration decides what runs with the repository's secrets.",
      }),
    ],
    verification: checksBut(check("tests", "regressed")),
  });
  expect(explanationLines(judge(facts), verified).join("\n")).toMatchInlineSnapshot(`
    "Risk critical. Held: nothing is pushed before a maintainer releases this very change.
    Why:
      - critical: .github/workflows/ci.yml — CI configuration decides what runs with the repository's secrets.
      - critical: src/auth/login.ts — The path contains the word "auth", which this repository treats as critical.
      - high: tests: regressed (base passed, head failed) — tests passes without the change and fails with it.
      - medium: src/auth/login.ts, .github/workflows/ci.yml — Only the paths in risk.low_paths can be low.
      - medium: .github/workflows/ci.yml — No check judges this kind of file, and something may execute it.
      - low: 8 changed lines in 2 files — The change is small.
    Required:
      - 2 reviewers
      - a security review
      - manual verification
    To lower the level:
      - Leave workflows, actions and CI configuration out of the change.
      - Leave src/auth/login.ts out of the change.
      - Without these reasons the level would be high."
  `);
});

test("A refused judgement in words", () => {
  const facts = madeFacts({
    findings: [finding({ rule: "secret", level: "block", path: "a.ts", line: 3, message: "A secret." })],
  });
  expect(explanationLines(judge(facts), verified).join("\n")).toMatchInlineSnapshot(`
    "Risk critical. Refused: this change is not pushed.
    Why:
      - critical: a.ts:3 — A secret.
    Required:
      - 2 reviewers
      - a security review
      - manual verification
    To lower the level:
      - Take the secret out of the change; revoke it if it is real."
  `);
});

test("The parts for a page are the same sentences as the lines of the terminal", () => {
  const judged = judge(madeFacts({ verification: checksBut(check("tests", "not run")) }));
  const { headline, reasons, requirements, lower } = explainJudgement(judged, verified);
  const lines = explanationLines(judged, verified).join("\n");
  for (const sentence of [headline, ...reasons, ...requirements, ...lower]) expect(lines).toContain(sentence);
});

test.each<[string, Parameters<typeof madeFacts>[0], string]>([
  ["published", {}, "Risk low (checks not run; see `airlock verify`)."],
  [
    "refused",
    { problems: [{ path: "", rule: "change-files", message: "Too many." }] },
    "Risk critical (checks not run; see `airlock verify`). Refused: this change is not pushed.",
  ],
])("A judgement without checks says so first when it is %s, and calls nothing a draft", (_, parts, headline) => {
  const judged = judge(madeFacts({ ...parts, verification: { kind: "left-out" } }));
  expect(explainJudgement(judged, { checksRun: false }).headline).toBe(headline);
});

test("A judgement with a check that did not run is a draft", () => {
  const judged = judge(madeFacts({ verification: checksBut(check("tests", "not run")) }));
  expect(explainJudgement(judged, verified).headline).toBe("Risk high, as a draft.");
});

test("The tree in words: every rule with its mark, and why nobody merges it unseen", () => {
  const lines = treeLines(judge(madeFacts({ entries: [entry("src/a.ts")], verification: { kind: "left-out" } })));
  const at = (start: string) => lines.find((line) => line.trim().startsWith(start));
  expect(lines.slice(0, 2)).toEqual(["secrets:", "  ✓ secret: Not found: the change adds a secret. [0 findings]"]);
  expect(at("✗ path-not-low")).toBe(
    "  ✗ path-not-low (medium): Only the paths in risk.low_paths can be low. [src/a.ts]",
  );
  expect(lines[lines.indexOf(at("✗ path-not-low") ?? "") + 1]).toMatch(/^ {6}to lower: Change only paths/);
  expect(at("– check-not-run")).toBe("  – check-not-run: Checks were not part of this judgement.");
  expect(at("✓ size")).toBe("  ✓ size: The change is small. [4 changed lines in 1 file]");
  expect(lines.slice(-2)).toEqual([
    "Not merged without a person:",
    "  - Merging without a person is not enabled (auto_merge.enabled).",
  ]);
});

test("A change that may be merged without a person says so", () => {
  const { tree } = judge(madeFacts());
  expect(treeLines({ tree, auto_merge: { kind: "allowed" } }).at(-1)).toBe(
    "Merging without a person is allowed, at exactly the commit that was judged.",
  );
});
