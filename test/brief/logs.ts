/** Job logs as GitHub keeps them, cut down to what tells: a moment before each line, groups, and the runner's own errors. */
const stamped = (lines: string[]): string =>
  `\uFEFF${lines.map((line, index) => `2026-11-20T10:00:${String(index % 60).padStart(2, "0")}.1234567Z ${line}`).join("\n")}\n`;

const before = [
  "Current runner version: '2.331.0'",
  "##[group]Run actions/checkout@v5",
  "with:",
  "  fetch-depth: 1",
  "##[endgroup]",
  "Syncing repository: acme/cart",
];
const run = (command: string, ...output: string[]): string[] => [
  `##[group]Run ${command}`,
  `\u001b[36;1m${command}\u001b[0m`,
  "shell: /usr/bin/bash -e {0}",
  "##[endgroup]",
  ...output,
];
const exit = (code: number): string => `##[error]Process completed with exit code ${code}.`;
const after = ["Post job cleanup.", "[command]/usr/bin/git version", "Cleaning up orphan processes"];

export const logs = {
  vitest: stamped([
    ...before,
    ...run(
      "npm test",
      "",
      "> cart@1.0.0 test",
      "> vitest run",
      "",
      "\u001b[1m\u001b[46m RUN \u001b[49m\u001b[22m v4.0.1 /home/runner/work/cart/cart",
      "",
      " \u001b[31m❯\u001b[39m test/cart.test.ts (2 tests | 1 failed) 12ms",
      "     \u001b[31m×\u001b[39m total > counts quantities 5ms",
      "\u001b[31m⎯⎯⎯ Failed Tests 1 ⎯⎯⎯\u001b[39m",
      "\u001b[41m\u001b[1m FAIL \u001b[22m\u001b[49m test/cart.test.ts > total > counts quantities",
      "AssertionError: expected 120 to be 240 // Object.is equality",
      " ❯ test/cart.test.ts:12:31",
      " Test Files  1 failed (1)",
      "   Duration  412ms (transform 20ms)",
      exit(1),
    ),
    ...after,
  ]),
  tsc: stamped([
    ...before,
    ...run(
      "npx tsc --noEmit",
      "src/cart.ts(8,42): error TS2339: Property 'quantity' does not exist on type 'Item'.",
      "src/cart.ts(9,1): error TS1005: ';' expected.",
      "##[error]Process completed with exit code 2.",
    ),
    ...after,
  ]),
  eslint: stamped([
    ...before,
    ...run(
      "npm run lint",
      "",
      "/home/runner/work/cart/cart/src/cart.ts",
      "   3:7   warning  Unexpected console statement  no-console",
      "  12:10  error    'total' is defined but never used  no-unused-vars",
      "",
      "✖ 2 problems (1 error, 1 warning)",
      exit(1),
    ),
    ...after,
  ]),
  install: stamped([
    ...before,
    ...run(
      "npm ci",
      "npm error code ERESOLVE",
      "npm error ERESOLVE could not resolve",
      "npm error A complete log of this run can be found in: /home/runner/.npm/_logs/2026-11-20T10_00_00_000Z-debug-0.log",
      exit(1),
    ),
    ...after,
  ]),
  network: stamped([
    ...before,
    ...run("npm ci", "npm error code ECONNRESET", "npm error network aborted", exit(1)),
    ...after,
  ]),
  timeout: stamped([
    ...before,
    ...run(
      "npm test",
      "ok 1 - adds",
      "##[error]The job running on runner GitHub Actions 12 has exceeded the maximum execution time of 10 minutes.",
      "##[error]The operation was canceled.",
    ),
    ...after,
  ]),
  memory: stamped([
    ...before,
    ...run(
      "npm run build",
      "<--- Last few GCs --->",
      "[2051:0x7f3a5c000000]   182931 ms: Mark-Compact 4042.1 (4130.0) -> 4040.9 MB",
      "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
      "/home/runner/work/_temp/9f1c2d3e-1111-4222-8333-abcdefabcdef.sh: line 1:  2051 Aborted (core dumped) npm run build",
      exit(134),
    ),
    ...after,
  ]),
  cancelled: stamped([...before, ...run("npm test", "ok 1 - adds", "##[error]The operation was canceled."), ...after]),
};

/** A long log around one error. */
export const longLog = (noise: number): string =>
  stamped([
    ...before,
    ...run(
      "npm test",
      ...Array.from(
        { length: noise },
        (_, index) => `ok ${index + 1} - a test that passed, with words so that it is long`,
      ),
      "not ok 9001 - the one that fails",
      "  expected: 2",
      ...Array.from(
        { length: noise },
        (_, index) => `ok ${index + 9002} - another one that passed, with many words as well`,
      ),
      exit(1),
    ),
    ...after,
  ]);
