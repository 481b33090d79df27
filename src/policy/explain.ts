import type { Judgement, RuleNode } from "../handoff/verdict.ts";
import { people } from "./owners.ts";

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

/**
 * The tree as plain lines, for `airlock risk --explain` and `/agent why`: each family, then each rule with ✗ (it raised something), ✓ (it
 * looked and is content) or – (it was not asked). Whoever shows the lines neutralises them.
 */
export function treeLines({ tree, auto_merge }: Pick<Judgement, "tree" | "auto_merge">): string[] {
  const families = tree.flatMap(({ family, rules }) => [`${family}:`, ...rules.flatMap(nodeLines)]);
  const merge =
    auto_merge.kind === "allowed"
      ? ["Merging without a person is allowed, at exactly the commit that was judged."]
      : ["Not merged without a person:", ...auto_merge.because.map((why) => `  - ${why}`)];
  return [...families, ...merge];
}

function nodeLines(node: RuleNode): string[] {
  const saw = node.saw === "" ? "" : ` [${node.saw}]`;
  switch (node.kind) {
    case "raised":
      return [
        `  ✗ ${node.rule} (${node.level}): ${node.phrase}${saw}`,
        `      to lower: ${node.lower ?? "nothing in the change does."}`,
      ];
    case "satisfied":
      return [`  ✓ ${node.rule}: ${node.phrase}${saw}`];
    case "not-asked":
      return [`  – ${node.rule}: ${node.phrase}`];
  }
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

function requirements({
  requirements: { reviewers, security_review, manual_verification, owners },
}: Judgement): string[] {
  return [
    ...(reviewers > 0 ? [`${reviewers} ${reviewers === 1 ? "reviewer" : "reviewers"}`] : []),
    ...(security_review ? ["a security review"] : []),
    ...(manual_verification ? ["manual verification"] : []),
    ...owners.map((group) => `among the reviewers ${people(group)}, for ${group.paths.join(", ")}`),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  - ${line}`)];
}
