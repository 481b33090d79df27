import type { RiskLevel } from "../config.ts";
import type { Judgement } from "../handoff/verdict.ts";
import { autoMerge } from "./auto-merge.ts";
import { checks } from "./checks.ts";
import { covers } from "./covers.ts";
import type { Facts } from "./facts.ts";
import { otherFindings, secrets } from "./findings.ts";
import { lowPaths } from "./low-paths.ts";
import { levels, strictest, type Opinion } from "./opinion.ts";
import { ownerGroups, pathOwners } from "./owners.ts";
import { addedPackages } from "./packages.ts";
import { pathGlobs } from "./path-globs.ts";
import { pathWords } from "./path-words.ts";
import { brokenConfiguration, invalidChange } from "./problems.ts";
import { protectedParts } from "./protected.ts";
import { size } from "./size.ts";
import { type Said, speaks, treeOf } from "./tree.ts";
import { fileTypes } from "./types.ts";

type Rule = (facts: Facts) => Opinion[];

/** Each family has a page of the catalogue of the same name; the order is that of equally strict reasons. */
const rules: readonly { family: string; rule: Rule }[] = [
  { family: "change", rule: invalidChange },
  { family: "configuration", rule: brokenConfiguration },
  { family: "protected", rule: protectedParts },
  { family: "paths", rule: pathWords },
  { family: "paths", rule: pathGlobs },
  { family: "paths", rule: lowPaths },
  { family: "owners", rule: pathOwners },
  { family: "checks", rule: checks },
  { family: "findings", rule: otherFindings },
  { family: "packages", rule: addedPackages },
  { family: "content", rule: fileTypes },
  { family: "content", rule: covers },
  { family: "size", rule: size },
];

/**
 * What policy says of a change: the strictest level of all reasons, and what that level asks for. Pure; every reason says what it saw.
 * Adding an entry, a finding or a problem to the facts never lowers the level and never turns `refuse` or `hold` into less.
 */
export function judge(facts: Facts): Judgement {
  const said = sayings(facts);
  const opinions = said.flatMap((one) => one.opinions);
  const level = strictest(opinions.map(({ reason }) => reason.level));
  const requirements = requirementsFor(level, opinions, facts);
  const effects = new Set(opinions.map(({ effect }) => effect));
  const judged = {
    kind: kindOf(effects),
    level,
    requirements,
    draft: effects.has("draft") || facts.verification.kind === "left-out",
  };
  return {
    ...judged,
    reasons: opinions.map(({ reason }) => reason).toSorted((a, b) => levels.indexOf(b.level) - levels.indexOf(a.level)),
    findings: [...shownFindings(facts)],
    labels: labelsFor(level, requirements, facts),
    lower: waysDown(level, opinions),
    tree: treeOf(facts, said),
    auto_merge: autoMerge(facts, judged),
  };
}

/** A new secret ends the matter: no other rule speaks, because what it would quote (a path, a line) may hold the secret. */
function sayings(facts: Facts): Said[] {
  const found = { family: "secrets", opinions: secrets(facts) };
  if (found.opinions.length > 0) return [found];
  return [found, ...rules.map(({ family, rule }) => ({ family, opinions: rule(facts) }))];
}

function shownFindings(facts: Facts): Facts["findings"] {
  const found = facts.findings.filter(({ rule }) => rule === "secret");
  return found.length > 0 ? found : facts.findings;
}

function kindOf(effects: ReadonlySet<Opinion["effect"]>): Judgement["kind"] {
  if (effects.has("refuse")) return "refuse";
  return effects.has("hold") ? "hold" : "publish";
}

/** Owners are named wherever a review is required. Not where a secret or a cap ended the matter: there paths are not quoted. */
function requirementsFor(level: RiskLevel, opinions: readonly Opinion[], facts: Facts): Judgement["requirements"] {
  const asked = facts.risk[level];
  const least = opinions.some(({ needsPerson }) => needsPerson) ? 1 : 0;
  const reviewers = Math.max(asked.reviewers, least);
  const isRefused = opinions.some(({ effect }) => effect === "refuse");
  return { ...asked, reviewers, owners: reviewers === 0 || isRefused ? [] : ownerGroups(facts) };
}

function labelsFor(level: RiskLevel, requirements: Judgement["requirements"], { labels }: Facts): string[] {
  return [
    `${labels.risk_prefix}${level}`,
    ...(requirements.reviewers > 0 ? [`${labels.review_prefix}${requirements.reviewers}`] : []),
    ...(requirements.security_review ? [labels.security_review] : []),
    ...(requirements.manual_verification ? [labels.manual_verification] : []),
  ];
}

/**
 * What takes every reason of the top level away, and where that leads, as far as other rules spoke. A reason that nothing takes away says
 * so. Nothing is below low: there it is what takes the required person away.
 */
function waysDown(level: RiskLevel, opinions: readonly Opinion[]): string[] {
  const top = opinions.filter((one) => one.reason.level === level && speaks(one));
  const steps = new Set(top.map(({ lower, reason }) => lower ?? `Nothing in the change takes "${reason.rule}" away.`));
  const others = opinions.filter((one) => !top.includes(one));
  if (level === "low" || others.length === 0) return [...steps];
  const next = strictest(others.map(({ reason }) => reason.level));
  return [...steps, `Without ${top.length === 1 ? "this reason" : "these reasons"} the level would be ${next}.`];
}
