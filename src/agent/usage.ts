import type { Usage } from "../handoff/solution.ts";
import type { TurnUsage } from "../model/model.ts";

/** What a run has used before its first turn. */
export const nothingUsed: Usage = {
  turns: 0,
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  cost_usd: 0,
};

/** Adds one turn. Once the cost of a turn is unknown, the sum is unknown and stays so. */
export function addTurn(sum: Usage, turn: TurnUsage): Usage {
  return {
    turns: sum.turns + 1,
    input_tokens: sum.input_tokens + turn.input_tokens,
    cached_input_tokens: sum.cached_input_tokens + turn.cached_input_tokens,
    output_tokens: sum.output_tokens + turn.output_tokens,
    cost_usd: sum.cost_usd === null || turn.cost_usd === null ? null : sum.cost_usd + turn.cost_usd,
  };
}
