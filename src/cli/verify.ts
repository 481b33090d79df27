import { openAudit } from "../audit/log.ts";
import type { Report } from "../handoff/report.ts";
import { seal } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import { Task } from "../handoff/task.ts";
import { makeEnvironmentOnRecord } from "../phases/environment.ts";
import { checkoutOf } from "../phases/local-checkout.ts";
import { localTask } from "../phases/local-task.ts";
import { solutionOfTrees } from "../phases/made-solution.ts";
import { setupSecrets } from "../phases/setup-secrets.ts";
import { verify } from "../phases/verify.ts";
import { localChange, resolveRevision } from "../workspace/local.ts";
import { openRepository } from "./repository.ts";
import { groundSandbox, localGround } from "./ground.ts";
import { temporaryDirectory } from "./temporary.ts";
import { isAcrossSides, packagesLines, reportTable } from "./table.ts";
import { readRevisions, type Revisions } from "./revisions.ts";
import { exitCode, type Terminal, type Verb } from "./verb.ts";

export const verb: Verb = {
  usage: "verify --base REV --head REV [-C DIR] [--json]",
  summary: "Runs the base's checks on both commits, each in its own sandbox, and compares them.",
  async run(args, terminal) {
    const revisions = readRevisions(args, terminal);
    const report = await verifyRevisions(revisions, terminal);
    if (revisions.json) terminal.out(JSON.stringify(report));
    else for (const line of [...reportTable(report), ...packagesLines(report.packages)]) terminal.out(line);
    const bad = report.checks.some((check) => check.class === "regressed" || check.class === "not run");
    const bent = report.findings.some(({ level, rule }) => level === "block" && isAcrossSides(rule));
    return bad || bent ? exitCode.no : exitCode.done;
  },
};

async function verifyRevisions(revisions: Revisions, terminal: Terminal): Promise<Report> {
  await using local = await openRepository(revisions.directory);
  await using place = await temporaryDirectory();
  const audit = openAudit("local", terminal.now);
  const task = await localTask({
    local,
    revision: revisions.base,
    text: "verify",
    now: terminal.now,
    auditHead: audit.head,
  });
  const head = await resolveRevision(local, revisions.head);
  const change = await localChange(local, task.start.tree, head.tree);
  await using sandbox = await groundSandbox(place.path, terminal, revisions.directory);
  const onProgress = (text: string) => terminal.err(`  ${text}`);
  const ground = await localGround(terminal, {
    sandbox,
    dir: place.path,
    directory: revisions.directory,
    limits: task.config.limits,
    setup: task.config.setup,
    network: task.config.network.prepare,
    onProgress,
  });
  const secrets = setupSecrets(
    task.config.setup,
    (name) => terminal.environment[name],
    () => undefined,
  );
  const dependencies = await checkoutOf(local, task.start.tree, ground, (checkout) =>
    makeEnvironmentOnRecord(ground, { checkout, source: revisions.directory, task, secrets }, audit),
  );
  const taskDigest = seal(Task, task).digest;
  const solution = solutionOfTrees(task, {
    change,
    tree: head.tree,
    taskDigest,
    certificate: sandbox.certificate,
    auditHead: audit.head,
  });
  const digests = { task: taskDigest, solution: seal(Solution, solution).digest };
  // Awaited here: what is below lives only as long as this function.
  return await verify(
    { task, solution, digests, source: revisions.directory, dependencies },
    { sandbox, ground, audit, onProgress, signal: terminal.signal },
  );
}
