import { type Authority, type AuthorityFacts, mayCommand } from "./authority.ts";
import type { Verb } from "./command.ts";

/** Commands on one of our pull requests that start no run: two that say something about its head, and one that asks. */
const decisionVerbs = ["accept", "verified", "why"] as const;
export type DecisionVerb = (typeof decisionVerbs)[number];

export function asDecision(verb: Verb): DecisionVerb | null {
  return decisionVerbs.find((one) => one === verb) ?? null;
}

/** What a comment decides. `unclear`: its argument is not one; both sentences are whole. */
export type Decision =
  | { kind: "accept"; finding: string }
  /** `head`: at least the first seven characters of the commit. */
  | { kind: "verified"; head: string }
  | { kind: "why" }
  | { kind: "unclear"; message: string; next: string };

/** Reads a decision's argument: exactly one word, in lower case as it is shown everywhere. */
export function readDecision(verb: DecisionVerb, args: string): Decision {
  const word = args.trim();
  switch (verb) {
    case "why":
      return { kind: "why" };
    case "accept":
      return /^[0-9a-f]{12}$/.test(word)
        ? { kind: "accept", finding: word }
        : {
            kind: "unclear",
            message: "`accept` takes the id of one finding: twelve characters, as the check `airlock` shows them.",
            next: "Write `/agent accept` and the finding's id in a new comment.",
          };
    case "verified":
      return /^[0-9a-f]{7,40}$/.test(word)
        ? { kind: "verified", head: word }
        : {
            kind: "unclear",
            message: "`verified` takes the commit that you tried out: its first 7 to 40 characters.",
            next: "Write `/agent verified` and the head's commit in a new comment.",
          };
  }
}

/**
 * May this account decide this, at this moment? People with write, on an open pull request; accepting a finding needs maintain or admin.
 * Whether their word then counts (whoever asked for a change cannot verify it) is the policy's business.
 */
export function mayDecide(verb: DecisionVerb, facts: AuthorityFacts): Authority {
  const command = mayCommand(facts);
  if (command.kind === "refused") return command;
  if (facts.subject === "issue") {
    return {
      kind: "refused",
      code: "not-available",
      message: `\`${verb}\` works on a pull request of Airlock.`,
      next: "Comment on the pull request instead.",
    };
  }
  if (facts.issueState === "closed") {
    return {
      kind: "refused",
      code: "issue-closed",
      message: "The pull request is closed.",
      next: "Reopen it, then write the command in a new comment.",
    };
  }
  if (verb === "accept" && facts.role !== "maintain" && facts.role !== "admin") {
    return {
      kind: "refused",
      code: "not-available",
      message: `Accepting a finding needs the role maintain or admin; yours is ${facts.role ?? "not known"}.`,
      next: "Ask a maintainer to write the command.",
    };
  }
  return { kind: "allowed" };
}
