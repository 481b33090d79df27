import type { RequiredCheck } from "../github/github.ts";
import { policyCheckName } from "./policy-check-name.ts";

/** Whether GitHub itself keeps a branch from being merged into without our check. */
export type Enforcement =
  | { kind: "enforced" }
  | { kind: "not-enforced"; why: string; fix: string }
  /** Nothing that could be read requires it, and something could not be read. */
  | { kind: "not-seen"; why: string; fix: string };

export interface RulesSeen {
  branch: string;
  /** By rulesets; null when they could not be read. */
  rules: readonly RequiredCheck[] | null;
  /** By classic branch protection; null when it could not be read. */
  protection: readonly RequiredCheck[] | null;
}

/**
 * A check that anybody may write proves nothing: any App or workflow with the permission could turn it green. So it counts only when
 * it is required from our App (policy-bot's README names the same limit).
 */
export function enforcementOf({ branch, rules, protection }: RulesSeen, appId: number): Enforcement {
  const named = [...(rules ?? []), ...(protection ?? [])].filter(({ name }) => name === policyCheckName);
  if (named.some((check) => check.appId === appId)) return { kind: "enforced" };
  const fix =
    `Settings → Rules → Rulesets → a ruleset for \`${branch}\` → “Require status checks to pass”: ` +
    `add \`${policyCheckName}\`, and choose the Airlock App as its source.`;
  if (rules === null) return { kind: "not-seen", why: `the rules of \`${branch}\` cannot be read at this moment`, fix };
  if (named.length > 0) {
    const why = named.some((check) => check.appId === null)
      ? `the check \`${policyCheckName}\` is required on \`${branch}\` from any source, so anything that may write checks can turn it green`
      : `the check \`${policyCheckName}\` is required on \`${branch}\` from another App`;
    return { kind: "not-enforced", why, fix };
  }
  if (protection === null)
    return {
      kind: "not-seen",
      why: `no ruleset requires the check \`${policyCheckName}\` on \`${branch}\`, and classic branch protection cannot be read from here`,
      fix,
    };
  return { kind: "not-enforced", why: `nothing requires the check \`${policyCheckName}\` on \`${branch}\``, fix };
}

/** The same as one sentence for people; null when there is nothing to say. */
export function enforcementSentence(enforcement: Enforcement): string | null {
  switch (enforcement.kind) {
    case "enforced":
      return null;
    case "not-enforced":
      return `Not enforced: ${enforcement.why}. ${enforcement.fix}`;
    case "not-seen":
      return `Not enforced: ${enforcement.why}; \`airlock doctor --repo OWNER/NAME\` looks with a token of yours. ${enforcement.fix}`;
  }
}
