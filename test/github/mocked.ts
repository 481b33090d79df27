import type { Server } from "node:http";
import nock from "nock";
import { githubClient } from "../../src/github/client.ts";
import type { GitHub } from "../../src/github/github.ts";
import type { Patience } from "../../src/github/patience.ts";

export const api = "https://api.github.test";
export const sha = (digit: string): string => digit.repeat(40);

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

export function client(patience: Patience = fakePatience()): GitHub {
  return githubClient({ token: "t0k3n", apiUrl: api, owner: "octo", repo: "demo", appId: 7, patience, timeoutMs: 300 });
}

export const hub = (): nock.Scope => nock(api);

export const account = { id: 5, login: "mona", type: "User" };
export const commentAnswer = (id: number, more: object = {}): object => ({
  id,
  body: `comment ${id}`,
  user: account,
  created_at: "2026-11-20T10:00:00Z",
  updated_at: "2026-11-20T10:00:00Z",
  html_url: `https://github.test/octo/demo/issues/3#issuecomment-${id}`,
  issue_url: `${api}/repos/octo/demo/issues/3`,
  ...more,
});

export const pullAnswer = (number: number, more: object = {}): object => ({
  number,
  html_url: `https://github.test/octo/demo/pull/${number}`,
  state: "open",
  merged_at: null,
  draft: false,
  title: "A title",
  body: null,
  user: { id: 41898282, login: "github-actions[bot]", type: "Bot" },
  head: { ref: "airlock/3-1", sha: sha("a"), repo: { id: 1 } },
  base: { ref: "main", sha: sha("b"), repo: { id: 1 } },
  ...more,
});

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
