/** US dollars per million tokens. */
interface Price {
  input: number;
  cached: number;
  output: number;
  /** Writing to the prompt cache costs this much more than plain input; 1 where the provider charges nothing extra. */
  cacheWriteFactor: 1 | 1.25;
  /** Whether a request above `longContextTokens` is billed at the long-context factors. */
  longContext: boolean;
}

/** Above this many input tokens the whole request costs double for input and half as much again for output. */
const longContextTokens = 272_000;

const price = (input: number, cached: number, output: number): Price => ({
  input,
  cached,
  output,
  cacheWriteFactor: 1,
  longContext: false,
});
const long = (base: Price): Price => ({ ...base, longContext: true });
const writes = (base: Price): Price => ({ ...long(base), cacheWriteFactor: 1.25 });

/** The provider's published standard rates, as read in November 2026. A model that is not here has no known price. */
const prices = new Map<string, Price>(
  Object.entries({
    "gpt-6-astra": writes(price(10, 1, 50)),
    "gpt-6.2-sol": writes(price(2, 0.1, 10)),
    "gpt-6.1-sol": writes(price(2, 0.1, 10)),
    "gpt-6-sol": writes(price(2, 0.2, 10)),
    "gpt-6-luna": writes(price(0.1, 0.01, 0.5)),
    "gpt-5.6": writes(price(4, 0.4, 20)),
    "gpt-5.6-sol": writes(price(4, 0.4, 20)),
    "gpt-5.6-terra": writes(price(2, 0.2, 12)),
    "gpt-5.6-luna": writes(price(0.2, 0.02, 1.2)),
    "gpt-5.5": long(price(5, 0.5, 30)),
    "gpt-5.4": long(price(2.5, 0.25, 15)),
    "gpt-5.4-mini": price(0.75, 0.075, 4.5),
    "gpt-5.4-nano": price(0.2, 0.02, 1.25),
    "gpt-5.3-codex": price(1.75, 0.175, 14),
    "gpt-5.2-codex": price(1.75, 0.175, 14),
    "gpt-5.2": price(1.75, 0.175, 14),
    "gpt-5.1": price(1.25, 0.125, 10),
    "gpt-5": price(1.25, 0.125, 10),
    "gpt-5-mini": price(0.25, 0.025, 2),
    "gpt-5-nano": price(0.05, 0.005, 0.4),
    "gpt-4.1": price(2, 0.5, 8),
    "gpt-4.1-mini": price(0.4, 0.1, 1.6),
  }),
);

/** Tokens of one response. `cached` and `cacheWritten` are parts of `input`. */
export interface Tokens {
  input: number;
  cached: number;
  cacheWritten: number;
  output: number;
}

/**
 * What one response costs, in US dollars at standard rates.
 * In: the model's name as configured, with or without a dated snapshot suffix. Out: null when no price is known, which is not zero.
 */
export function costOf(model: string, tokens: Tokens): number | null {
  const rate = prices.get(model.replace(/-\d{4}-\d{2}-\d{2}$/, ""));
  if (rate === undefined) return null;
  const isLong = rate.longContext && tokens.input > longContextTokens;
  const fresh = Math.max(0, tokens.input - tokens.cached - tokens.cacheWritten);
  const input =
    fresh * rate.input + tokens.cacheWritten * rate.input * rate.cacheWriteFactor + tokens.cached * rate.cached;
  const output = tokens.output * rate.output;
  return (input * (isLong ? 2 : 1) + output * (isLong ? 1.5 : 1)) / 1_000_000;
}
