import { explain } from "../errors.ts";
import { type Patience, waitBefore } from "../github/patience.ts";
import type { Log } from "./log.ts";

export interface InsistEffects {
  /** Takes over work that the answer to GitHub does not wait for. */
  later(work: Promise<void>): void;
  /** How long what people wait for is tried again. */
  patience: Patience;
  log: Log;
}

/**
 * Tries work once. When that fails for a reason that may pass by itself (GitHub disturbed, a rate limit), it goes on being tried after
 * the delivery was answered: nobody delivers it again by himself. Rejects with the first failure all the same, so that the
 * delivery counts as failed. In: work that may be repeated at any time without doubling anything.
 */
export async function insist(work: () => Promise<void>, effects: InsistEffects): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (waitAfter(thrown, 1, effects.patience) !== null) effects.later(again(work, thrown, effects));
    throw thrown;
  }
}

async function again(work: () => Promise<void>, first: unknown, { patience, log }: InsistEffects): Promise<void> {
  let failure = first;
  for (let attempt = 1; attempt < patience.attempts; attempt += 1) {
    const wait = waitAfter(failure, attempt, patience);
    if (wait === null) break;
    await patience.sleep(wait);
    try {
      return await work();
    } catch (thrown) {
      failure = thrown;
    }
  }
  log.error("display.given_up", { why: explain(failure).message });
}

/** Milliseconds to the next try; null when trying again changes nothing. Whatever is shown may be written again, so like a PATCH. */
function waitAfter(thrown: unknown, attempt: number, patience: Patience): number | null {
  return waitBefore("PATCH /", thrown, { attempt, ...patience });
}
