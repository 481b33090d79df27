import type { RiskLevel } from "../config.ts";
import type { Finding } from "../handoff/finding.ts";
import type { Reason } from "../handoff/verdict.ts";

/** What one rule says of the facts: a reason that explains itself, and what follows from it beyond the level. */
export interface Opinion {
  reason: Reason;
  /** `draft`: the pull request opens as a draft. `hold`: nothing is pushed before a maintainer releases it. `refuse`: nothing ever is. */
  effect: "none" | "draft" | "hold" | "refuse";
  /** At least one reviewer, whatever the configuration asks at this level (design, promise 9). */
  needsPerson: boolean;
  /** What would take this reason away, one sentence; null when nothing the author does would. */
  lower: string | null;
}

/** Levels from the mildest to the strictest. */
export const levels: readonly RiskLevel[] = ["low", "medium", "high", "critical"];

/** The strictest of some levels; `low` of none. */
export function strictest(some: readonly RiskLevel[]): RiskLevel {
  return levels.findLast((level) => some.includes(level)) ?? "low";
}

/** An opinion that only raises the level. */
export function opinion(reason: Reason, lower: string | null): Opinion {
  return { reason, effect: "none", needsPerson: false, lower };
}

/** Reasons of one rule that are listed one by one; the rest becomes one reason with their number. */
const reasonsPerRuleMax = 5;

/** One opinion per finding of one rule, in their order, the later ones counted together. */
export function opinionsOn(
  findings: readonly Finding[],
  about: Omit<Opinion, "reason"> & { level: RiskLevel },
): Opinion[] {
  const { level, ...rest } = about;
  const reasons = findings.slice(0, reasonsPerRuleMax).map(({ rule, path, line, message }): Reason => ({
    rule,
    level,
    saw: line === null ? shown(path) : `${shown(path)}:${line}`,
    message,
  }));
  const more = findings.slice(reasonsPerRuleMax);
  const last = more.at(-1);
  if (last !== undefined) {
    const message = `${more.length} more findings of this kind.`;
    reasons.push({ rule: last.rule, level, saw: shownPaths(more.map(({ path }) => path)), message });
  }
  return reasons.map((reason) => ({ reason, ...rest }));
}

/** Some paths for a sentence: the first three, then how many more. */
export function shownPaths(paths: readonly string[]): string {
  const all = [...new Set(paths)];
  const listed = all.slice(0, 3).map(shown).join(", ");
  return all.length > 3 ? `${listed} and ${all.length - 3} more` : listed;
}

/** A path as a person may see it anywhere: control, invisible and direction characters as escapes. The path's author chose it. */
export function shown(path: string): string {
  return path.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`,
  );
}
