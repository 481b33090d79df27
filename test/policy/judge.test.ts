import { expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { Judgement } from "../../src/handoff/verdict.ts";
import { inspectChange } from "../../src/inspect/inspect.ts";
import { factsOf, type EntryFacts, type Facts } from "../../src/policy/facts.ts";
import { judge } from "../../src/policy/judge.ts";
import { levels } from "../../src/policy/opinion.ts";
import { madeChange, noPrograms, type Edit } from "../inspect/made-change.ts";
import { letters } from "../inspect/planted.ts";
import { check, checksBut, config, entry, finding, greenChecks, madeFacts } from "./made-facts.ts";

test("A small verified change of prose is low and needs nobody", () => {
  const { tree, ...judged } = judge(madeFacts());
  expect(tree.flatMap(({ rules }) => rules).filter(({ kind }) => kind !== "satisfied")).toEqual([]);
  expect(judged).toEqual({
    kind: "publish",
    level: "low",
    reasons: [
      {
        rule: "checks",
        level: "low",
        saw: "types, lint, tests, build, secrets, audit",
        message: "Every check that is configured passes with the change.",
      },
      { rule: "size", level: "low", saw: "4 changed lines in 1 file", message: "The change is small." },
    ],
    findings: [],
    requirements: { reviewers: 0, security_review: false, manual_verification: false, owners: [] },
    labels: ["risk:low"],
    draft: false,
    lower: [],
    auto_merge: { kind: "not", because: ["Merging without a person is not enabled (auto_merge.enabled)."] },
  });
});

test("A small verified fix of a program is read by one person, until the repository says that it may be low", () => {
  const entries = [entry("src/sum.ts")];
  const { level, requirements, lower } = judge(madeFacts({ entries }));
  expect({ level, requirements, lower }).toEqual({
    level: "medium",
    requirements: { reviewers: 1, security_review: false, manual_verification: false, owners: [] },
    lower: [
      "Change only paths that risk.low_paths names, or have the path added to it on the base branch.",
      "Without this reason the level would be low.",
    ],
  });
  const risk = { ...config.risk, low_paths: ["src/**"] };
  expect(judge(madeFacts({ entries, risk })).level).toBe("low");
  expect(judge(madeFacts({ entries: [entry("src/run.sh", { type: "other" })], risk })).level).toBe("medium");
});

test("The strictest reason decides, and the way down names the next level", () => {
  const entries = [entry("src/auth/index.ts"), entry("src/users.ts")];
  const { kind, level, reasons, requirements, labels, lower } = judge(madeFacts({ entries }));
  expect({
    kind,
    level,
    reasons: reasons.map((one) => `${one.level} ${one.rule}`),
    requirements,
    labels,
    lower,
  }).toEqual({
    kind: "publish",
    level: "critical",
    reasons: ["critical path-word", "high path-word", "medium path-not-low", "low checks", "low size"],
    requirements: { reviewers: 2, security_review: true, manual_verification: true, owners: [] },
    labels: ["risk:critical", "needs-review:2", "security-review", "manual-verification"],
    lower: ["Leave src/auth/index.ts out of the change.", "Without this reason the level would be high."],
  });
});

test.each([
  ["low", 0, ["risk:low"]],
  ["medium", 101, ["risk:medium", "needs-review:1"]],
  ["high", 501, ["risk:high", "needs-review:2", "security-review"]],
])("What %s asks for", (level, added, labels) => {
  const judged = judge(madeFacts({ entries: [entry("docs/a.md", { type: "text", added, removed: 0 })] }));
  expect([judged.level, judged.labels]).toEqual([level, labels]);
});

test("Requirements and label names are the repository's own", () => {
  const own = Config.parse({
    risk: { critical: { reviewers: 5, security_review: false, manual_verification: true } },
    labels: { risk_prefix: "level/", review_prefix: "reviews/", manual_verification: "try it" },
  });
  const facts = madeFacts({ entries: [entry("src/auth.ts")], risk: own.risk, labels: own.labels });
  expect(judge(facts).labels).toEqual(["level/critical", "reviews/5", "try it"]);
});

test("What is protected needs one reviewer even where the configuration asks for none", () => {
  const none = { reviewers: 0, security_review: false, manual_verification: false, owners: [] };
  const risk = { ...config.risk, high: none, critical: none };
  const reviewers = (parts: Partial<Facts>) => judge(madeFacts({ risk, ...parts })).requirements.reviewers;
  expect(reviewers({ findings: [finding({ rule: "code-owners", level: "block" })] })).toBe(1);
  expect(reviewers({ entries: [entry("src/auth.ts")] })).toBe(0);
});

test.each([
  ["regressed", true],
  ["not run", true],
  ["pre-existing", false],
  ["flaky", false],
  ["pass", false],
] as const)("A check that is %s makes a draft: %s", (seen, draft) => {
  expect(judge(madeFacts({ verification: checksBut(check("tests", seen)) })).draft).toBe(draft);
});

const ends: [string, Partial<Facts>, string][] = [
  ["nothing special", {}, "publish"],
  ["CI configuration", { findings: [finding({ rule: "ci-configuration", level: "block" })] }, "hold"],
  ["a missing row", { verification: { kind: "ran", checks: greenChecks.slice(1), configured: [] } }, "hold"],
  ["a secret", { findings: [finding({ rule: "secret", level: "block" })] }, "refuse"],
  ["an invalid change", { problems: [{ path: ".git/config", rule: "git-directory", message: "No." }] }, "refuse"],
  [
    "a secret in CI configuration",
    { findings: [finding({ rule: "secret", level: "block" }), finding({ rule: "ci-configuration", level: "block" })] },
    "refuse",
  ],
];

test.each(ends)("With %s", (_, parts, kind) => {
  const judged = judge(madeFacts(parts));
  expect(judged.kind).toBe(kind);
  expect(judged.level === "critical" || kind !== "refuse").toBe(true);
  expect(Judgement.parse(judged)).toEqual(judged);
});

test("A judgement without verification is never ready to merge", () => {
  const judged = judge(madeFacts({ verification: { kind: "left-out" } }));
  expect([judged.level, judged.draft]).toEqual(["low", true]);
});

test("A refused problem quotes its path harmlessly", () => {
  const judged = judge(madeFacts({ problems: [{ path: "a\u202eb\n", rule: "control", message: "Bad\u001b name." }] }));
  expect(judged.reasons[0]).toEqual({
    rule: "control",
    level: "critical",
    saw: "a\\u{202e}b\\u{a}",
    message: "Bad\\u{1b} name.",
  });
});

test("Adding to a change never lowers the level and never softens the end", () => {
  const random = generator(7);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const paths = [
    "src/a.ts",
    "src/auth.ts",
    "api/users.ts",
    "a.md",
    "run.sh",
    "package.json",
    ".env",
    "x.bin",
    "src/author.ts",
  ];
  const rules = [
    "manifest",
    "ci-configuration",
    "v01-test-file-deleted",
    "secret",
    "executable",
    "code-owners",
    "binary",
  ];
  const anEntry = (): EntryFacts =>
    entry(pick(paths), {
      type: pick(["text", "source", "other"] as const),
      binary: random(8) === 0,
      added: random(400),
      removed: random(200),
      longest: random(700),
      units: random(90_000),
    });
  const aFinding = () =>
    finding({ rule: pick(rules), level: pick(["block", "warn", "info"] as const), path: pick(paths) });
  const classes = ["pass", "fixed", "regressed", "pre-existing", "flaky", "not configured", "not run"] as const;
  const some = <T>(make: () => T, max: number) => Array.from({ length: random(max + 1) }, make);
  const ends = ["publish", "hold", "refuse"];
  const softer: object[] = [];
  for (let round = 0; round < 3000; round += 1) {
    const kinds = ["types", "lint", "tests", "build", "secrets", "audit"] as const;
    const checks = kinds
      .filter(() => random(10) > 0)
      .map((kind) => check(kind, random(3) > 0 ? "pass" : pick(classes)));
    const facts = madeFacts({
      entries: some(anEntry, 3),
      findings: some(aFinding, 2),
      verification: { kind: "ran", checks, configured: [] },
    });
    const more = {
      ...facts,
      entries: [...facts.entries, anEntry()],
      findings: [...facts.findings, ...some(aFinding, 1)],
    };
    const [was, now] = [judge(facts), judge(more)];
    const falls = [
      levels.indexOf(was.level) - levels.indexOf(now.level),
      ends.indexOf(was.kind) - ends.indexOf(now.kind),
      was.requirements.reviewers - now.requirements.reviewers,
    ];
    if (falls.some((fall) => fall > 0)) softer.push({ facts, more, was, now });
  }
  expect(softer).toEqual([]);
});

const token = `ghp_${letters(36)}`;
const roads: [string, Record<string, Edit>, string, string][] = [
  ["a typo in a document", { "README.md": ["helo\n", "hello\n"] }, "publish", "low"],
  [
    "a small fix with a test",
    { "src/sum.ts": ["a\n", "b\n"], "test/sum.test.ts": [null, "it('b')\n"] },
    "publish",
    "medium",
  ],
  ["author.ts", { "src/author.ts": ["a\n", "b\n"] }, "publish", "medium"],
  ["tokenizer.ts", { "src/tokenizer.ts": ["a\n", "b\n"] }, "publish", "medium"],
  ["environment.md", { "environment.md": ["a\n", "b\n"] }, "publish", "low"],
  ["a shell script", { "run.sh": ["a\n", "b\n"] }, "publish", "medium"],
  ["a skipped test", { "a.test.ts": ["it('a')\n", "it.skip('a')\n"] }, "publish", "high"],
  ["a file made executable", { "src/a.ts": ["a\n", "a\n", { after: "100755" }] }, "publish", "medium"],
  ["a dependency", { "package.json": ["{}", '{"dependencies":{"left-pad":"1.3.0"}}'] }, "publish", "high"],
  ["a program of node-gyp", { "binding.gyp": ["{}", "{ }"] }, "publish", "critical"],
  ["a test's configuration with a middle name", { "jest.config.e2e.js": ["a\n", "b\n"] }, "publish", "high"],
  ["a snapshot", { "test/__snapshots__/a.test.ts.snap": ["a\n", "b\n"] }, "publish", "medium"],
  ["compiler options", { "tsconfig.json": ["{}", "{ }"] }, "publish", "high"],
  ["an image", { "a.png": ["a\0", "b\0"] }, "publish", "high"],
  ["authService.ts", { "src/authService.ts": ["a\n", "b\n"] }, "publish", "critical"],
  ["a migration", { "db/migrations/1.sql": [null, "drop table x;\n"] }, "publish", "critical"],
  ["a rename out of auth", { "src/auth.ts": ["a\n", null], "src/plain.ts": [null, "a\n"] }, "publish", "critical"],
  ["CODEOWNERS", { CODEOWNERS: ["* @a\n", "* @b\n"] }, "publish", "critical"],
  ["instructions for agents", { "docs/AGENTS.md": [null, "x\n"] }, "publish", "critical"],
  ["a workflow", { ".github/workflows/ci.yml": ["a\n", "b\n"] }, "hold", "critical"],
  ["a deleted workflow", { ".github/workflows/ci.yml": ["a\n", null] }, "hold", "critical"],
  ["a secret", { "src/a.ts": [null, `x = "${token}"\n`] }, "refuse", "critical"],
];

test.each(roads)("From blobs to a judgement: %s", async (_, edits, kind, level) => {
  const { change, before } = madeChange(edits);
  const seen = await inspectChange(change, before, noPrograms);
  const judged = judge(factsOf({ change, before, ...seen, checks: greenChecks, problems: [], config }));
  expect([judged.kind, judged.level]).toEqual([kind, level]);
  expect(JSON.stringify(judged)).not.toContain(token.slice(4));
});

test("A file name that is a secret is refused and never shown", async () => {
  const { change, before } = madeChange({ [`src/${token}.sh`]: [null, "x\n"] });
  const seen = await inspectChange(change, before, noPrograms);
  const judged = judge(factsOf({ change, before, ...seen, checks: greenChecks, problems: [], config }));
  expect(judged.kind).toBe("refuse");
  expect(JSON.stringify(judged)).not.toContain(token.slice(4));
});

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}
