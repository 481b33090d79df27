import { expect, test } from "vitest";
import { addTurn, nothingUsed } from "../../src/agent/usage.ts";

const turn = { input_tokens: 10, cached_input_tokens: 4, output_tokens: 2, cost_usd: 0.5 };

test("turns add up", () => {
  expect(addTurn(addTurn(nothingUsed, turn), turn)).toEqual({
    turns: 2,
    input_tokens: 20,
    cached_input_tokens: 8,
    output_tokens: 4,
    cost_usd: 1,
  });
});

test("one unknown cost makes the sum unknown for good", () => {
  const unknown = addTurn(nothingUsed, { ...turn, cost_usd: null });
  expect(addTurn(unknown, turn).cost_usd).toBeNull();
});
