import { literalSearch } from "./literal-search.ts";
import type { FoundValue, SecretRule } from "./secret-rule.ts";

/** What a rule's pattern matched, before anything is asked of the value. */
export interface RuleMatch extends FoundValue {
  rule: SecretRule;
}

/**
 * A search for the forms of some rules: one pass over a text for all their literals, and each pattern is tried only where one of its
 * literals stands and not inside what it matched before. So a text costs one pass and a bounded number of steps per literal. `onTry` is
 * told of every place where a pattern is tried; tests count with it.
 */
export function matcherOf(
  rules: readonly SecretRule[],
  onTry: (rule: SecretRule, at: number) => void = () => undefined,
): (text: string) => RuleMatch[] {
  const literals = [...new Set(rules.flatMap((rule) => rule.literals))];
  const rulesOf = literals.map((literal) =>
    rules.flatMap((rule, number) => (rule.literals.includes(literal) ? [{ rule, number }] : [])),
  );
  const search = literalSearch(literals);
  return (text) => {
    const found: RuleMatch[] = [];
    const doneBy: number[] = [];
    const worth = remembered(text);
    search(text, (literal, at) => {
      for (const { rule, number } of rulesOf[literal] ?? []) {
        const begin = at - (rule.back ?? 0);
        if (begin < (doneBy[number] ?? 0) || !worth(rule, begin)) continue;
        onTry(rule, begin);
        const match = matchAt(rule, text, begin);
        if (match === null) continue;
        doneBy[number] = match.end;
        found.push(match);
      }
    });
    return found;
  };
}

/** Several rules ask the same about the same place, one after the other. */
function remembered(text: string): (rule: SecretRule, begin: number) => boolean {
  let asked: SecretRule["worth"];
  let where = -1;
  let answer = true;
  return ({ worth }, begin) => {
    if (worth === undefined) return true;
    if (worth !== asked || begin !== where) [asked, where, answer] = [worth, begin, worth(text, begin)];
    return answer;
  };
}

function matchAt(rule: SecretRule, text: string, begin: number): RuleMatch | null {
  rule.pattern.lastIndex = begin;
  const match = rule.pattern.exec(text);
  if (match === null) return null;
  const lead = rule.keep === true ? (match[1] ?? "") : "";
  const end = begin + match[0].length;
  return { rule, value: match[0].slice(lead.length), text, start: begin + lead.length, end, lead };
}
