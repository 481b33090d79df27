import type { GitHub, ListedCheck, Pull, Run } from "../github/github.ts";
import { sha256 } from "../handoff/seal.ts";
import { runOfCommit } from "../record/commit-message.ts";
import { enforcementFor } from "../record/readiness.ts";
import { gateCheck, type GateView } from "../record/gate-check.ts";
import { type GateState, readState } from "../record/gate-state.ts";
import { isOurPull } from "../record/own-pull.ts";
import { policyCheckName } from "../record/policy-check-name.ts";
import { judgeGate } from "../policy/gate.ts";
import { approvalFacts } from "./approval-facts.ts";
import type { Log } from "./log.ts";
import { stateOfRun } from "./state-of-run.ts";
import type { AskTeam } from "./team-members.ts";

/** One repository as the gate sees it. The token may: checks write; pull_requests, actions, metadata read. */
export interface GatePlace {
  github: GitHub;
  repositoryId: number;
  defaultBranch: string;
  /** Account id of the App's bot. */
  bot: number;
  /** Asks with a token of its own. */
  askTeam: AskTeam;
}

/** What has changed beside GitHub itself. */
export interface News {
  /** A run that has ended, whose papers replace what was remembered of it. */
  ended?: Run;
  /** Changes what is remembered of the head; called only where there is something remembered. */
  remember?: (state: GateState) => GateState;
}

export interface Shown {
  pull: Pull;
  view: GateView;
}

/** Writes the check run `airlock`, the only thing that decides over a merge. Only the App can write it, and only here. */
export interface GateKeeper {
  readonly appId: number;
  /**
   * Reads everything again and writes what holds now; may be repeated at any time. One after the other for each pull request, so
   * that a slow early look cannot overwrite a late one. Out: null for a pull request that is not open.
   */
  refresh(place: GatePlace, pull: number, news?: News): Promise<Shown | null>;
  /** Writes a view on a commit that is no pull request's head. */
  write(place: GatePlace, head: string, view: GateView): Promise<void>;
}

export function gateKeeper({ appId, log, now }: { appId: number; log: Log; now: () => number }): GateKeeper {
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = <Value>(key: string, work: () => Promise<Value>): Promise<Value> => {
    const mine = (turns.get(key) ?? Promise.resolve()).then(work);
    const quiet = mine
      .catch(() => undefined)
      .finally(() => {
        if (turns.get(key) === quiet) turns.delete(key);
      });
    turns.set(key, quiet);
    return mine;
  };
  return {
    appId,
    refresh: (place, pull, news = {}) =>
      inTurn(`${place.repositoryId}#${pull}`, () => refresh({ place, appId, log, now: now() }, pull, news)),
    write: (place, head, view) =>
      inTurn(`${place.repositoryId}@${head}`, async () => {
        const there = await place.github.checks(head, policyCheckName);
        await write(place.github, head, { view, newest: there[0] ?? null });
      }),
  };
}

interface At {
  place: GatePlace;
  appId: number;
  log: Log;
  now: number;
}

async function refresh(at: At, number: number, news: News): Promise<Shown | null> {
  const { github, repositoryId } = at.place;
  const asked = await github.pull(number);
  if (asked === null || asked.state !== "open") return null;
  const head = asked.head.sha;
  const same = [
    asked,
    ...(await github.pullsAt(head)).filter((other) => other.state === "open" && other.number !== number),
  ];
  const [pull] = same.filter((one) => isOurPull(one, repositoryId)).toSorted((a, b) => a.number - b.number);
  const checks = await github.checks(head, policyCheckName);
  const view = pull === undefined ? { kind: "foreign" as const } : await viewOf(at, { pull, same, checks }, news);
  await write(github, head, { view, newest: checks[0] ?? null });
  at.log.info("gate.shown", {
    pull: number,
    view: view.kind,
    outcome: view.kind === "judged" ? view.gate.outcome.kind : null,
  });
  return { pull: pull ?? asked, view };
}

interface Seen {
  pull: Pull;
  /** Every open pull request with this head. */
  same: readonly Pull[];
  checks: readonly ListedCheck[];
}

async function viewOf(at: At, { pull, same, checks }: Seen, news: News): Promise<GateView> {
  const remembered = await stateFor(at, { pull, checks }, news);
  const state = remembered.kind === "state" ? remembered.state : null;
  const targets = [...new Set(same.map(({ base }) => base.ref))];
  if (targets.length > 1) return { kind: "two-targets", targets, state };
  if (remembered.kind !== "state") return remembered;
  return await judgedView(at, pull, remembered.state);
}

async function judgedView({ place, appId }: At, pull: Pull, state: GateState): Promise<GateView> {
  const [approvals, enforcement] = await Promise.all([
    approvalFacts(place, pull, state),
    enforcementFor(place.github, pull.base.ref, appId),
  ]);
  const gate = judgeGate({
    level: state.level,
    draft: state.draft,
    problems: state.problems,
    draftNow: pull.draft,
    sameTarget: sha256(pull.base.ref) === state.target,
    approvals,
  });
  return { kind: "judged", state, gate, enforcement };
}

type Remembered = { kind: "state"; state: GateState } | (GateView & { kind: "running" | "unverified" });

/** From the check run on this head, else from the run that the head's commit names: the event of its end may have been lost. */
async function stateFor(at: At, { pull, checks }: Omit<Seen, "same">, news: News): Promise<Remembered> {
  const about = { head: pull.head.sha, repository: at.place.repositoryId };
  const there = checks.map(({ text }) => readState(text, about)).find((state) => state !== null) ?? null;
  const run = news.ended ?? (there === null ? await runOf(at, pull) : null);
  const told = run === null ? null : await stateOfRun(run, pull, { ...at.place, log: at.log, now: at.now });
  const state = told === null ? there : withMemory(told, there);
  if (state !== null) return { kind: "state", state: news.remember?.(state) ?? state };
  if (run !== null && run.status !== "completed" && run.actor.id === at.place.bot) return { kind: "running", run };
  return { kind: "unverified" };
}

/** The run that the head's commit says it was made in. Whoever can push can write that: it finds, it proves nothing. */
async function runOf({ place: { github } }: At, pull: Pull): Promise<Run | null> {
  const commit = (await github.pullCommits(pull.number)).find(({ sha }) => sha === pull.head.sha);
  const id = commit === undefined ? null : runOfCommit(commit.message);
  return id === null ? null : await github.run(id);
}

/** A run that was run again and says the same does not undo what people said about this head. */
function withMemory(told: GateState, there: GateState | null): GateState {
  if (there === null || there.run.id !== told.run.id || there.judgement !== told.judgement) return told;
  const { pushers, accepted, verified, since } = there;
  return { ...told, pushers, accepted, verified, since };
}

/** Writes only what differs: a look every few minutes must not fill anybody's timeline. */
async function write(
  github: GitHub,
  head: string,
  { view, newest }: { view: GateView; newest: ListedCheck | null },
): Promise<void> {
  const check = gateCheck(view);
  if (newest === null) {
    await github.createCheck({ head, ...check });
    return;
  }
  const same =
    newest.externalId === check.externalId &&
    newest.status === check.status &&
    newest.conclusion === (check.conclusion ?? null) &&
    newest.title === check.title &&
    newest.summary === check.summary &&
    newest.text === check.text;
  if (!same) await github.updateCheck(newest.id, check);
}
