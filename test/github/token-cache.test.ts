import { expect, test } from "vitest";
import { tokenCache } from "../../src/github/token-cache.ts";

const hour = 3_600_000;

test("a token is asked for once, again only near its end, and apart for every key", async () => {
  let now = 0;
  let asked = 0;
  const cache = tokenCache(() => now);
  const ask = async () => ({ token: `t${(asked += 1)}`, expiresAt: now + hour });
  expect(await Promise.all([cache.get("a", ask), cache.get("a", ask), cache.get("b", ask)])).toEqual([
    "t1",
    "t1",
    "t2",
  ]);
  now = 54 * 60_000;
  expect(await cache.get("a", ask)).toBe("t1");
  now = 56 * 60_000;
  expect(await cache.get("a", ask)).toBe("t3");
});

test("a failure is not kept", async () => {
  const cache = tokenCache(() => 0);
  await expect(cache.get("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await cache.get("a", async () => ({ token: "t", expiresAt: hour }))).toBe("t");
});

test("the number of tokens is bounded, the oldest goes first", async () => {
  const cache = tokenCache(() => 0);
  let asked = 0;
  const ask = async () => ({ token: `t${(asked += 1)}`, expiresAt: hour });
  for (let key = 0; key <= 1000; key += 1) await cache.get(`${key}`, ask);
  expect(await cache.get("1000", ask)).toBe("t1001");
  expect(await cache.get("0", ask)).toBe("t1002");
});
