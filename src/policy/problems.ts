import type { Facts } from "./facts.ts";
import { shown, type Opinion } from "./opinion.ts";

/** A Change that the validator refused (promise 7: links out of the tree, `.git`, control characters, over the caps) reaches no ref. */
export function invalidChange({ problems }: Facts): Opinion[] {
  return problems.map(({ path, rule, message }) => ({
    reason: { rule, level: "critical", saw: shown(path), message: shown(message) },
    effect: "refuse",
    needsPerson: true,
    lower: `Leave ${shown(path)} out of the change, or mend it.`,
  }));
}
