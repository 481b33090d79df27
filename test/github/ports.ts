import type { Server } from "node:http";
import type { GitHub } from "../../src/github/github.ts";
import type { Patience } from "../../src/github/patience.ts";

/** A clock that only moves when somebody sleeps, and what was slept. */
export function fakePatience(attempts = 4): Patience & { slept: number[] } {
  const slept: number[] = [];
  let now = 1_000_000_000_000;
  return {
    attempts,
    waitMaxMs: 600_000,
    slept,
    now: () => now,
    random: () => 0,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
}

/** A port that answers only these questions; any other one is a failure of the test. */
export function portOver(answers: Partial<GitHub>): GitHub {
  const silent = new Proxy(answers, {
    get: (target, name) =>
      Reflect.get(target, name) ?? (() => Promise.reject(new Error(`${String(name)} was not expected`))),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the proxy above answers for every other method
  return silent as GitHub;
}

/** The port a started server listens on. */
export function tcpPortOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server listens on no port");
  return address.port;
}
