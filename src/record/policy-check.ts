import type { CheckRun, Pull, Run } from "../github/github.ts";
import type { Verdict } from "../handoff/verdict.ts";
import { cell, clipped, code, joined, type KnownSecrets, ours, type Outgoing } from "../text/outgoing.ts";
import { judgementDigest, judgementOfCommit } from "./commit-message.ts";
import { draftCause } from "./final-state.ts";
import { levelMark, requirementPhrases, requirementSentence } from "./requirements.ts";

/** The name people put into branch protection. */
export const policyCheckName = "airlock";

/** UTF-16 code units of a reason's message and of what it saw. */
const reasonMax = 300;

/** The key under which a run's check is found again: one per run and attempt. */
export function policyCheckId(run: Pick<Run, "id" | "attempt">): string {
  return `run:${run.id}:${run.attempt}`;
}

export interface PolicyFacts {
  verdict: Verdict;
  pull: Pull;
  run: Run;
  /** Message of the commit at the pull request's head. */
  headMessage: string;
}

/**
 * The check run on the pull request's head. `success` only when nothing is left for a person: published as low with no
 * reviewer, not a draft, the very commit that was verified, by a run that ended well as a whole. The Verdict is read from an
 * artifact, which another job of the run might replace; so it counts only if the commit, which only publish can push, carries
 * the digest of the same judgement.
 */
export function policyCheck(facts: PolicyFacts, known: KnownSecrets): CheckRun & { head: string } {
  const open = openPoints(facts, known);
  const { verdict, pull, run } = facts;
  const level = levelMark[verdict.level];
  const done = open.length === 0;
  return {
    name: policyCheckName,
    head: pull.head.sha,
    externalId: policyCheckId(run),
    status: "completed",
    conclusion: done ? "success" : "action_required",
    title: done ? ours`Risk ${level}: no review required` : ours`Risk ${level}: ${joined(open.slice(0, 1), "")}`,
    summary: summary(verdict, open, known),
    detailsUrl: run.url,
  };
}

function openPoints({ verdict, pull, run, headMessage }: PolicyFacts, known: KnownSecrets): Outgoing[] {
  const required = requirementPhrases(verdict.requirements, known);
  return [
    ...(run.conclusion === "success" ? [] : [ours`the run did not end well`]),
    ...(verdict.kind === "publish" ? [] : [ours`policy did not release this change`]),
    ...(verdict.published?.commit === pull.head.sha ? [] : [ours`the head is not the commit that was verified`]),
    ...(judgementOfCommit(headMessage) === judgementDigest(verdict)
      ? []
      : [ours`the commit was published under another judgement`]),
    ...(required.length === 0 ? [] : [ours`${joined(required, ", ")}`]),
    ...(verdict.level !== "low" && required.length === 0 ? [ours`a person's decision`] : []),
    ...(verdict.draft ? [draftCause(verdict)] : []),
  ];
}

function summary(verdict: Verdict, open: readonly Outgoing[], known: KnownSecrets): Outgoing {
  const reasons = verdict.reasons
    .slice(0, 50)
    .map(
      ({ level, message, saw }) =>
        ours`- **${cell(level, known)}**: ${cell(message.slice(0, reasonMax), known)} ${code(saw.slice(0, reasonMax), known)}`,
    );
  const parts = [
    requirementSentence(verdict.requirements, known),
    ...(open.length === 0 ? [] : [ours`Open: ${joined(open, "; ")}.`]),
    joined(reasons, "\n"),
  ];
  return clipped(
    joined(
      parts.filter((text) => text !== ""),
      "\n\n",
    ),
  );
}
