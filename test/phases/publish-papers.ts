import { openAudit } from "../../src/audit/log.ts";
import { blobSha, type Change } from "../../src/change.ts";
import { type CheckResult, Report } from "../../src/handoff/report.ts";
import { seal } from "../../src/handoff/seal.ts";
import { Solution } from "../../src/handoff/solution.ts";
import { Task } from "../../src/handoff/task.ts";
import { publish, type PublishRequest } from "../../src/phases/publish.ts";
import { report as reportPaper, solution as solutionPaper } from "../record/papers.ts";
import { written } from "../record/written.ts";
import { ask, gateOf, type Scene } from "./scene.ts";

export const side = (text: string, mode: "100644" | "100755" = "100644") => ({
  mode,
  sha: blobSha(Buffer.from(text)),
  content: Buffer.from(text).toString("base64"),
});
export const bare = ({ mode, sha: name }: ReturnType<typeof side>) => ({ mode, sha: name });
const green = { kind: "passed" as const, ms: 1_000, evidence: "" };
export const checks: CheckResult[] = (["types", "lint", "tests", "build", "secrets", "audit"] as const).map((kind) => ({
  name: kind,
  kind,
  command: [],
  base: green,
  head: green,
  class: "pass",
}));

export const fix: Change = [
  { path: "src/sum.js", before: bare(side("a - b\n")), after: side("a + b\n") },
  { path: "test/sum.test.js", before: null, after: side("// a test\n") },
];

export interface Papers {
  task: Task;
  solution: Solution;
  report: Report;
}

/** The road so far: asked, gated, and papers as solve and verify would have left them for a change. */
export async function arrived(stage: Scene, change: Change = fix): Promise<PublishRequest> {
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
export function chained(stage: Scene, appBotId: number, { task, solution, report }: Papers): PublishRequest {
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
export const altered = (stage: Scene, request: PublishRequest, more: Partial<Papers>): PublishRequest =>
  chained(stage, request.appBotId, { ...request, ...more });

export const treeOf = (stage: Scene, task: Task, change: Change): Promise<string> =>
  written(stage.writing, task.start.tree, change);

/** What publish says, and what it writes into its log. */
export async function publishOf(stage: Scene, request: PublishRequest) {
  const audit = openAudit("publish", stage.now);
  const outcome = await publish(request, { github: stage.writing, audit, onProgress: () => {} });
  return { ...outcome, audit };
}

/** What stands on GitHub afterwards. */
export const shown = ({ repository }: Scene) => ({
  pulls: repository.pulls().length,
  branch: repository.file("README.md", "airlock/1-1"),
});
export const nothing = { pulls: 0, branch: null };
