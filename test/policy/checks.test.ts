import { expect, test } from "vitest";
import type { CheckResult } from "../../src/handoff/report.ts";
import { checks } from "../../src/policy/checks.ts";
import { check, checksBut, entry, greenChecks, madeFacts, outcomes, said } from "./made-facts.ts";

const { passed, failed, notRun, none } = outcomes;

const rows: [string, CheckResult, string[]][] = [
  ["pass", check("tests", "pass"), ["low checks: tests, types, lint, build, secrets, audit"]],
  ["fixed", check("tests", "fixed"), ["low checks: tests, types, lint, build, secrets, audit"]],
  [
    "regressed",
    check("tests", "regressed"),
    ["high check-regressed: tests: regressed (base passed, head failed) [draft]"],
  ],
  [
    "pre-existing",
    check("lint", "pre-existing"),
    ["medium check-pre-existing: lint: pre-existing (base failed, head failed)"],
  ],
  ["flaky", check("tests", "flaky"), ["medium check-flaky: tests: flaky (base passed, head passed)"]],
  ["not run", check("types", "not run"), ["high check-not-run: types: not run (base passed, head not run) [draft]"]],
  ["no build", check("build", "not configured"), ["low checks: types, lint, tests, secrets, audit"]],
  [
    "no tests",
    check("tests", "not configured"),
    ["medium tests-not-configured: tests: not configured (base not configured, head not configured)"],
  ],
  [
    "no secret scan",
    check("secrets", "not configured"),
    ["high check-not-run: secrets: not configured (base not configured, head not configured) [draft]"],
  ],
];

test.each(rows)("A row: %s", (_, row, expected) => {
  const entries = [entry("src/sum.ts")];
  expect(said(checks(madeFacts({ entries, verification: checksBut(row) })))).toEqual(expected);
});

const lies: [string, CheckResult][] = [
  ["passes but failed", check("tests", "pass", { head: failed })],
  ["passes but did not run", check("tests", "pass", { head: notRun })],
  ["passes but is not configured", check("tests", "pass", { head: none })],
  ["fixed but failed", check("tests", "fixed", { head: failed })],
  ["pre-existing but passed on base", check("tests", "pre-existing", { base: passed })],
  ["not configured but failed on base", check("tests", "not configured", { base: failed })],
  ["not configured but failed on head", check("tests", "not configured", { head: failed })],
  ["flaky but did not run", check("tests", "flaky", { head: notRun })],
];

test.each(lies)("A row that contradicts itself is not believed: %s", (_, row) => {
  const [opinion] = checks(madeFacts({ verification: checksBut(row) }));
  expect(opinion).toMatchObject({ reason: { rule: "check-contradicts", level: "high" }, effect: "draft" });
});

test.each(["types", "lint", "tests", "build", "secrets", "audit"] as const)(
  "A Report without a row for %s holds the change",
  (kind) => {
    const verification = {
      kind: "ran" as const,
      checks: greenChecks.filter((row) => row.kind !== kind),
      configured: [],
    };
    expect(said(checks(madeFacts({ verification })))).toEqual([`high check-missing: ${kind} [hold]`]);
  },
);

test("An empty Report is no pass", () => {
  const verification = { kind: "ran" as const, checks: [], configured: ["smoke"] };
  expect(checks(madeFacts({ verification })).map(({ reason }) => reason.saw)).toEqual([
    "types",
    "lint",
    "tests",
    "build",
    "secrets",
    "audit",
    "smoke",
  ]);
});

test("A check that the repository configured must have a row of its name", () => {
  const smoke = check("custom", "pass", { name: "smoke" });
  const ran = (list: CheckResult[]) => ({ kind: "ran" as const, checks: list, configured: ["smoke"] });
  expect(said(checks(madeFacts({ verification: ran(greenChecks) })))).toEqual(["high check-missing: smoke [hold]"]);
  expect(
    said(checks(madeFacts({ verification: ran([...greenChecks, smoke]) }))).map((line) => line.slice(0, 3)),
  ).toEqual(["low"]);
});

test("An audit that did not run is no draft while the dependencies stay as they are, and one when they change", () => {
  const verification = checksBut(check("audit", "not run"));
  const rows = (path: string) => said(checks(madeFacts({ verification, entries: [entry(path)] })));
  expect(rows("src/a.ts")).toEqual(["medium check-not-run: audit: not run (base passed, head not run)"]);
  for (const path of ["package.json", "packages/a/package-lock.json", "npm-shrinkwrap.json", "PACKAGE.JSON"])
    expect(rows(path)).toEqual(["high check-not-run: audit: not run (base passed, head not run) [draft]"]);
});

test("Text that nothing executes needs no tests", () => {
  const verification = checksBut(check("tests", "not configured"));
  const levels = (type: "text" | "source") =>
    checks(madeFacts({ verification, entries: [entry("a", { type })] })).map(({ reason }) => reason.level);
  expect(levels("text")).toEqual(["low"]);
  expect(levels("source")).toEqual(["medium"]);
});

test("Leaving verification out is said", () => {
  expect(said(checks(madeFacts({ verification: { kind: "left-out" } })))).toEqual(["low checks: no Report"]);
});
