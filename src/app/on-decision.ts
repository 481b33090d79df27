import type { Person } from "../handoff/identity.ts";
import type { Verdict } from "../handoff/verdict.ts";
import type { GitHub } from "../github/github.ts";
import { judgementDigest } from "../record/commit-message.ts";
import type { GateView } from "../record/gate-check.ts";
import { type GateState, stateItemsMax } from "../record/gate-state.ts";
import { sentence } from "../record/sentence.ts";
import type { StatusState } from "../record/status-comment.ts";
import { explainGate } from "../record/why.ts";
import type { Decision } from "../request/decision.ts";
import { ours } from "../text/outgoing.ts";
import type { GateKeeper, Shown } from "./gate-keeper.ts";
import type { GatePlace } from "./gate-look.ts";
import type { Log } from "./log.ts";
import { runPapers } from "./run-papers.ts";

export interface Decided {
  decision: Exclude<Decision, { kind: "unclear" }>;
  by: Person;
  /** The pull request. */
  pull: number;
  /** When the comment was written: it is about the head of that moment. */
  at: string;
}

/**
 * Carries out `/agent accept`, `verified` or `why`. What a person says is remembered in the check run of this very head; a comment is never
 * read again. Out: the answer to show. In: a person whose authority was asked.
 */
export async function decide(
  { decision, by, pull, at }: Decided,
  place: GatePlace,
  { gate, log }: { gate: GateKeeper; log: Log },
): Promise<StatusState> {
  let refusal: string | null = null;
  const word = (state: GateState): GateState => {
    const answer = applied(decision, { by, at }, state);
    if (answer.kind === "state") return answer.state;
    refusal = answer.why;
    return state;
  };
  const shown = await gate.refresh(place, pull, { word });
  if (shown === null) return refused("The pull request is not open any more.", "Reopen it, then comment again.");
  if (shown.view.kind !== "judged") return notJudged(decision, shown.view);
  if (refusal !== null) return refused(refusal, "Look at the check `airlock`, then write a new comment.");
  if (decision.kind === "why") return await why(shown, shown.view, { place, log });
  return remembered(decision, shown);
}

type Applied = { kind: "state"; state: GateState } | { kind: "refused"; why: string };

/** Pure: what a word changes in what is remembered of a head. */
function applied(decision: Decided["decision"], given: { by: Person; at: string }, state: GateState): Applied {
  if (decision.kind === "why") return { kind: "state", state };
  if (Date.parse(given.at) < Date.parse(state.since))
    return {
      kind: "refused",
      why: `The head changed: it is ${state.head.slice(0, 12)} only since after your comment.`,
    };
  switch (decision.kind) {
    case "accept": {
      const { finding } = decision;
      if (!state.blocking.some(({ id }) => id === finding))
        return { kind: "refused", why: `There is no blocking finding \`${finding}\` on this head.` };
      const others = state.accepted.filter((one) => one.finding !== finding || one.by.id !== given.by.id);
      return room({ ...state, accepted: [...others, { ...given, finding }] });
    }
    case "verified": {
      if (!state.head.startsWith(decision.head))
        return {
          kind: "refused",
          why: `The head is \`${state.head.slice(0, 12)}\`, not \`${decision.head.slice(0, 12)}\`.`,
        };
      const others = state.verified.filter((one) => one.by.id !== given.by.id);
      return room({ ...state, verified: [...others, given] });
    }
  }
}

function room(state: GateState): Applied {
  const full = Math.max(state.accepted.length, state.verified.length) > stateItemsMax;
  return full
    ? { kind: "refused", why: "This head holds more words than can be remembered." }
    : { kind: "state", state };
}

function notJudged(decision: Decided["decision"], view: GateView): StatusState {
  const { headline, details } = explainGate(view, null);
  return decision.kind === "why"
    ? { kind: "info", headline, details, next: ours`` }
    : { kind: "refused", headline, details, next: ours`` };
}

async function why(
  shown: Shown,
  view: GateView & { kind: "judged" },
  { place, log }: { place: GatePlace; log: Log },
): Promise<StatusState> {
  const { headline, details } = explainGate(view, await verdictOf(view.state, place, log));
  const next = view.gate.outcome.kind === "met" ? ours`` : ours`see the check \`airlock\` on #${shown.pull.number}.`;
  return { kind: "info", headline, details, next };
}

/** The run's Verdict, believed only under the digest that the gate remembers. */
async function verdictOf(state: GateState, { github, repositoryId }: GatePlace, log: Log): Promise<Verdict | null> {
  const run = await attemptOf(github, state);
  if (run === null) return null;
  const { verdict } = await runPapers(github, run, { repositoryId, log });
  return verdict !== null && judgementDigest(verdict) === state.judgement ? verdict : null;
}

async function attemptOf(github: GitHub, { run: { id, attempt } }: GateState) {
  const run = await github.run(id);
  return run === null ? null : { ...run, attempt };
}

function remembered(decision: Exclude<Decided["decision"], { kind: "why" }>, { view }: Shown): StatusState {
  const { headline, details } = explainGate(view, null);
  const said =
    decision.kind === "accept"
      ? ours`Finding \`${sentence(decision.finding, [])}\` is accepted for this head.`
      : ours`This head counts as tried out, if your word may count for it.`;
  return { kind: "finished", headline: ours`${said} ${headline}`, details: details.slice(0, 1), next: ours`` };
}

function refused(message: string, next: string): StatusState {
  return { kind: "refused", headline: sentence(message, []), details: [], next: sentence(next, []) };
}
