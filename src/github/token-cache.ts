/** Milliseconds before its end at which a token is no longer handed out, so that it outlives the work it is for. */
const reserveMs = 5 * 60_000;

/** Tokens kept. The oldest goes first; a lost one is only asked for again. */
const tokensMax = 1_000;

export interface ShortToken {
  token: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/**
 * Keeps short-lived tokens in memory. `get` asks for one only when none is good for five more minutes, and once for everybody
 * who waits at the same time; a failure is not kept.
 */
export function tokenCache(now: () => number): { get(key: string, ask: () => Promise<ShortToken>): Promise<string> } {
  const kept = new Map<string, ShortToken>();
  const asking = new Map<string, Promise<string>>();
  return {
    async get(key, ask) {
      const there = kept.get(key);
      if (there !== undefined && there.expiresAt - now() > reserveMs) return there.token;
      const mine = asking.get(key) ?? fresh(key, ask).finally(() => asking.delete(key));
      asking.set(key, mine);
      return await mine;
    },
  };

  async function fresh(key: string, ask: () => Promise<ShortToken>): Promise<string> {
    const given = await ask();
    kept.delete(key);
    kept.set(key, given);
    const [oldest] = kept.keys();
    if (kept.size > tokensMax && oldest !== undefined) kept.delete(oldest);
    return given.token;
  }
}
