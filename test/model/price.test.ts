import { expect, test } from "vitest";
import { costOf } from "../../src/model/price.ts";

const million = { input: 1_000_000, cached: 0, cacheWritten: 0, output: 0 };
const table: [string, Parameters<typeof costOf>, number | null][] = [
  ["plain input", ["gpt-5.2", { ...million }], 1.75],
  ["cached input", ["gpt-5.2", { ...million, cached: 1_000_000 }], 0.175],
  ["output", ["gpt-5.2", { ...million, input: 0, output: 1_000_000 }], 14],
  ["a dated snapshot", ["gpt-5.2-2025-12-11", { ...million }], 1.75],
  ["a long request", ["gpt-6-sol", { ...million, output: 100_000 }], 5.5],
  ["a short request at the threshold", ["gpt-6-sol", { ...million, input: 272_000 }], 0.544],
  ["cache writes", ["gpt-6-sol", { ...million, input: 100_000, cacheWritten: 100_000 }], 0.25],
  ["an unknown model", ["house-model", { ...million }], null],
  ["an unknown variant of a known model", ["gpt-5.2-pro", { ...million }], null],
  ["a name that every object has", ["constructor", { ...million }], null],
];

test.each(table)("%s costs what the price list says", (_title, [model, tokens], usd) => {
  const cost = costOf(model, tokens);
  expect(cost === null ? null : Number(cost.toFixed(6))).toBe(usd);
});
