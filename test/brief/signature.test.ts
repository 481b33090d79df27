import { expect, test } from "vitest";
import { normalised } from "../../src/brief/signature.ts";

test.each<[string, string]>([
  ["src/cart.ts(8,42): error TS2339: no 'x'", "src/cart.ts(<line>): error TS2339: no 'x'"],
  ["/home/runner/work/cart/cart/src/a.ts:12:3: bad", "src/a.ts:<line>: bad"],
  ["Timed out after 30000ms in 1.5 s", "Timed out after <time> in <time>"],
  ["commit 3f2a9c1 and 0123456789abcdef0123456789abcdef01234567", "commit <hash> and <hash>"],
  ["run 9f1c2d3e-1111-4222-8333-abcdefabcdef at 2026-11-20T10:00:00.123Z", "run <id> at <time>"],
  ["expected 120 to be 240", "expected <n> to be <n>"],
  ["cannot open /tmp/abc-123/x.json", "cannot open <temporary>"],
  ["connect ECONNREFUSED 127.0.0.1:5432", "connect ECONNREFUSED <n>:<line>"],
  ["utf8 and base64 and ES2024 stay", "utf8 and base64 and ES2024 stay"],
])("%s", (error, expected) => {
  expect(normalised(error)).toBe(expected);
});
