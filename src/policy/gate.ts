import type { RiskLevel } from "../config.ts";
import type { Requirements } from "../handoff/verdict.ts";
import { type Approvals, judgeApprovals, type ApprovalFacts, type Outcome } from "./approvals.ts";
import type { Condition } from "./condition.ts";

/** What a run left to say about the head that it published, beyond what people must do. */
export const runProblems = [
  "run-failed",
  "not-released",
  "other-judgement",
  "too-many-findings",
  "too-many-owners",
] as const;
export type RunProblem = (typeof runProblems)[number];

export interface GateFacts {
  level: RiskLevel;
  /** Whether policy made it a draft: a check regressed or did not run. */
  draft: boolean;
  problems: readonly RunProblem[];
  /** Whether the pull request is a draft on GitHub now. */
  draftNow: boolean;
  /** Whether it goes where it was judged to go. */
  sameTarget: boolean;
  /** With what policy asks for; people may be needed beyond it. */
  approvals: ApprovalFacts;
}

/** What holds at merge time, as one list. */
export interface Gate {
  outcome: Outcome;
  conditions: Condition[];
  ignored: string[];
}

const problemWords: Record<RunProblem, { name: string; missing: string }> = {
  "run-failed": { name: "The run ended well", missing: "The run did not end well." },
  "not-released": { name: "Policy releases this change", missing: "Policy did not release this change." },
  "other-judgement": {
    name: "The commit carries the judgement",
    missing: "The commit was published under another judgement than the run's papers tell.",
  },
  "too-many-findings": {
    name: "The findings can be read one by one",
    missing: "There are more blocking findings than can be accepted one by one.",
  },
  "too-many-owners": {
    name: "The owners can be remembered",
    missing: "Its paths have more owners than the check can remember. A smaller change has fewer.",
  },
};

/**
 * Whether our pull request may be merged now. Pure. What no review can mend comes first; a change that is not low, or that policy
 * made a draft, needs one person whatever the configuration asks.
 */
export function judgeGate(facts: GateFacts): Gate {
  const people = judgeApprovals({ ...facts.approvals, requirements: peopleFor(facts) });
  const own = [
    ...facts.problems.map((problem) => ({ ...problemWords[problem], holds: false, saw: "no" })),
    ...places(facts),
  ];
  const open = own.filter(({ holds }) => !holds);
  return {
    outcome: together(
      open.map(({ missing }) => missing),
      people.outcome,
    ),
    conditions: [...own.map(({ name, holds, saw }) => ({ name, holds, saw })), ...people.conditions],
    ignored: people.ignored,
  };
}

/** What people must do: what policy asks for, and at least one review where a person must decide. */
export function peopleFor({
  level,
  draft,
  approvals: { requirements, blocking },
}: Pick<GateFacts, "level" | "draft"> & { approvals: Pick<ApprovalFacts, "requirements" | "blocking"> }): Requirements {
  const least = level !== "low" || draft || blocking.length > 0 ? 1 : 0;
  return { ...requirements, reviewers: Math.max(requirements.reviewers, least) };
}

function places({ draftNow, sameTarget }: GateFacts) {
  return [
    ...(draftNow
      ? [
          {
            name: "It is no draft",
            holds: false,
            saw: "a draft",
            missing: "Somebody must mark it as ready for review.",
          },
        ]
      : []),
    ...(sameTarget
      ? []
      : [
          {
            name: "It goes where it was judged to go",
            holds: false,
            saw: "another branch",
            missing: "Its target is not the branch for which it was judged.",
          },
        ]),
  ];
}

function together(missing: readonly string[], people: Approvals["outcome"]): Outcome {
  switch (people.kind) {
    case "cannot":
      return people;
    case "waiting":
      return { kind: "waiting", missing: [...missing, ...people.missing] };
    case "met":
      return missing.length === 0 ? people : { kind: "waiting", missing: [...missing] };
  }
}
