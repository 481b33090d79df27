import type { Ending } from "../handoff/solution.ts";
import { type Judgement, partialRule } from "../handoff/verdict.ts";

/**
 * A judgement of work that did not end by itself: a reason of its own, and a draft whatever the checks say. Nobody knows what is
 * missing, so a person has to look. Pure. In: how the work ended; absent for a change that nobody worked on here.
 */
export function withEnding(judgement: Judgement, ending: Ending = { kind: "finished" }): Judgement {
  if (ending.kind !== "limit") return judgement;
  const message = "The agent stopped at a limit before it said that it was done: this is a partial result.";
  const reason = { rule: partialRule, level: judgement.level, saw: ending.limit, message };
  const because = ["The agent stopped at a limit before it was done."];
  const lower = "Let the agent go on with a higher limit.";
  const node = {
    kind: "raised" as const,
    rule: partialRule,
    level: judgement.level,
    saw: ending.limit,
    phrase: message,
    lower,
  };
  return {
    ...judgement,
    draft: true,
    reasons: [reason, ...judgement.reasons],
    tree: judgement.tree.map((one) => (one.family === "ending" ? { ...one, rules: [node] } : one)),
    auto_merge: { kind: "not", because },
  };
}
