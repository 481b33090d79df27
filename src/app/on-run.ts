import { AirlockError, explain } from "../errors.ts";
import type { AppConnection } from "../github/app.ts";
import { httpFailure, rateLimited } from "../github/failure.ts";
import type { Comment, Pull, Run } from "../github/github.ts";
import { finalState, type FinalState } from "../record/final-state.ts";
import { enforcementNote } from "../record/gate-check.ts";
import { enforcementFor } from "../record/readiness.ts";
import type { Status, StatusState } from "../record/status-comment.ts";
import { earlierRun, type RunName, runsSince, workflowFile } from "../request/run-name.ts";
import { installedOf, readEvent, RunMoved } from "./events.ts";
import type { GateKeeper } from "./gate-keeper.ts";
import type { GatePlace } from "./gate-look.ts";
import { insist, type InsistEffects } from "./insist.ts";
import { isOurFile, nameOfOurRun } from "./our-run.ts";
import { planEnd, planKey } from "./plan-end.ts";
import { ownPull, publicationOf } from "./run-evidence.ts";
import { runPapers } from "./run-papers.ts";
import type { StatusBoard } from "./status-board.ts";
import { askTeamOf } from "./team-members.ts";
import type { InTurn } from "./turns.ts";

export interface RunEffects extends InsistEffects {
  app: AppConnection;
  board: StatusBoard;
  gate: GateKeeper;
  turns: InTurn;
}

/**
 * A run of our workflow began or ended. Shows the state in the request's comment, the reaction, and the policy check on the
 * pull request. Everything is read again from GitHub and every write can be repeated, so a doubled or late delivery is harmless.
 * Rejects when something could not be shown and may pass by itself; it is then tried again after the answer.
 */
export async function onRun(payload: unknown, effects: RunEffects): Promise<void> {
  const event = readEvent(RunMoved, payload);
  const { event: cause, path } = event.workflow_run;
  if (cause !== "workflow_dispatch" || !isOurFile(path)) return;
  await insist(() => showRun(event, effects), effects);
}

async function showRun(event: RunMoved, effects: RunEffects): Promise<void> {
  const { app, board, log } = effects;
  const { id } = event.workflow_run;
  const installed = installedOf(event);
  const github = await app.repository(installed, {
    issues: "write",
    actions: "read",
    checks: "write",
    pull_requests: "read",
    metadata: "read",
  });
  const [run, bot] = await Promise.all([github.run(id), app.botId(installed)]);
  const place = {
    github,
    bot,
    repositoryId: event.repository.id,
    defaultBranch: event.repository.default_branch,
    askTeam: askTeamOf(app, installed),
  };
  const name = run === null ? null : nameOfOurRun(run, place);
  if (run === null || name === null) {
    // Nobody asked us for it: the gate refuses it, and its own page is where its end is seen.
    log.warn("run.foreign", { run: id, actor: run?.actor.id ?? null });
    return;
  }
  const asked = await github.comment(name.id);
  // A doubled dispatch ends in the gate as a duplicate; the run before it has the comment, however this one ends.
  const runs = await github.runs(workflowFile, runsSince(run, asked));
  const earlier = earlierRun(runs, run, bot);
  if (earlier !== null) {
    log.info("run.duplicate", { run: run.id, first: earlier.id });
    return;
  }
  if (run.status === "completed") return await showEnd({ place, run, name, asked }, effects);
  await board.show(github, name.issue, statusOf({ run, name, asked }, { kind: "running" }), {
    stillSo: async () => {
      const now = await github.run(run.id);
      return now !== null && now.status !== "completed" && now.attempt === run.attempt;
    },
  });
}

interface Ended {
  place: GatePlace;
  run: Run;
  name: RunName;
  /** null when the comment is gone. */
  asked: Comment | null;
}

async function showEnd({ place, run, name, asked }: Ended, { board, gate, log, turns }: RunEffects): Promise<void> {
  const { github, repositoryId } = place;
  const papers = await runPapers(github, run, { repositoryId, log });
  const about = { run, name, repositoryId };
  const publication = papers.verdict === null ? null : await publicationOf(github, papers.verdict, about);
  const own = papers.stop?.kind === "already-done" ? await ownPull(github, papers.stop, about) : null;
  const told = finalState(run, { ...papers, confirmed: publication?.confirmed ?? false, own }, []);
  const plans = name.verb === "plan" && run.conclusion === "success" && papers.stop === null;
  const planned = plans
    ? await turns(planKey(repositoryId), () => planEnd({ github, run, name, repositoryId, log }))
    : null;
  const final = planned ?? told;
  const { id, attempt, conclusion } = run;
  log.info("run.ended", { run: id, attempt, conclusion, shown: final.state.kind });
  const shown =
    publication === null ? final.state : await withEnforcement(final.state, publication.pull, { place, gate });
  await all(log, [
    board.show(github, name.issue, statusOf({ run, name, asked }, shown)),
    asked === null ? Promise.resolve() : github.react(name.id, final.reaction),
    publication === null ? Promise.resolve() : gate.refresh(place, publication.pull.number, { ended: run }),
  ]);
}

/** Says beside a published change that GitHub does not require our check, when that is so. What cannot be read is not worth a failure. */
async function withEnforcement(
  state: FinalState["state"],
  { base }: Pull,
  { place, gate }: { place: GatePlace; gate: GateKeeper },
): Promise<FinalState["state"]> {
  const enforcement = await enforcementFor(place.github, base.ref, gate.appId);
  const note = enforcementNote(enforcement);
  return note === "" ? state : { ...state, details: [...state.details, note] };
}

function statusOf({ run, name, asked }: Omit<Ended, "place">, state: StatusState): Status {
  const requester = asked?.author.login ?? "somebody whose comment is gone";
  return { verb: name.verb, requester, comment: name.id, run: { id: run.id, url: run.url }, state };
}

/** Does all of it, then fails if something failed that may pass by itself. What GitHub refuses for good (a locked issue) is logged. */
async function all(log: InsistEffects["log"], work: Promise<unknown>[]): Promise<void> {
  const failures = (await Promise.allSettled(work)).flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  for (const failure of failures) log.warn("display.failed", { why: explain(failure).message });
  const passing = failures.find((failure) => !refusedForGood(failure));
  if (passing !== undefined) throw passing;
}

function refusedForGood(thrown: unknown): boolean {
  const facts = httpFailure(thrown);
  const final = facts.status !== null && [403, 404, 410, 422].includes(facts.status);
  return thrown instanceof AirlockError && final && !rateLimited(facts);
}
