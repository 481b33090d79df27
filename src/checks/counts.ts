/** How many tests a runner says it ran. `skipped` includes those marked todo. */
export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Reads the summary lines of vitest, jest, node:test and mocha, added up when several runs report. Null when none is there.
 * In: output without ANSI sequences. Evidence only: the tests themselves print into this text.
 */
export function testCounts(output: string): TestCounts | null {
  const found = [vitest, jest, nodeTest, mocha].map((read) => read(output)).find((list) => list.length > 0);
  if (found === undefined) return null;
  return found.reduce((sum, { passed, failed, skipped }) => ({
    passed: sum.passed + passed,
    failed: sum.failed + failed,
    skipped: sum.skipped + skipped,
  }));
}

export function describeCounts({ passed, failed, skipped }: TestCounts): string {
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  const tests = passed + failed + skipped;
  return `${tests} ${tests === 1 ? "test" : "tests"}: ${parts.join(", ")}`;
}

/** `      Tests  1 failed | 2 passed | 3 skipped (6)`, or `Tests  no tests`. */
function vitest(output: string): TestCounts[] {
  return [...output.matchAll(/^ +Tests {2}(no tests|[^\n]*\(\d+\))[^\n]*$/gm)].map((match) => words(match[1] ?? ""));
}

/** `Tests:       1 failed, 2 skipped, 14 passed, 17 total`. */
function jest(output: string): TestCounts[] {
  return [...output.matchAll(/^Tests: +([^\n]*\d+ total)[^\n]*$/gm)].map((match) => words(match[1] ?? ""));
}

/** `ℹ pass 2` (spec) or `# pass 2` (TAP), one line per number. */
function nodeTest(output: string): TestCounts[] {
  const read = (word: string) =>
    [...output.matchAll(new RegExp(`^[ℹ#] ${word} (\\d+)$`, "gm"))].map((match) => Number(match[1]));
  const skipped = read("skipped");
  const todo = read("todo");
  const failed = read("fail");
  const cancelled = read("cancelled");
  return read("pass").map((passed, at) => ({
    passed,
    failed: (failed[at] ?? 0) + (cancelled[at] ?? 0),
    skipped: (skipped[at] ?? 0) + (todo[at] ?? 0),
  }));
}

/** `  14 passing (20ms)`, then perhaps `  2 pending` and `  1 failing`. */
function mocha(output: string): TestCounts[] {
  const read = (word: string) =>
    [...output.matchAll(new RegExp(`^ {2}(\\d+) ${word}\\b`, "gm"))].map((match) => Number(match[1]));
  const passing = [...output.matchAll(/^ {2}(\d+) passing \(/gm)].map((match) => Number(match[1]));
  if (passing.length === 0) return [];
  return [{ passed: total(passing), failed: total(read("failing")), skipped: total(read("pending")) }];
}

function words(text: string): TestCounts {
  const read = (word: string) => Number(new RegExp(`(\\d{1,9}) ${word}`).exec(text)?.[1] ?? 0);
  return { passed: read("passed"), failed: read("failed"), skipped: read("skipped") + read("todo") };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
