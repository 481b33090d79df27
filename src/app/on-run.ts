import { AirlockError, explain } from "../errors.ts";
import type { AppConnection } from "../github/app.ts";
import { httpFailure, rateLimited } from "../github/failure.ts";
import type { GitHub, Pull, Run } from "../github/github.ts";
import { finalState, type FinalState } from "../record/final-state.ts";
import { enforcementNote } from "../record/gate-check.ts";
import { type Origin, originOf, originRef, type OriginRef } from "../record/origin.ts";
import { enforcementFor } from "../record/readiness.ts";
import type { Status, StatusState } from "../record/status-comment.ts";
import { earlierRun, type RunName, runsSince, workflowFile } from "../request/run-name.ts";
import { installedOf, readEvent, RunMoved } from "./events.ts";
import type { GateKeeper } from "./gate-keeper.ts";
import type { GatePlace } from "./gate-look.ts";
import { insist, type InsistEffects } from "./insist.ts";
import { isOurFile, nameOfOurRun } from "./our-run.ts";
import { planEnd, planKey } from "./plan-end.ts";
import type { FailureTracker } from "./track-failure.ts";
import { ownPull, publicationOf } from "./run-evidence.ts";
import { runPapers } from "./run-papers.ts";
import type { StatusBoard } from "./status-board.ts";
import { askTeamOf } from "./team-members.ts";
import type { InTurn } from "./turns.ts";

export interface RunEffects extends InsistEffects {
  app: AppConnection;
  board: StatusBoard;
  gate: GateKeeper;
  tracker: FailureTracker;
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
  const { app, board, tracker, log } = effects;
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
  const ref = originRef(name);
  if (ref === null) return await tracker.show(run, name, place, log);
  const asked = await originOf(github, name.issue, ref);
  // A doubled dispatch ends in the gate as a duplicate; the run before it has the comment, however this one ends.
  const runs = await github.runs(workflowFile, runsSince(run, asked));
  const earlier = earlierRun(runs, run, bot);
  if (earlier !== null) {
    log.info("run.duplicate", { run: run.id, first: earlier.id });
    return;
  }
  if (run.status === "completed") return await showEnd({ place, run, name, ref, asked }, effects);
  await board.show(github, name.issue, statusOf({ run, name, ref, asked }, { kind: "running" }), {
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
  ref: OriginRef;
  /** null when what asked is gone. */
  asked: Origin | null;
}

async function showEnd(
  { place, run, name, ref, asked }: Ended,
  { board, gate, log, turns }: RunEffects,
): Promise<void> {
  const { github, repositoryId } = place;
  const papers = await runPapers(github, run, { repositoryId, log });
  const about = { run, name, repositoryId };
  const publication = papers.verdict === null ? null : await publicationOf(github, papers.verdict, about);
  const own = papers.stop?.kind === "already-done" ? await ownPull(github, papers.stop, about) : null;
  const told = finalState(run, { ...papers, verb: name.verb, confirmed: publication?.confirmed ?? false, own }, []);
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
    board.show(github, name.issue, statusOf({ run, name, ref, asked }, shown)),
    // GitHub takes no reaction to a review.
    asked?.kind === "comment" ? github.react(name.id, final.reaction) : Promise.resolve(),
    papers.stop?.kind === "rounds" ? askForPerson(github, name, log) : Promise.resolve(),
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

function statusOf({ run, name, ref, asked }: Omit<Ended, "place">, state: StatusState): Status {
  const requester = asked?.author.login ?? `somebody whose ${ref.kind} is gone`;
  return { verb: name.verb, requester, origin: ref, run: { id: run.id, url: run.url }, state };
}

/** No further round: the label is how people find it. Display only, like every label. */
async function askForPerson(github: GitHub, { issue }: RunName, log: InsistEffects["log"]): Promise<void> {
  const refused = await github.addLabels(issue, [needsHuman]);
  for (const why of refused) log.warn("label.refused", { issue, why });
}

const needsHuman = {
  name: "needs-human",
  color: "bc4c00",
  description: "Airlock has used up its rounds of feedback here",
};

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
