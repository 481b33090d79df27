import { expect, test } from "vitest";
import type { Spent } from "../../src/agent/limits.ts";
import { limitHit } from "../../src/agent/limits.ts";
import { noStreak } from "../../src/agent/streak.ts";
import { nothingUsed } from "../../src/agent/usage.ts";
import { Config } from "../../src/config.ts";

const limits = Config.parse({}).limits;
const fresh: Spent = { usage: nothingUsed, elapsedMs: 0, cancelled: false, streak: noStreak };
const used = (over: Partial<Spent["usage"]>): Spent => ({ ...fresh, usage: { ...nothingUsed, ...over } });

const table: [string, Spent, string | null][] = [
  ["nothing was used", fresh, null],
  ["it was cancelled", { ...fresh, cancelled: true }, "cancelled"],
  ["the last millisecond is left", { ...fresh, elapsedMs: 1_799_999 }, null],
  ["the time is up", { ...fresh, elapsedMs: 1_800_000 }, "wall_clock_s"],
  ["one turn is left", used({ turns: 59 }), null],
  ["all turns are used", used({ turns: 60 }), "turns"],
  ["one token is left", used({ input_tokens: 1_000_000, output_tokens: 499_999 }), null],
  ["all tokens are used", used({ input_tokens: 1_000_000, output_tokens: 500_000 }), "tokens"],
  ["a cent is left", used({ cost_usd: 4.99 }), null],
  ["all money is used", used({ cost_usd: 5 }), "cost_usd"],
  ["the cost is not known", used({ cost_usd: null }), null],
  ["two missteps were made", { ...fresh, streak: { ...noStreak, missteps: 2 } }, null],
  ["three missteps were made", { ...fresh, streak: { ...noStreak, missteps: 3 } }, "missteps"],
  ["the same call came four times", { ...fresh, streak: { ...noStreak, times: 4 } }, null],
  ["the same call came five times", { ...fresh, streak: { ...noStreak, times: 5 } }, "same_call"],
];

test.each(table)("when %s", (_title, spent, name) => {
  expect(limitHit(spent, limits)?.limit ?? null).toBe(name);
});
