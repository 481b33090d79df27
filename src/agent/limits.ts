import type { Config } from "../config.ts";
import type { Ending, Usage } from "../handoff/solution.ts";
import type { Streak } from "./streak.ts";
import { misstepsMax, sameCallMax } from "./streak.ts";

/** All that a limit may look at, taken just before a model call. */
export interface Spent {
  usage: Usage;
  /** Milliseconds since the run began. */
  elapsedMs: number;
  /** A person or the runner asked to stop. */
  cancelled: boolean;
  streak: Streak;
}

export type LimitEnding = Extract<Ending, { kind: "limit" }>;

/** The first limit that is reached, by the name it has in the configuration; null when the run may go on. Pure. */
export function limitHit({ usage, elapsedMs, cancelled, streak }: Spent, limits: Config["limits"]): LimitEnding | null {
  if (cancelled) return limit("cancelled", "The run was stopped from outside.");
  if (elapsedMs >= limits.wall_clock_s * 1000)
    return limit("wall_clock_s", `${limits.wall_clock_s} s of work are used up.`);
  if (usage.turns >= limits.turns) return limit("turns", `${limits.turns} model calls are used up.`);
  const tokens = usage.input_tokens + usage.output_tokens;
  if (tokens >= limits.tokens) return limit("tokens", `${tokens} of ${limits.tokens} tokens are used up.`);
  if (usage.cost_usd !== null && usage.cost_usd >= limits.cost_usd)
    return limit("cost_usd", `${usage.cost_usd.toFixed(2)} of ${limits.cost_usd.toFixed(2)} US dollars are used up.`);
  if (streak.missteps >= misstepsMax)
    return limit(
      "missteps",
      `The model answered ${misstepsMax} times in a row with something that could not be carried out.`,
    );
  if (streak.times >= sameCallMax)
    return limit("same_call", `The model made the same call ${sameCallMax} times in a row.`);
  return null;
}

export function limit(name: string, detail: string): LimitEnding {
  return { kind: "limit", limit: name, detail };
}
