import type { Run } from "../github/github.ts";
import type { CheckResult, Report } from "../handoff/report.ts";
import type { Solution } from "../handoff/solution.ts";
import type { Stop } from "../handoff/stop.ts";
import type { Task } from "../handoff/task.ts";
import type { Verdict } from "../handoff/verdict.ts";
import { cell, joined, type KnownSecrets, link, neutralise, ours, type Outgoing, word } from "../text/outgoing.ts";
import { costOf } from "./body.ts";
import { levelMark, requirementSentence } from "./requirements.ts";
import type { StatusState } from "./status-comment.ts";

/** What a finished run left behind, as far as it could be read. Display data: an earlier job of the run could have written it. */
export interface RunPapers {
  task: Task | null;
  solution: Solution | null;
  report: Report | null;
  verdict: Verdict | null;
  stop: Stop | null;
}

export interface FinalState {
  state: StatusState & { kind: "finished" | "refused" | "failed" };
  reaction: "rocket" | "confused" | "-1";
}

type Final = FinalState["state"];

/**
 * The visible end of a run. Out: null for a duplicate, whose request another run answers; otherwise always a state: every
 * accepted command ends in one (promise 12).
 */
export function finalState(run: Run, papers: RunPapers, known: KnownSecrets): FinalState | null {
  const { verdict, stop } = papers;
  if (verdict !== null) return withVerdict(run, verdict, papers, known);
  if (stop !== null) return stop.kind === "duplicate" ? null : withStop(stop, papers, known);
  return failed(...withoutPaper(run.conclusion, papers));
}

function withVerdict(run: Run, verdict: Verdict, papers: RunPapers, known: KnownSecrets): FinalState {
  const { published } = verdict;
  const details = [
    ours`Risk ${levelMark[verdict.level]}. ${requirementSentence(verdict.requirements)}`,
    ...facts(papers, known),
  ];
  if (published !== null) {
    const home = run.url.split("/actions/runs/")[0] ?? "";
    const pull = link(ours`pull request #${published.pull_request}`, published.url, home);
    const draft = verdict.draft ? ours` as a draft, because a check regressed or did not run` : ours``;
    const refused = published.not_applied.map((sentence) => ours`- ${cell(sentence, known)}`);
    return {
      reaction: "rocket",
      state: {
        kind: "finished",
        headline: ours`The change stands in ${pull}${draft}.`,
        details: [...details, ...(refused.length === 0 ? [] : [ours`Not applied:\n${joined(refused, "\n")}`])],
        next: ours`review it there. Its workflows start when a person allows them.`,
      },
    };
  }
  const reasons = verdict.reasons.slice(0, 20).map(({ message }) => ours`- ${cell(message, known)}`);
  const why = reasons.length === 0 ? [] : [joined(reasons, "\n")];
  const headline =
    verdict.kind === "refuse"
      ? ours`Policy refuses this change; nothing was pushed.`
      : ours`Policy holds this change; nothing was pushed.`;
  const next = ours`read the patch in the run's artifacts. To take it over, apply it by hand.`;
  return refusedAs("confused", { headline, details: [...details, ...why], next });
}

function withStop(stop: Stop, papers: RunPapers, known: KnownSecrets): FinalState {
  const headline = neutralise(stop.message, known);
  const next = neutralise(stop.next, known);
  const details = facts(papers, known);
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
    case "already-done":
    case "no-change":
    case "gave-up":
    case "refused":
    case "held":
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
    ...(solution === null ? [] : [ours`Cost: ${costOf(solution.usage)}.`]),
  ];
}

function checksLine(checks: readonly CheckResult[], known: KnownSecrets): Outgoing {
  const parts = checks.slice(0, 30).map(({ name, class: result }) => ours`${cell(name, known)} ${cell(result, known)}`);
  return parts.length === 0 ? ours`No check was configured.` : ours`Checks: ${joined(parts, " · ")}.`;
}

function refusedAs(reaction: FinalState["reaction"], state: Omit<Final, "kind">): FinalState {
  return { reaction, state: { kind: "refused", ...state } };
}

function failed(headline: Outgoing, details: Outgoing[], next: Outgoing): FinalState {
  return { reaction: "confused", state: { kind: "failed", headline, details, next } };
}
