import type { Reason } from "../handoff/verdict.ts";
import type { Facts, Problem } from "./facts.ts";
import { opinion, shown, type Opinion } from "./opinion.ts";

/** A Change that the validator refused (promise 7: links out of the tree, `.git`, control characters, over the caps) reaches no ref. */
export function invalidChange({ problems }: Facts): Opinion[] {
  return problems.map((problem) => ({
    reason: reasonOf(problem),
    effect: "refuse",
    needsPerson: true,
    lower: wayOut(problem),
  }));
}

function reasonOf({ path, rule, message }: Problem): Reason {
  return { rule, level: "critical", saw: path === "" ? "the change as a whole" : shown(path), message: shown(message) };
}

/** A problem without a path is one of the caps, whose sentence names the setting. */
function wayOut({ path }: Problem): string {
  if (path === "") return "Make the change smaller or ask for it in parts, or raise the limit in .github/airlock.toml.";
  return `Leave ${shown(path)} out of the change, or mend it.`;
}

/** Places of one file that are listed; the rest is counted. UTF-16 code units of a key and of what is said of it. */
const placesMax = 3;
const keyMax = 60;
const messageMax = 120;

/**
 * A change that leaves .github/airlock.toml unusable: once it is merged, no request on the repository gets past the gate. A person may
 * still want it, so nothing is refused for it.
 */
export function brokenConfiguration({ configProblems }: Facts): Opinion[] {
  const [first] = configProblems;
  if (first === undefined) return [];
  const told = configProblems.slice(0, placesMax).map(({ line, key, message }) => {
    const place = line === null ? [] : [`line ${line}`];
    const where = [...place, ...(key === "" ? [] : [shown(key.slice(0, keyMax))])].join(", ");
    const what = shown(message.slice(0, messageMax));
    return where === "" ? what : `${where}: ${what}`;
  });
  const more = configProblems.length - told.length;
  const list = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
  const message = `With this change the configuration is invalid, and Airlock would refuse every request: ${list}.`;
  const saw = first.line === null ? shown(first.file) : `${shown(first.file)}:${first.line}`;
  const reason: Reason = { rule: "configuration-invalid", level: "critical", saw, message };
  return [{ ...opinion(reason, `Correct ${shown(first.file)}.`), needsPerson: true }];
}
