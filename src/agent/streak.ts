import type { ToolCall } from "../model/model.ts";

/** What the model has been doing in a row. */
export interface Streak {
  /** Turns or calls in a row that could not be used: broken JSON, an unknown tool, no call at all. */
  missteps: number;
  /** The last usable call, and how often in a row it was made. */
  call: string;
  times: number;
}

export const noStreak: Streak = { missteps: 0, call: "", times: 0 };

/** From this many equal calls in a row on the model is told; at `sameCallMax` the run ends without carrying it out. */
export const sameCallTold = 3;
export const sameCallMax = 5;

/** Unusable calls or turns in a row that end the run. */
export const misstepsMax = 3;

export function withMisstep(streak: Streak): Streak {
  return { ...streak, missteps: streak.missteps + 1 };
}

/** A usable call ends every row of missteps. Two calls are the same when tool and arguments are, character for character. */
export function withCall(streak: Streak, { name, arguments: args }: Omit<ToolCall, "callId">): Streak {
  const call = `${name} ${args}`;
  return { missteps: 0, call, times: call === streak.call ? streak.times + 1 : 1 };
}
