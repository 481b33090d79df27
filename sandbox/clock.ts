/** Milliseconds of a clock that nobody sets. Not the global `performance`: Node loads eleven modules for its first use. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
