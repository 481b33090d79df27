import type { RiskLevel } from "../config.ts";
import type { Judgement } from "../handoff/verdict.ts";
import { checks } from "./checks.ts";
import type { Facts } from "./facts.ts";
import { otherFindings, secrets } from "./findings.ts";
import { levels, strictest, type Opinion } from "./opinion.ts";
import { addedPackages } from "./packages.ts";
import { pathGlobs } from "./path-globs.ts";
import { pathWords } from "./path-words.ts";
import { brokenConfiguration, invalidChange } from "./problems.ts";
import { protectedParts } from "./protected.ts";
import { size } from "./size.ts";
import { fileTypes } from "./types.ts";

type Rule = (facts: Facts) => Opinion[];

const rules: readonly Rule[] = [
  invalidChange,
  brokenConfiguration,
  protectedParts,
  pathWords,
  pathGlobs,
  checks,
  otherFindings,
  addedPackages,
  fileTypes,
  size,
];

/**
 * What policy says of a change: the strictest level of all reasons, and what that level asks for. Pure; every reason says what it saw.
 * Adding an entry, a finding or a problem to the facts never lowers the level and never turns `refuse` or `hold` into less.
 */
export function judge(facts: Facts): Judgement {
  const opinions = opinionsOf(facts);
  const level = strictest(opinions.map(({ reason }) => reason.level));
  const requirements = requirementsFor(level, opinions, facts);
  const effects = new Set(opinions.map(({ effect }) => effect));
  return {
    kind: kindOf(effects),
    level,
    reasons: opinions.map(({ reason }) => reason).toSorted((a, b) => levels.indexOf(b.level) - levels.indexOf(a.level)),
    findings: [...shownFindings(facts)],
    requirements,
    labels: labelsFor(level, requirements, facts),
    draft: effects.has("draft") || facts.verification.kind === "left-out",
    lower: waysDown(level, opinions),
  };
}

/** A new secret ends the matter: no other rule speaks, because what it would quote (a path, a line) may hold the secret. */
function opinionsOf(facts: Facts): Opinion[] {
  const found = secrets(facts);
  return found.length > 0 ? found : rules.flatMap((rule) => rule(facts));
}

function shownFindings(facts: Facts): Facts["findings"] {
  const found = facts.findings.filter(({ rule }) => rule === "secret");
  return found.length > 0 ? found : facts.findings;
}

function kindOf(effects: ReadonlySet<Opinion["effect"]>): Judgement["kind"] {
  if (effects.has("refuse")) return "refuse";
  return effects.has("hold") ? "hold" : "publish";
}

function requirementsFor(level: RiskLevel, opinions: readonly Opinion[], { risk }: Facts): Judgement["requirements"] {
  const asked = risk[level];
  const least = opinions.some(({ needsPerson }) => needsPerson) ? 1 : 0;
  return { ...asked, reviewers: Math.max(asked.reviewers, least) };
}

function labelsFor(level: RiskLevel, requirements: Judgement["requirements"], { labels }: Facts): string[] {
  return [
    `${labels.risk_prefix}${level}`,
    ...(requirements.reviewers > 0 ? [`${labels.review_prefix}${requirements.reviewers}`] : []),
    ...(requirements.security_review ? [labels.security_review] : []),
    ...(requirements.manual_verification ? [labels.manual_verification] : []),
  ];
}

/** What takes every reason of the top level away, and where that leads, as far as other rules spoke. Nothing is below low. */
function waysDown(level: RiskLevel, opinions: readonly Opinion[]): string[] {
  if (level === "low") return [];
  const top = opinions.filter(({ reason }) => reason.level === level);
  const others = opinions.filter((one) => !top.includes(one));
  const steps = new Set(top.flatMap(({ lower }) => (lower === null ? [] : [lower])));
  if (others.length === 0) return [...steps];
  const next = strictest(others.map(({ reason }) => reason.level));
  return [...steps, `Without ${top.length === 1 ? "this reason" : "these reasons"} the level would be ${next}.`];
}
