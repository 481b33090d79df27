import { codeRules } from "./rules-code.ts";
import { cloudRules } from "./rules-cloud.ts";
import { keyRules } from "./rules-keys.ts";
import { namedRules } from "./rules-named.ts";
import { serviceRules } from "./rules-services.ts";
import type { SecretRule } from "./secret-rule.ts";
import { isExample } from "./secret-looks.ts";
import { matcherOf, type RuleMatch } from "./secret-matches.ts";

/** A match inside a text: which kind of secret, and where its value stands (UTF-16 offsets). */
export interface Match {
  kind: string;
  start: number;
  end: number;
}

/** Every form of secret that is looked for. Of two that name the same place the first one names it. */
export const secretRules: readonly SecretRule[] = [
  ...keyRules,
  ...codeRules,
  ...cloudRules,
  ...serviceRules,
  ...namedRules,
];

/** The rules whose matches are findings; the others only hide. */
export const findingRules = secretRules.filter(({ only }) => only !== "mask");

const findings = matcherOf(findingRules);
const maskable = matcherOf(secretRules.filter(({ only }) => only !== "finding"));

/**
 * The secrets in a text, those left out that documentation uses as examples. In: any text. Out: in the order of their places; two rules may
 * name the same place. Linear in the text. Pure.
 */
export function findSecrets(text: string): Match[] {
  return inOrder(findings(text).filter(isFinding));
}

/** Everything that has the form of a secret, examples as well: what is hidden in a text that leaves. Otherwise as `findSecrets`. */
export function findMaskable(text: string): Match[] {
  return inOrder(maskable(text).filter((match) => match.rule.form?.(match) !== false));
}

/** Whether what a pattern matched is a secret and no example of one. */
export function isFinding(match: RuleMatch): boolean {
  const { form, sure } = match.rule;
  return form?.(match) !== false && sure?.(match) !== false && !isExample(match.value);
}

/** Matches by their place. */
export function inOrder(matches: readonly RuleMatch[]): Match[] {
  return matches.map(({ rule, start, end }) => ({ kind: rule.name, start, end })).toSorted((a, b) => a.start - b.start);
}
