import { AirlockError, explain } from "../errors.ts";
import type { AppConnection } from "../github/app.ts";
import { statusOf } from "../github/failure.ts";
import type { GitHub, Run } from "../github/github.ts";
import type { Verdict } from "../handoff/verdict.ts";
import { finalState } from "../record/final-state.ts";
import { policyCheck, policyCheckId, policyCheckName } from "../record/policy-check.ts";
import type { StatusState } from "../record/status-comment.ts";
import { earlierRun, parseRunName, type RunName } from "../request/run-name.ts";
import { installedOf, readEvent, RunMoved } from "./events.ts";
import type { Log } from "./log.ts";
import { workflowFile } from "./on-comment.ts";
import { runPapers } from "./run-papers.ts";
import type { StatusBoard } from "./status-board.ts";

/** How far apart two runs for one comment can lie: GitHub delivers again for three days, but a request is stale after half an hour. */
const dayMs = 24 * 60 * 60_000;

export interface RunEffects {
  app: AppConnection;
  board: StatusBoard;
  log: Log;
}

/**
 * A run of our workflow began or ended. Shows the state in the request's comment, the reaction, and the policy check on the
 * pull request. Everything is read again from GitHub and every write can be repeated, so a doubled or late delivery is harmless.
 * Rejects when something could not be shown and may pass by itself.
 */
export async function onRun(payload: unknown, { app, board, log }: RunEffects): Promise<void> {
  const event = readEvent(RunMoved, payload);
  const { id, event: cause, path } = event.workflow_run;
  if (cause !== "workflow_dispatch" || !isOurFile(path)) return;
  const installed = installedOf(event);
  const github = await app.repository(installed, {
    issues: "write",
    actions: "read",
    checks: "write",
    pull_requests: "read",
    metadata: "read",
  });
  const [run, bot] = await Promise.all([github.run(id), app.botId(installed)]);
  const name = run === null ? null : parseRunName(run.title);
  if (
    run === null ||
    name === null ||
    run.actor.id !== bot ||
    !isOurFile(run.path) ||
    run.headBranch !== event.repository.default_branch
  ) {
    // Nobody asked us for it: the gate refuses it, and its own page is where its end is seen.
    log.warn("run.foreign", { run: id, actor: run?.actor.id ?? null });
    return;
  }
  const show = (state: StatusState, requester: string) =>
    board.show(github, name.issue, {
      verb: name.verb,
      requester,
      comment: name.comment,
      run: { id: run.id, url: run.url },
      state,
    });
  const asked = await github.comment(name.comment);
  const requester = asked?.author.login ?? "somebody whose comment is gone";
  if (run.status !== "completed") {
    // A doubled dispatch ends in the gate as a duplicate; the run before it has the comment.
    const runs = await github.runs(workflowFile, new Date(Date.parse(run.createdAt) - dayMs));
    if (earlierRun(runs, run, bot) !== null) return;
    return await show({ kind: "running" }, requester);
  }

  const papers = await runPapers(github, run, { repositoryId: event.repository.id, log });
  const final = finalState(run, papers, []);
  log.info("run.ended", {
    run: run.id,
    attempt: run.attempt,
    conclusion: run.conclusion,
    shown: final?.state.kind ?? "duplicate",
  });
  if (final === null) return;
  await all(log, [
    show(final.state, requester),
    asked === null ? Promise.resolve() : github.react(name.comment, final.reaction),
    papers.verdict === null
      ? Promise.resolve()
      : writeCheck(github, { verdict: papers.verdict, run, name }, event.repository.id),
  ]);
}

function isOurFile(path: string): boolean {
  return path.replace(/@.*$/, "") === `.github/workflows/${workflowFile}`;
}

/** The check goes onto the pull request's head only if the request's own branch in this repository carries it, opened by a bot. */
async function writeCheck(
  github: GitHub,
  { verdict, run, name }: { verdict: Verdict; run: Run; name: RunName },
  repositoryId: number,
): Promise<void> {
  if (verdict.published === null) return;
  const pull = await github.pull(verdict.published.pull_request);
  const ours =
    pull !== null &&
    pull.author.type === "Bot" &&
    pull.head.repository === repositoryId &&
    pull.head.ref === verdict.published.branch &&
    new RegExp(`^[a-z0-9][a-z0-9-]*/${name.issue}-[1-9]\\d*$`).test(pull.head.ref);
  if (!ours) return;
  const commits = await github.pullCommits(pull.number);
  const headMessage = commits.find(({ sha }) => sha === pull.head.sha)?.message ?? "";
  const { head, ...check } = policyCheck({ verdict, pull, run, headMessage }, []);
  const there = (await github.checks(head, policyCheckName)).find(
    ({ externalId }) => externalId === policyCheckId(run),
  );
  if (there === undefined) await github.createCheck({ head, ...check });
  else await github.updateCheck(there.id, check);
}

/** Does all of it, then fails if something failed that may pass by itself. What GitHub refuses for good (a locked issue) is logged. */
async function all(log: Log, work: Promise<void>[]): Promise<void> {
  const failures = (await Promise.allSettled(work)).flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  for (const failure of failures) log.warn("display.failed", { why: explain(failure).message });
  const passing = failures.find((failure) => !refusedForGood(failure));
  if (passing !== undefined) throw passing;
}

function refusedForGood(thrown: unknown): boolean {
  const status = statusOf(thrown);
  return thrown instanceof AirlockError && status !== null && [403, 404, 410, 422].includes(status);
}
