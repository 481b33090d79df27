import type { Judgement } from "../handoff/verdict.ts";

/** A judgement as sentences, for the terminal and for the risk section of a pull request. Plain text: whoever shows it neutralises it. */
interface Explanation {
  headline: string;
  /** One per reason, strictest first: level, what was seen, why it matters. */
  reasons: string[];
  /** What has to happen before a merge; empty when nothing has to. */
  requirements: string[];
  lower: string[];
}

/** What is known beside the judgement. */
interface Circumstances {
  /** Whether the checks were run for it: without them a level says little. */
  checksRun: boolean;
}

/** Says a judgement in words. Nothing is decided here. */
export function explainJudgement(judgement: Judgement, { checksRun }: Circumstances): Explanation {
  return {
    headline: headline(judgement, checksRun),
    reasons: judgement.reasons.map(({ level, saw, message }) => `${level}: ${saw} — ${message}`),
    requirements: requirements(judgement),
    lower: judgement.lower,
  };
}

/** The same as lines for a terminal. */
export function explanationLines(judgement: Judgement, known: Circumstances): string[] {
  const { headline, reasons, requirements, lower } = explainJudgement(judgement, known);
  return [
    headline,
    ...section("Why", reasons),
    ...section("Required", requirements),
    ...section("To lower the level", lower),
  ];
}

function headline({ kind, level, draft }: Judgement, checksRun: boolean): string {
  const risk = `Risk ${level}${checksRun ? "" : " (checks not run; see `airlock verify`)"}`;
  switch (kind) {
    case "publish":
      // Without checks every judgement is a draft, which says nothing of the change.
      return `${risk}${draft && checksRun ? ", as a draft" : ""}.`;
    case "hold":
      return `${risk}. Held: nothing is pushed before a maintainer releases this very change.`;
    case "refuse":
      return `${risk}. Refused: this change is not pushed.`;
  }
}

function requirements({ requirements: { reviewers, security_review, manual_verification } }: Judgement): string[] {
  return [
    ...(reviewers > 0 ? [`${reviewers} ${reviewers === 1 ? "reviewer" : "reviewers"}`] : []),
    ...(security_review ? ["a security review"] : []),
    ...(manual_verification ? ["manual verification"] : []),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  - ${line}`)];
}
