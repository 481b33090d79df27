import { describe, expect, test } from "vitest";
import { openAudit, verifyAudit } from "../../src/audit/log.ts";
import { blobSha, type Change } from "../../src/change.ts";
import { type CheckResult, Report } from "../../src/handoff/report.ts";
import { seal } from "../../src/handoff/seal.ts";
import { Solution } from "../../src/handoff/solution.ts";
import { Task } from "../../src/handoff/task.ts";
import { Verdict } from "../../src/handoff/verdict.ts";
import { publish, type PublishRequest } from "../../src/phases/publish.ts";
import { digest, report as reportPaper, sha, solution as solutionPaper, task as taskPaper } from "../record/papers.ts";
import { ask, dispatch, gateOf, rewriteMain, type Scene, scene } from "./scene.ts";

const side = (text: string, mode: "100644" | "100755" = "100644") => ({
  mode,
  sha: blobSha(Buffer.from(text)),
  content: Buffer.from(text).toString("base64"),
});
const bare = ({ mode, sha: name }: ReturnType<typeof side>) => ({ mode, sha: name });
const green = { kind: "passed" as const, ms: 1_000, evidence: "" };
const checks: CheckResult[] = (["types", "lint", "tests", "build", "secrets", "audit"] as const).map((kind) => ({
  name: kind,
  kind,
  command: [],
  base: green,
  head: green,
  class: "pass",
}));

const fix: Change = [
  { path: "src/sum.js", before: bare(side("a - b\n")), after: side("a + b\n") },
  { path: "test/sum.test.js", before: null, after: side("// a test\n") },
];

interface Papers {
  task: Task;
  solution: Solution;
  report: Report;
}

/** The road so far: asked, gated, and papers as solve and verify would have left them for a change. */
async function arrived(stage: Scene, change: Change = fix): Promise<PublishRequest> {
  const request = await ask(stage);
  const outcome = await gateOf(stage, request);
  if (outcome.kind === "stop") throw new Error(outcome.stop.message);
  const tree = await treeOf(stage, outcome.task, change);
  const { repository, run, start: base } = outcome.task;
  const solution = solutionPaper({ repository, run, base, tree, change, checkpoints: [{ turn: 1, tree }] });
  const report = reportPaper({ repository, run, base, head_tree: tree, checks });
  return chained(stage, request.appBotId, { task: outcome.task, solution, report });
}

/** Digests as the jobs announce them, each paper naming the one before. */
function chained(stage: Scene, appBotId: number, { task, solution, report }: Papers): PublishRequest {
  const digests = { task: seal(Task, task).digest, solution: "", report: "" };
  const named = { ...solution, task_digest: digests.task };
  digests.solution = seal(Solution, named).digest;
  const evidence = { ...report, task_digest: digests.task, solution_digest: digests.solution };
  digests.report = seal(Report, evidence).digest;
  const { repository, run } = task;
  const home = stage.repository.htmlUrl;
  return {
    identity: { repository, run },
    appBotId,
    task,
    solution: named,
    report: evidence,
    digests,
    run: { id: run.id, url: `${home}/actions/runs/${run.id}` },
    home,
    known: [],
  };
}

/** The same run with papers that were made differently, sealed again as a compromised job would. */
const altered = (stage: Scene, request: PublishRequest, more: Partial<Papers>): PublishRequest =>
  chained(stage, request.appBotId, { ...request, ...more });

async function treeOf(stage: Scene, task: Task, change: Change): Promise<string> {
  for (const { after } of change)
    if (after !== null) await stage.writing.createBlob(Buffer.from(after.content, "base64"));
  const entries = change.map(({ path, before, after }) => ({
    path,
    mode: after?.mode ?? before?.mode ?? "100644",
    sha: after?.sha ?? null,
  }));
  return stage.writing.createTree(task.start.tree, entries);
}

async function publishOf(stage: Scene, request: PublishRequest) {
  const audit = openAudit("publish", stage.now);
  const outcome = await publish(request, { github: stage.writing, audit, onProgress: () => {} });
  return { ...outcome, audit };
}

/** What stands on GitHub afterwards. */
const shown = ({ repository }: Scene) => ({
  pulls: repository.pulls().length,
  branch: repository.file("README.md", "airlock/1-1"),
});
const nothing = { pulls: 0, branch: null };

test("a change that was asked for, verified and judged stands in one pull request, and the Verdict says so", async () => {
  await using stage = await scene();
  const request = await arrived(stage);
  const outcome = await publishOf(stage, request);
  const [pull] = stage.repository.pulls();
  expect(outcome).toMatchObject({
    kind: "verdict",
    patch: null,
    verdict: {
      kind: "publish",
      level: "low",
      draft: false,
      task_digest: request.digests.task,
      solution_digest: request.digests.solution,
      report_digest: request.digests.report,
      audit_head: outcome.audit.head,
      published: { pull_request: pull?.number, tree: request.solution.tree, branch: "airlock/1-1" },
    },
  });
  expect(outcome.kind === "verdict" && Verdict.safeParse(outcome.verdict).success).toBe(true);
  expect(verifyAudit(outcome.audit.text(), outcome.audit.head).kind).toBe("intact");
  expect(outcome.audit.entries.map(({ event }) => event)).toEqual(["verdict.reached"]);
  expect(pull?.body).toContain(outcome.audit.head);
  expect(stage.repository.file("src/sum.js", "airlock/1-1")).toBe("a + b\n");
});

describe("papers that contradict each other are an error, and nothing is pushed", () => {
  const other = { commit: sha("e"), tree: sha("f") };
  test.each<[string, (request: PublishRequest) => Partial<PublishRequest>]>([
    ["the Solution names another Task", ({ solution }) => ({ solution: { ...solution, task_digest: digest("e") } })],
    ["the Report names another Task", ({ report }) => ({ report: { ...report, task_digest: digest("e") } })],
    ["the Report names another Solution", ({ report }) => ({ report: { ...report, solution_digest: digest("e") } })],
    ["the Solution began elsewhere", ({ solution }) => ({ solution: { ...solution, base: other } })],
    [
      "the Solution began at that commit with another tree",
      ({ solution }) => ({ solution: { ...solution, base: { ...solution.base, tree: sha("f") } } }),
    ],
    ["the Report's base is another", ({ report }) => ({ report: { ...report, base: other } })],
    ["another tree was verified", ({ report }) => ({ report: { ...report, head_tree: sha("f") } })],
    [
      "all of them name another Task than the one read",
      ({ digests }) => ({ digests: { ...digests, task: digest("e") } }),
    ],
    [
      "the Solution read is another than the one announced",
      ({ digests }) => ({ digests: { ...digests, solution: digest("e") } }),
    ],
  ])("%s", async (_title, spoil) => {
    await using stage = await scene();
    const request = await arrived(stage);
    const asked = stage.hub.requests.length;
    await expect(publishOf(stage, { ...request, ...spoil(request) })).rejects.toMatchObject({
      code: "bad-paper",
      message: expect.stringMatching(/^The papers contradict each other or GitHub: the /),
    });
    expect(stage.hub.requests.length).toBe(asked);
    expect(await publishOf(stage, request)).toMatchObject({ kind: "verdict" });
  });
});

describe("papers that contradict GitHub are an error, however well they agree with each other", () => {
  const tampered: [string, string, (request: PublishRequest) => Partial<Papers>][] = [
    [
      "a file's content before the change",
      'the base of src/sum.js is {"mode":"100644","sha":',
      ({ solution }) => ({
        solution: {
          ...solution,
          change: [{ path: "src/sum.js", before: bare(side("other\n")), after: side("a + b\n") }],
        },
      }),
    ],
    [
      "a file's mode before the change",
      'the base of src/sum.js is {"mode":"100755"',
      ({ solution }) => ({
        solution: {
          ...solution,
          change: [{ path: "src/sum.js", before: bare(side("a - b\n", "100755")), after: side("a + b\n") }],
        },
      }),
    ],
    [
      "a file that is not there",
      "the base of src/none.js",
      ({ solution }) => ({
        solution: { ...solution, change: [{ path: "src/none.js", before: bare(side("x")), after: null }] },
      }),
    ],
    [
      "a new file that is there already",
      "the base of README.md is null",
      ({ solution }) => ({
        solution: { ...solution, change: [{ path: "README.md", before: null, after: side("mine\n") }] },
      }),
    ],
    [
      "a policy that the trusted commit does not have",
      "the policy",
      ({ task }) => ({
        task: { ...task, config: { ...task.config, limits: { ...task.config.limits, change_files: 999 } } },
      }),
    ],
    [
      "another default branch",
      "the default branch is topic",
      ({ task }) => ({ task: { ...task, default_branch: "topic" } }),
    ],
  ];

  test.each(tampered)("%s", async (_title, says, spoil) => {
    await using stage = await scene();
    const request = await arrived(stage);
    await expect(publishOf(stage, altered(stage, request, spoil(request)))).rejects.toMatchObject({
      code: "bad-paper",
      message: expect.stringContaining(says),
    });
    expect(shown(stage)).toEqual(nothing);
    expect(await publishOf(stage, request)).toMatchObject({ kind: "verdict" });
  });

  test("a start that is not the trusted commit", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const commit = stage.push({ "a.txt": "a" }, "topic");
    const start = { commit, tree: (await stage.reading.commit(commit)).tree };
    const { task, solution, report } = request;
    const more = {
      task: { ...task, start },
      solution: { ...solution, base: start },
      report: { ...report, base: start },
    };
    await expect(publishOf(stage, altered(stage, request, more))).rejects.toMatchObject({
      message: expect.stringContaining("the start is"),
    });
    expect(shown(stage)).toEqual(nothing);
  });

  test("a trusted commit with another tree", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const base = {
      ...request.task.trusted,
      tree: await stage.writing.createTree(request.task.trusted.tree, [
        { path: "README.md", mode: "100644", sha: null },
      ]),
    };
    const { task, solution, report } = request;
    const more = {
      task: { ...task, trusted: base, start: base },
      solution: { ...solution, base },
      report: { ...report, base },
    };
    await expect(publishOf(stage, altered(stage, request, more))).rejects.toMatchObject({
      message: expect.stringContaining("the trusted tree is"),
    });
    expect(shown(stage)).toEqual(nothing);
  });

  test("a tree that the change does not make", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const tree = request.task.start.tree;
    const { solution, report } = request;
    const more = { solution: { ...solution, tree }, report: { ...report, head_tree: tree } };
    await expect(publishOf(stage, altered(stage, request, more))).rejects.toMatchObject({ code: "tree-mismatch" });
    expect(shown(stage)).toEqual(nothing);
  });
});

describe("the trusted commit must still be one of the default branch", () => {
  test("not after a forced push", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    rewriteMain(stage);
    await expect(publishOf(stage, request)).rejects.toMatchObject({
      code: "bad-paper",
      message: expect.stringContaining("the trusted commit is"),
    });
    expect(shown(stage)).toEqual(nothing);
  });

  test("the twin: it may have moved on, and a new policy there does not count", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    stage.push({ ".github/airlock.toml": "[limits]\nchange_files = 1\n" });
    expect(await publishOf(stage, request)).toMatchObject({ kind: "verdict", verdict: { kind: "publish" } });
  });
});

describe("the request is asked for again", () => {
  test.each<[string, string, string, (stage: Scene, comment: number) => unknown]>([
    ["the person lost the role", "not-allowed", "yours is read", (stage) => stage.repository.setRole("mona", "read")],
    [
      "the comment was edited meanwhile",
      "edited",
      "edited after it was written",
      (stage, comment) => stage.repository.editComment("mona", comment, "/agent fix never mind"),
    ],
    ["the issue was closed", "issue-closed", "closed", (stage) => stage.repository.closeIssue("ben", stage.issue)],
    ["the comment is gone", "not-a-command", "is gone", (stage) => void stage.repository.record.comments.splice(0)],
    [
      "the run has another name",
      "not-dispatched-by-us",
      "its name does not carry its inputs",
      (stage) => {
        for (const run of stage.repository.record.runs) run.title = "airlock fix #1 comment 1 by 1";
      },
    ],
  ])("%s", async (_title, kind, says, meanwhile) => {
    await using stage = await scene();
    const request = await arrived(stage);
    const comment = request.task.trigger.kind === "issue_comment" ? request.task.trigger.comment : 0;
    await meanwhile(stage, comment);
    const { audit, ...outcome } = await publishOf(stage, request);
    expect(outcome).toMatchObject({ kind: "stop", stop: { kind, message: expect.stringContaining(says) } });
    expect(audit.entries.map(({ event }) => event)).toEqual(["request.refused"]);
    expect(shown(stage)).toEqual(nothing);
  });

  test("a comment whose text is another than the gate read, though it was never edited", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const [comment] = stage.repository.record.comments;
    if (comment !== undefined) comment.body = "/agent fix something else";
    expect(await publishOf(stage, request)).toMatchObject({
      kind: "stop",
      stop: { kind: "edited", message: "The comment changed while the run was working." },
    });
    if (comment !== undefined) comment.body = "/agent fix";
    expect(await publishOf(stage, request)).toMatchObject({ kind: "verdict" });
  });

  test("a run that is not the first for its comment", async () => {
    await using stage = await scene();
    const first = await ask(stage);
    const second = dispatch(stage, first.inputs);
    const outcome = await gateOf(stage, first);
    if (outcome.kind === "stop") throw new Error(outcome.stop.message);
    const tree = await treeOf(stage, outcome.task, fix);
    const { repository, start: base } = outcome.task;
    const { run } = second.identity;
    const request = chained(stage, second.appBotId, {
      task: { ...outcome.task, run },
      solution: solutionPaper({ repository, run, base, tree, change: fix }),
      report: reportPaper({ repository, run, base, head_tree: tree, checks }),
    });
    expect(await publishOf(stage, request)).toMatchObject({ kind: "stop", stop: { kind: "duplicate" } });
    expect(shown(stage)).toEqual(nothing);
  });

  test("a task from a terminal is never published", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const task = taskPaper({ ...request.task, trigger: { kind: "local" }, brief: { kind: "local", text: "x" } });
    expect(await publishOf(stage, altered(stage, request, { task }))).toMatchObject({
      kind: "stop",
      stop: { kind: "not-allowed" },
    });
    expect(shown(stage)).toEqual(nothing);
  });
});

describe("what is not published", () => {
  test("a change that policy holds comes back as a patch for people", async () => {
    await using stage = await scene();
    const workflow: Change = [{ path: ".github/workflows/nightly.yml", before: null, after: side("on: push\n") }];
    const outcome = await publishOf(stage, await arrived(stage, workflow));
    expect(outcome).toMatchObject({
      kind: "verdict",
      verdict: { kind: "hold", level: "critical", published: null, audit_head: outcome.audit.head },
      patch: expect.stringContaining("+++ b/.github/workflows/nightly.yml"),
    });
    expect(shown(stage)).toEqual(nothing);
  });

  test("a change with a secret is refused without a patch, though the Report found nothing", async () => {
    await using stage = await scene();
    const secret = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_");
    const leak: Change = [{ path: "src/settings.js", before: null, after: side(`export const t = "${secret}";\n`) }];
    const outcome = await publishOf(stage, await arrived(stage, leak));
    expect(outcome).toMatchObject({ kind: "verdict", patch: null, verdict: { kind: "refuse", published: null } });
    expect(JSON.stringify(outcome)).not.toContain(secret.slice(4));
    expect(shown(stage)).toEqual(nothing);
  });

  test("an issue that has an open pull request of ours by now gets no second one", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const other = await arrived(stage);
    expect(await publishOf(stage, request)).toMatchObject({ kind: "verdict" });
    expect(await publishOf(stage, other)).toMatchObject({
      kind: "stop",
      stop: {
        kind: "already-done",
        message: expect.stringMatching(/^Pull request #\d+ already answers this issue\.$/),
      },
    });
    expect(stage.repository.pulls()).toHaveLength(1);
  });
});

test("done again, the same run finds its own pull request and makes no second one", async () => {
  await using stage = await scene();
  const request = await arrived(stage);
  const first = await publishOf(stage, request);
  const again = await publishOf(stage, request);
  expect(again).toMatchObject({
    verdict: { published: first.kind === "verdict" ? first.verdict.published : null },
  });
  expect(stage.repository.pulls()).toHaveLength(1);
});

describe("the Report is evidence", () => {
  const failed = { kind: "failed" as const, ms: 1, exit_code: 1, evidence: "1 failed" };
  const tests = (row: Partial<CheckResult>) =>
    checks.map((check) => (check.kind === "tests" ? { ...check, ...row } : check));

  test("of a regression: the pull request is a draft", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const report = { ...request.report, checks: tests({ head: failed, class: "regressed" }) };
    expect(await publishOf(stage, altered(stage, request, { report }))).toMatchObject({
      verdict: { kind: "publish", level: "high", draft: true },
    });
    expect(stage.repository.pulls()).toMatchObject([{ draft: true }]);
  });

  test("that contradicts itself is not believed", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const report = { ...request.report, checks: tests({ head: failed, class: "pass" }) };
    expect(await publishOf(stage, altered(stage, request, { report }))).toMatchObject({
      verdict: { level: "high", draft: true },
    });
  });

  test("that lacks a check holds the change", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const report = { ...request.report, checks: checks.filter(({ kind }) => kind !== "secrets") };
    expect(await publishOf(stage, altered(stage, request, { report }))).toMatchObject({ verdict: { kind: "hold" } });
    expect(shown(stage)).toEqual(nothing);
  });
});
