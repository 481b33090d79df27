import nock from "nock";
import { afterEach, beforeEach } from "vitest";
import { githubClient } from "../../src/github/client.ts";
import type { GitHub } from "../../src/github/github.ts";
import type { Patience } from "../../src/github/patience.ts";
import { fakePatience } from "./ports.ts";

export const api = "https://api.github.test";
export const sha = (digit: string): string => digit.repeat(40);

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

/** For a whole test file: no connection but the answers a test named, and none of them left for the next test. */
export function onlyMocked(): void {
  beforeEach(() => nock.disableNetConnect());
  afterEach(() => {
    nock.abortPendingRequests();
    nock.cleanAll();
    nock.enableNetConnect();
  });
}
