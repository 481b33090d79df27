import type { Pull, Run } from "../github/github.ts";
import type { Stop } from "../handoff/stop.ts";
import { endsWithAnswer, RunVerb } from "../handoff/task.ts";
import { partialRule, type Verdict } from "../handoff/verdict.ts";
import {
  cell,
  joined,
  type KnownSecrets,
  link,
  neutralise,
  ours,
  type Outgoing,
  quote,
  word,
} from "../text/outgoing.ts";
import { costOf } from "./body.ts";
import { checksLine } from "./checks-line.ts";
import { failureLines } from "./ci-facts.ts";
import { levelMark, requirementSentence } from "./requirements.ts";
import { roundStatus } from "./round-status.ts";
import { sentence } from "./sentence.ts";
import type { ShownReport, ShownSolution, ShownTask } from "./shown-papers.ts";
import type { StatusState } from "./status-comment.ts";
import { verifiedState } from "./verified.ts";

/** UTF-16 code units of the agent's own words and of one reason, and reasons that are shown. */
const saidMax = 1_500;
const reasonMax = 300;
const reasonsMax = 20;

/** What a finished run left behind, as far as it could be read. Display data: an earlier job of the run could have written it. */
export interface RunPapers {
  task: ShownTask | null;
  solution: ShownSolution | null;
  report: ShownReport | null;
  verdict: Verdict | null;
  stop: Stop | null;
}

/** What GitHub itself says of what the papers claim. */
export interface RunEvidence {
  /** What was asked, by the run's name. */
  verb: string;
  /** Whether the pull request that the Verdict names carries the commit of this run under this very judgement. */
  confirmed: boolean;
  /** The pull request that an earlier attempt of this run opened, when the Stop says that it answers the request. */
  own: Pull | null;
}

export interface FinalState {
  state: StatusState & { kind: "finished" | "refused" | "failed" | "info" };
  reaction: "rocket" | "confused" | "-1";
}

type Final = FinalState["state"];

/**
 * The visible end of a run: every accepted command ends in one (promise 12). Any job of the run can leave any paper, so a
 * published change is believed only when GitHub confirms it, and another end of publish only of a run that ended well.
 * That a run is a duplicate is no end of a request: whoever shows ends asks the list of runs for that, never a paper.
 */
export function finalState(run: Run, papers: RunPapers & RunEvidence, known: KnownSecrets): FinalState {
  const { verdict, stop, own } = papers;
  if (own !== null) return answeredBefore(own, run);
  if (verdict !== null && verdict.published !== null)
    return papers.confirmed ? withPull(verdict, verdict.published, { run, papers, known }) : unconfirmed();
  if (verdict !== null && run.conclusion === "success" && papers.verb === "verify") {
    const state = verifiedState(verdict, papers.report, known);
    return { reaction: state.kind === "finished" ? "rocket" : "confused", state };
  }
  if (verdict !== null && run.conclusion === "success")
    return onlyAnswered(verdict, { run, papers, known }) ?? withoutPull(verdict, papers, known);
  if (stop !== null) return withStop(stop, papers, known);
  const answer = papers.solution?.answer;
  if (answer !== undefined && answers(papers.verb) && run.conclusion === "success")
    return answered(answer, papers, known);
  return failed(...withoutPaper(run.conclusion, papers));
}

function withPull(
  verdict: Verdict,
  published: NonNullable<Verdict["published"]>,
  { run, papers, known }: { run: Run; papers: RunPapers; known: KnownSecrets },
): FinalState {
  const round = roundOf(verdict, { run, papers, known });
  const refused = published.not_applied
    .slice(0, reasonsMax)
    .map((text) => ours`- ${cell(text.slice(0, reasonMax), known)}`);
  return {
    reaction: "rocket",
    state: {
      kind: "finished",
      headline: round?.headline ?? whereItStands(verdict, published, run),
      details: [
        ...(round?.details ?? []),
        ...risk(verdict, papers, known),
        ...(refused.length === 0 ? [] : [ours`Not applied:\n${joined(refused, "\n")}`]),
      ],
      next: ours`review it there. Its workflows start when a person allows them.`,
    },
  };
}

function whereItStands(verdict: Verdict, published: NonNullable<Verdict["published"]>, run: Run): Outgoing {
  const pull = link(ours`pull request #${published.pull_request}`, published.url, homeOf(run));
  const draft = verdict.draft ? ours` as a draft, because ${draftCause(verdict)}` : ours``;
  return ours`The change stands in ${pull}${draft}.`;
}

/** null: the run was no round of review. */
function roundOf(
  { round, published }: Verdict,
  { run, papers, known }: { run: Run; papers: RunPapers; known: KnownSecrets },
): ReturnType<typeof roundStatus> | null {
  if (round === undefined) return null;
  return roundStatus(round, { published, solution: papers.solution, home: homeOf(run), known });
}

/** A round in which every point was declined: there is no change to look at, and policy has nothing to say of it. */
function onlyAnswered(
  verdict: Verdict,
  about: { run: Run; papers: RunPapers; known: KnownSecrets },
): FinalState | null {
  const isEmpty = verdict.published === null && verdict.round?.commits === 0;
  const round = isEmpty ? roundOf(verdict, about) : null;
  if (round === null) return null;
  const { headline, details } = round;
  const next = ours`read the answers; where one does not convince you, say so in its thread and comment \`/agent fix\` again.`;
  const all = [...details, ...facts(about.papers, about.known)];
  return { reaction: "rocket", state: { kind: "finished", headline, details: all, next } };
}

/** Why a pull request is a draft, as the rest of a sentence. */
export function draftCause({ reasons }: Pick<Verdict, "reasons">): Outgoing {
  return reasons.some(({ rule }) => rule === partialRule)
    ? ours`the agent stopped at a limit: it is a partial result`
    : ours`a check regressed or did not run`;
}

/** Whether the verb asks for an answer: another run's solve cannot show one. */
function answers(name: string): boolean {
  const verb = RunVerb.safeParse(name);
  return verb.success && endsWithAnswer({ verb: verb.data });
}

/** The run ended after solve, because it was asked for an answer. */
function answered(answer: string, papers: RunPapers, known: KnownSecrets): FinalState {
  const details = [...failureLines(papers.task, known), neutralise(answer, known), ...facts(papers, known)];
  const next = ours`this is the model's word, from a read-only look at the code: nothing was changed and nothing was checked.`;
  return { reaction: "rocket", state: { kind: "finished", headline: ours`The answer:`, details, next } };
}

function unconfirmed(): FinalState {
  return failed(
    ours`The run says that it published a change, but GitHub does not confirm it: the pull request or its commit is not this run's.`,
    [],
    ours`look at the run and at who can push here; then comment \`/agent fix\` again.`,
  );
}

/** A run that was run again: its request was answered before, and the answer stays. */
function answeredBefore({ number, url, state, merged }: Pull, run: Run): FinalState {
  const pull = link(ours`pull request #${number}`, url, homeOf(run));
  if (state === "closed" && !merged)
    return refusedAs("confused", {
      headline: ours`This run was answered by ${pull} already, which is closed.`,
      details: [],
      next: ours`comment \`/agent fix\` again for a new one.`,
    });
  const headline = ours`The change stands in ${pull}, since an earlier attempt of this run.`;
  const next = merged ? ours`` : ours`review it there. Its workflows start when a person allows them.`;
  return { reaction: "rocket", state: { kind: "finished", headline, details: [], next } };
}

function homeOf(run: Run): string {
  return run.url.split("/actions/runs/")[0] ?? "";
}

function risk(verdict: Verdict, papers: RunPapers, known: KnownSecrets): Outgoing[] {
  return [
    ours`Risk ${levelMark[verdict.level]}. ${requirementSentence(verdict.requirements, known)}`,
    ...facts(papers, known),
  ];
}

function withoutPull(verdict: Verdict, papers: RunPapers, known: KnownSecrets): FinalState {
  const reasons = verdict.reasons
    .slice(0, reasonsMax)
    .map(({ message }) => ours`- ${cell(message.slice(0, reasonMax), known)}`);
  const why = reasons.length === 0 ? [] : [joined(reasons, "\n")];
  const headline =
    verdict.kind === "refuse"
      ? ours`Policy refuses this change; nothing was pushed.`
      : ours`Policy holds this change; nothing was pushed.`;
  const next = ours`read the patch in the run's artifacts. To take it over, apply it by hand.`;
  return refusedAs("confused", { headline, details: [...risk(verdict, papers, known), ...why], next });
}

function withStop(stop: Stop, papers: RunPapers, known: KnownSecrets): FinalState {
  const headline = sentence(stop.message, known);
  const next = sentence(stop.next, known);
  const said = stop.said?.slice(0, saidMax) ?? "";
  const details = [
    ...(said.trim() === "" ? [] : [ours`The agent says:\n\n${quote(said, known)}`]),
    ...facts(papers, known),
  ];
  switch (stop.kind) {
    case "failed":
    case "limit":
      return failed(ours`In phase ${word(stop.phase, known)}: ${headline}`, details, next);
    case "not-allowed":
      return refusedAs("-1", { headline, details, next });
    case "duplicate":
    case "expired":
    case "not-available":
    case "edited":
    case "not-a-command":
    case "not-dispatched-by-us":
    case "issue-closed":
    case "recently-edited":
    case "head-moved":
    case "already-done":
    case "rounds":
    case "no-change":
    case "gave-up":
    case "refused":
      return refusedAs("confused", { headline, details, next });
  }
}

/** Without a last paper the jobs' conclusion tells; the last paper that is there tells where. */
function withoutPaper(
  conclusion: string | null,
  { task, solution, report }: RunPapers,
): [Outgoing, Outgoing[], Outgoing] {
  const after =
    report !== null ? ours`publish` : solution !== null ? ours`verify` : task !== null ? ours`solve` : ours`gate`;
  const again = ours`read the run's log; then comment \`/agent fix\` again.`;
  if (conclusion === "cancelled")
    return [
      ours`The run was cancelled in phase ${after}.`,
      [],
      ours`comment \`/agent fix\` again when it should go on.`,
    ];
  if (conclusion === "timed_out") return [ours`Phase ${after} took longer than its job may.`, [], again];
  if (conclusion === "startup_failure") {
    return [
      ours`GitHub could not start the workflow.`,
      [],
      ours`compare \`.github/workflows/airlock.yml\` with the one of the release you use.`,
    ];
  }
  return [ours`The run ended in phase ${after} without leaving a result.`, [], again];
}

/** One line on the checks and one on the cost, as far as the run came. */
function facts({ solution, report }: RunPapers, known: KnownSecrets): Outgoing[] {
  return [
    ...(report === null ? [] : [checksLine(report.checks, known)]),
    // Nobody worked where no turn was taken.
    ...(solution === null || solution.usage.turns === 0 ? [] : [ours`Cost: ${costOf(solution.usage)}.`]),
  ];
}

function refusedAs(reaction: FinalState["reaction"], state: Omit<Final, "kind">): FinalState {
  return { reaction, state: { kind: "refused", ...state } };
}

function failed(headline: Outgoing, details: Outgoing[], next: Outgoing): FinalState {
  return { reaction: "confused", state: { kind: "failed", headline, details, next } };
}
