import type { State } from "./state.ts";

/** GitHub's own ids of the Actions App and its bot: the job token's identity. */
export const actionsAppId = 15_368;
export const actionsBotId = 41_898_282;

/** First id of each kind, chosen far apart and past 32 bits where GitHub's are. */
const firstId: Record<string, number> = {
  account: 5_000_001,
  app: 910_001,
  installation: 61_000_001,
  repository: 720_000_001,
  issue: 2_600_000_001,
  comment: 3_500_000_001,
  review: 2_900_000_001,
  thread: 300_000_001,
  reviewComment: 2_400_000_001,
  label: 8_000_000_001,
  reaction: 310_000_001,
  check: 52_000_000_001,
  workflow: 190_000_001,
  run: 19_000_000_001,
  artifact: 4_700_000_001,
  delivery: 180_000_000_001,
  job: 54_000_000_001,
};

/** The next id of a kind; the same order of calls gives the same ids. */
export function nextId(state: State, kind: keyof typeof firstId): number {
  const id = state.ids.get(kind) ?? firstId[kind] ?? 1;
  state.ids.set(kind, id + 1);
  return id;
}
