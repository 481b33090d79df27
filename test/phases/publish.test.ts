import { describe, expect, test } from "vitest";
import { verifyAudit } from "../../src/audit/log.ts";
import type { Change } from "../../src/change.ts";
import type { CheckResult } from "../../src/handoff/report.ts";
import { Verdict } from "../../src/handoff/verdict.ts";
import { report as reportPaper, solution as solutionPaper, task as taskPaper } from "../record/papers.ts";
import { altered, arrived, chained, checks, fix, nothing, publishOf, shown, side, treeOf } from "./publish-papers.ts";
import { ask, dispatch, gateOf, type Scene, scene } from "./scene.ts";

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
      level: "medium",
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
