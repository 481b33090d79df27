import { type Authority, type AuthorityFacts, mayCommand } from "./authority.ts";
import type { Verb } from "./command.ts";

/** Commands about the runs of an issue or pull request. They start none. */
const controlVerbs = ["stop", "status"] as const;
export type ControlVerb = (typeof controlVerbs)[number];

export function asControl(verb: Verb): ControlVerb | null {
  return controlVerbs.find((one) => one === verb) ?? null;
}

/** May this account ask about runs here, or stop them? People with write, also where the issue is closed or was opened by a fork. */
export function mayControl(facts: AuthorityFacts): Authority {
  return mayCommand(facts);
}
