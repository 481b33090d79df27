import { blobSha, type Change } from "../../src/change.ts";
import { Config } from "../../src/config.ts";
import type { Pull, Run } from "../../src/github/github.ts";
import type { CheckResult, Report } from "../../src/handoff/report.ts";
import type { Solution } from "../../src/handoff/solution.ts";
import type { Stop } from "../../src/handoff/stop.ts";
import type { Task } from "../../src/handoff/task.ts";
import type { Judgement, Verdict } from "../../src/handoff/verdict.ts";

/** Papers of one plausible run, for tests that show or publish them. */
export const sha = (digit: string): string => digit.repeat(40);
export const digest = (digit: string): string => digit.repeat(64);

const identity = { repository: { id: 1, owner: "octo", name: "demo" }, run: { id: 77, attempt: 1 } };
export const runUrl = "https://github.com/octo/demo/actions/runs/77";
export const home = "https://github.com/octo/demo";

const base = { commit: sha("b"), tree: sha("c") };
const text = (content: string): Buffer => Buffer.from(content);
const side = (content: string) => ({
  mode: "100644" as const,
  sha: blobSha(text(content)),
  content: text(content).toString("base64"),
});

export const change: Change = [
  {
    path: "src/sum.ts",
    before: { mode: "100644", sha: sha("1") },
    after: side("export const sum = (a: number, b: number) => a + b;\n"),
  },
  { path: "test/old.ts", before: { mode: "100755", sha: sha("2") }, after: null },
  { path: "test/sum.test.ts", before: null, after: side("// a test\n") },
];

export const issueBrief = {
  kind: "issue" as const,
  number: 12,
  title: "sum(1, 2) returns -1",
  body: {
    author: "hubert",
    role: "read" as const,
    created_at: "2026-11-19T10:00:00Z",
    text: "It subtracts.",
    hidden: 0,
  },
  comments: [],
  left_out: 0,
};

export const task = (more: Partial<Task> = {}): Task => ({
  version: 1,
  ...identity,
  trigger: {
    kind: "issue_comment",
    comment: 500,
    issue: 12,
    created_at: "2026-11-20T10:00:00Z",
    body_sha256: digest("0"),
  },
  requester: { id: 5, login: "mona", role: "write" },
  verb: "fix",
  words: "",
  brief: issueBrief,
  trusted: base,
  start: base,
  base,
  pull: null,
  default_branch: "main",
  sandbox_mode: "workspace-write",
  approval_policy: "never",
  config: Config.parse({}),
  config_from: "defaults",
  instructions: [],
  created_at: "2026-11-20T10:00:05Z",
  audit_head: digest("1"),
  ...more,
});

const certificate = {
  bwrap: "bubblewrap 0.8.0",
  uid: "separate" as const,
  limits: "polling" as const,
  probes: [
    { name: "network", held: true, detail: "" },
    { name: "outside write", held: true, detail: "" },
  ],
};

export const solution = (more: Partial<Solution> = {}): Solution => ({
  version: 1,
  ...identity,
  task_digest: digest("a"),
  ending: { kind: "finished" },
  base,
  tree: sha("d"),
  change,
  checkpoints: [{ turn: 3, tree: sha("d") }],
  summary: "`sum` subtracted its operands. It adds them now.",
  reasons: [
    { path: "src/sum.ts", reason: "The operator was wrong." },
    { path: "test/sum.test.ts", reason: "Shows the bug." },
  ],
  notes: "The old test only checked zero.",
  look_at: ["src/sum.ts", "whether other callers relied on the bug"],
  model: "gpt-5.2-codex",
  usage: { turns: 4, input_tokens: 12_000, cached_input_tokens: 8_000, output_tokens: 900, cost_usd: 0.0312 },
  violations: [],
  certificate,
  network: [],
  audit_head: digest("2"),
  ...more,
});

const passed = (ms: number, evidence: string) => ({ kind: "passed" as const, ms, evidence });
const failed = (ms: number, evidence: string) => ({ kind: "failed" as const, ms, exit_code: 1, evidence });
const check = (
  name: string,
  kind: CheckResult["kind"],
  result: Pick<CheckResult, "base" | "head" | "class">,
): CheckResult => ({
  name,
  kind,
  command: ["npm", "run", name],
  ...result,
});

export const checks: CheckResult[] = [
  check("types", "types", { base: passed(2100, ""), head: passed(2140, ""), class: "pass" }),
  check("lint", "lint", {
    base: failed(900, "2 problems"),
    head: failed(910, "src/a.ts: x\n2 problems\n"),
    class: "pre-existing",
  }),
  check("tests", "tests", {
    base: failed(3000, "1 failed | 3 passed"),
    head: passed(3100, "Test Files 2 passed\n4 passed\n"),
    class: "fixed",
  }),
  check("build", "build", {
    base: { kind: "not_configured" },
    head: { kind: "not_configured" },
    class: "not configured",
  }),
  check("audit", "audit", {
    base: { kind: "not_run", cause: "unreachable", reason: "the registry did not answer" },
    head: { kind: "not_run", cause: "unreachable", reason: "the registry did not answer" },
    class: "not run",
  }),
];

export const report = (more: Partial<Report> = {}): Report => ({
  version: 1,
  ...identity,
  task_digest: digest("a"),
  solution_digest: digest("b"),
  base,
  head_tree: sha("d"),
  checks,
  findings: [],
  packages: { kind: "none" },
  proof: { kind: "none" },
  certificate,
  network: [],
  audit_head: digest("3"),
  ...more,
});

export const judgement = (more: Partial<Judgement> = {}): Judgement => ({
  kind: "publish",
  level: "medium",
  reasons: [
    { rule: "size", level: "low", saw: "3 lines", message: "The change is small." },
    { rule: "checks", level: "medium", saw: "audit", message: "A check did not run." },
  ],
  findings: [
    {
      id: "0123456789ab",
      rule: "v01-test-file-deleted",
      level: "warn",
      path: "test/old.ts",
      line: null,
      message: "A test file is gone.",
      before: null,
      after: null,
    },
  ],
  requirements: { reviewers: 1, security_review: false, manual_verification: false, owners: [] },
  labels: ["risk:medium", "needs-review:1"],
  draft: true,
  lower: ["Let every check run."],
  tree: [
    {
      family: "checks",
      rules: [
        {
          kind: "raised",
          rule: "checks",
          level: "medium",
          saw: "audit",
          phrase: "A check did not run.",
          lower: "Let every check run.",
        },
      ],
    },
  ],
  auto_merge: { kind: "not", because: ["Merging without a person is not enabled (auto_merge.enabled)."] },
  ...more,
});

export const published = {
  branch: "airlock/12-1",
  commit: sha("e"),
  tree: sha("d"),
  pull_request: 13,
  url: "https://github.com/octo/demo/pull/13",
  not_applied: [],
};

export const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  version: 1,
  ...identity,
  task_digest: digest("a"),
  solution_digest: digest("b"),
  report_digest: digest("c"),
  ...judgement(),
  published,
  audit_head: digest("4"),
  ...more,
});

export const stopped = (kind: Stop["kind"], message = "It ends here.", next = "Comment again."): Stop => ({
  version: 1,
  ...identity,
  phase: "solve",
  kind,
  message,
  next,
  audit_head: digest("5"),
});

export const run: Run = {
  id: 77,
  attempt: 1,
  event: "workflow_dispatch",
  status: "completed",
  conclusion: "success",
  actor: { id: 9, login: "airlock[bot]", type: "Bot" },
  headBranch: "main",
  headSha: sha("b"),
  path: ".github/workflows/airlock.yml",
  title: "airlock fix #12 comment 500 by 5",
  createdAt: "2026-11-20T10:00:00Z",
  url: runUrl,
};

export const pull: Pull = {
  number: 13,
  url: "https://github.com/octo/demo/pull/13",
  state: "open",
  merged: false,
  draft: false,
  title: "",
  body: "",
  author: { id: 41898282, login: "github-actions[bot]", type: "Bot" },
  head: { ref: "airlock/12-1", sha: sha("e"), repository: 1 },
  base: { ref: "main", sha: sha("b") },
};
