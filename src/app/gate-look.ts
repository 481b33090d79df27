import { explain } from "../errors.ts";
import type { GitHub, ListedCheck, Pull, Run } from "../github/github.ts";
import { sha256 } from "../handoff/seal.ts";
import { judgeGate } from "../policy/gate.ts";
import type { ApprovalFacts } from "../policy/approvals.ts";
import type { CommitPeople } from "../policy/contributors.ts";
import { runOfCommit } from "../record/commit-message.ts";
import type { GateView } from "../record/gate-check.ts";
import { type GateState, readState } from "../record/gate-state.ts";
import { bearsOurMarks, isOurPull } from "../record/own-pull.ts";
import { policyCheckName } from "../record/policy-check-name.ts";
import { enforcementFor } from "../record/readiness.ts";
import { approvalFacts, collaboratorsIfTold } from "./approval-facts.ts";
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

/** What has changed beside GitHub itself. The functions may be called again with the same words. */
export interface News {
  /** A run that has ended, whose papers replace what was remembered of it. */
  ended?: Run;
  /** Changes what is remembered of the head, whatever the gate says; called only where there is something remembered. */
  remember?: (state: GateState) => GateState;
  /** The same for a person's word, which counts only where the head is judged: what is answered with no must not be kept. */
  word?: (state: GateState) => GateState;
}

export interface At {
  place: GatePlace;
  appId: number;
  log: Log;
  now: number;
}

/** What the gate sees at one moment. */
export interface Look {
  pull: Pull;
  view: GateView;
  /** What keeps a fact that decides from being read; null when everything was read. */
  failure: unknown;
}

/** What GitHub tells of a head before anything is judged. */
export interface Head {
  /** Newest first. */
  checks: readonly ListedCheck[];
  /** What is remembered of it; null when there is nothing that can be read. */
  there: GateState | null;
}

/** The App's checks on a commit, and what is remembered in them. */
export async function headOf({ github, repositoryId }: GatePlace, head: string): Promise<Head> {
  const checks = await github.checks(head, policyCheckName);
  const states = checks.map(({ text }) => readState(text, { head, repository: repositoryId }));
  return { checks, there: states.find((state) => state !== null) ?? null };
}

/**
 * Reads everything that decides over a pull request's head. Out: null when no open pull request has this head. A head of ours of which
 * something cannot be read is seen as `unreadable`. Rejects when even whose head it is cannot be told.
 */
export async function lookAt(at: At, asked: Pull, head: Head, news: News): Promise<Look | null> {
  const { repositoryId } = at.place;
  try {
    return await lookWhole(at, asked, head, news);
  } catch (failure) {
    const isOurs = head.there !== null || (asked.state === "open" && isOurPull(asked, repositoryId));
    if (!isOurs) throw failure;
    return { pull: asked, ...unreadable(failure, head.there) };
  }
}

async function lookWhole(at: At, asked: Pull, { there }: Head, news: News): Promise<Look | null> {
  const { github, repositoryId } = at.place;
  const others = (await github.pullsAt(asked.head.sha)).filter(({ number }) => number !== asked.number);
  const open = [asked, ...others].filter(({ state }) => state === "open").toSorted((a, b) => a.number - b.number);
  const ours = open.find((pull) => isOurPull(pull, repositoryId));
  const pull = ours ?? open[0];
  if (pull === undefined) return null;
  const remembered = await stateFor(at, { pull, there }, news);
  // A commit that a run of ours published stays ours, whoever opens a pull request with it.
  if (ours === undefined && remembered.kind === "unverified")
    return { pull, view: { kind: remembered.isMarked ? "unread" : "foreign" }, failure: null };
  const state = remembered.kind === "state" ? remembered.state : null;
  const targets = [...new Set(open.map(({ base }) => base.ref))];
  if (targets.length > 1) return { pull, view: { kind: "two-targets", targets, state }, failure: null };
  if (remembered.kind === "unverified") return { pull, view: { kind: "unverified" }, failure: null };
  if (remembered.kind === "running") return { pull, view: remembered, failure: null };
  const said = news.word?.(remembered.state) ?? remembered.state;
  try {
    return { pull, view: await judgedView(at, pull, said), failure: null };
  } catch (failure) {
    return { pull, ...unreadable(failure, state) };
  }
}

function unreadable(failure: unknown, state: GateState | null): Pick<Look, "view" | "failure"> {
  return { view: { kind: "unreadable", why: explain(failure).message, state }, failure };
}

async function judgedView({ place, appId }: At, pull: Pull, state: GateState): Promise<GateView> {
  const judge = (approvals: ApprovalFacts) =>
    judgeGate({
      level: state.level,
      draft: state.draft,
      problems: state.problems,
      draftNow: pull.draft,
      sameTarget: sha256(pull.base.ref) === state.target,
      approvals,
    });
  const [approvals, enforcement] = await Promise.all([
    approvalFacts(place, pull, state),
    enforcementFor(place.github, pull.base.ref, appId),
  ]);
  const gate = judge(approvals);
  if (gate.outcome.kind === "met") return { kind: "judged", state, gate, enforcement };
  // Who else has access only tells waiting from what can never be met.
  const collaborators = approvals.collaborators ?? (await collaboratorsIfTold(place.github));
  return { kind: "judged", state, gate: judge({ ...approvals, collaborators }), enforcement };
}

type Remembered =
  | { kind: "state"; state: GateState }
  | (GateView & { kind: "running" })
  /** `isMarked`: it bears the marks of a commit of ours, and nobody can tell any more whether it is one. */
  | { kind: "unverified"; isMarked: boolean };

/** From the check run on this head, else from the run that the head's commit names: the event of its end may have been lost. */
async function stateFor(
  at: At,
  { pull, there }: { pull: Pull; there: GateState | null },
  news: News,
): Promise<Remembered> {
  const commit = there === null ? await headCommit(at, pull) : null;
  const run = news.ended ?? (await runOf(at, commit));
  const told = run === null ? null : await stateOfRun(run, pull, { ...at.place, log: at.log, now: at.now });
  const state = told?.kind === "state" ? withMemory(told.state, there) : there;
  if (state !== null) return { kind: "state", state: news.remember?.(state) ?? state };
  if (run !== null && run.status !== "completed" && run.actor.id === at.place.bot) return { kind: "running", run };
  return { kind: "unverified", isMarked: told?.kind !== "another" && commit !== null && bearsOurMarks(commit) };
}

/** null: GitHub does not list it, because it lists only so many of a pull request. */
async function headCommit({ place: { github } }: At, pull: Pull): Promise<CommitPeople | null> {
  return (await github.commitPeople(pull.number)).find(({ sha }) => sha === pull.head.sha) ?? null;
}

/** The run that a commit says it was made in. Whoever can push can write that: it finds, it proves nothing. */
async function runOf({ place: { github } }: At, commit: CommitPeople | null): Promise<Run | null> {
  const id = commit === null ? null : runOfCommit(commit.message);
  return id === null ? null : await github.run(id);
}

/** A run that was run again and says the same does not undo what people said about this head. */
function withMemory(told: GateState, there: GateState | null): GateState {
  if (there === null || there.run.id !== told.run.id || there.judgement !== told.judgement) return told;
  const { pushers, accepted, verified, since } = there;
  return { ...told, pushers, accepted, verified, since };
}
