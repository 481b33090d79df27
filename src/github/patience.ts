import type { Parameters, Request } from "./api.ts";
import { httpFailure, rateLimited } from "./failure.ts";

/** How long a client may insist. The webhook path uses `noPatience`, because GitHub waits for its answer; what is only shown is tried again after it. */
export interface Patience {
  /** Tries of one request, the first included. */
  attempts: number;
  /** Longest single wait in milliseconds; a longer one demanded by GitHub ends the request. */
  waitMaxMs: number;
  sleep: (ms: number) => Promise<void>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** 0 up to 1. */
  random: () => number;
}

/** First wait after a disturbance; each further one is four times as long. */
const firstWaitMs = 500;

/** Wait when GitHub names none for a secondary limit: its documentation asks for at least one minute. */
const secondaryWaitMs = 60_000;

/**
 * Writes that can be sent again without doubling anything: content-addressed objects (an extra commit is unreachable), a
 * label or reaction that is already there, and the editing of something that has an id.
 */
const repeatable = [
  /^GET /,
  /^PATCH /,
  /^POST .*\/git\/(?:blobs|trees|commits)$/,
  /^POST .*\/issues\/\{issue_number\}\/labels$/,
  /^POST .*\/reactions$/,
  /^POST \/graphql$/,
];

/**
 * Adds bounded retries and obedience to rate limits. A create is retried only when GitHub says that it did not happen
 * (rate limit); with its outcome unknown the error goes to the caller, who looks before asking again. Writes go one at a time.
 */
export function patient(request: Request, patience: Patience): Request {
  let lastWrite: Promise<unknown> = Promise.resolve();
  const insist = async (route: string, parameters?: Parameters) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await request(route, parameters);
      } catch (thrown) {
        const wait = attempt < patience.attempts ? waitBefore(route, thrown, { attempt, ...patience }) : null;
        if (wait === null) throw thrown;
        await patience.sleep(wait);
      }
    }
  };
  return (route, parameters) => {
    if (route.startsWith("GET ")) return insist(route, parameters);
    const mine = lastWrite.then(() => insist(route, parameters));
    lastWrite = mine.catch(() => undefined);
    return mine;
  };
}

/** Milliseconds to wait before the next try; null when there must be none. Pure. */
export function waitBefore(
  route: string,
  thrown: unknown,
  { attempt, waitMaxMs, now, random }: { attempt: number; waitMaxMs: number; now: () => number; random: () => number },
): number | null {
  const facts = httpFailure(thrown);
  const backoff = 4 ** (attempt - 1);
  if (rateLimited(facts)) {
    const wait = demandedWait(facts.headers, now()) ?? secondaryWaitMs * backoff;
    return wait <= waitMaxMs ? wait : null;
  }
  const disturbed = facts.status === null || facts.status >= 500;
  if (!disturbed || !repeatable.some((pattern) => pattern.test(route))) return null;
  return Math.round(firstWaitMs * backoff * (1 + random()));
}

function demandedWait(headers: Readonly<Record<string, unknown>>, now: number): number | null {
  const after = Number(headers["retry-after"]);
  if (Number.isFinite(after) && after > 0) return after * 1000;
  const reset = Number(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] !== "0" || !Number.isFinite(reset)) return null;
  return Math.max(0, reset * 1000 - now) + 1000;
}
