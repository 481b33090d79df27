import { gateCheck, type GateView } from "../record/gate-check.ts";
import { type GroupFormed, installedOf } from "./events.ts";
import type { GatePlace } from "./gate-look.ts";
import { unlessNotGranted } from "./not-granted.ts";
import type { PullEffects } from "./on-pull.ts";

/**
 * Whether every pull request of ours in a merge group is released now. A group's name tells only its last pull request; it holds others
 * that stand before it in line. So everything up to there is looked at: too much rather than too little.
 */
export async function groupView(
  event: GroupFormed,
  place: GatePlace,
  { app, gate, log }: PullEffects,
): Promise<GateView & { kind: "group" }> {
  const { head_ref: ref, base_ref: base } = event.merge_group;
  const last = Number(/\/pr-([1-9]\d{0,9})-[0-9a-f]{40}$/.exec(ref)?.[1] ?? 0);
  const queue = await queueOf(event, base.slice("refs/heads/".length), app);
  const at = queue?.indexOf(last) ?? -1;
  if (queue === null || at < 0) {
    log.warn("group.unreadable", { pull: last });
    return { kind: "group", pulls: [], waiting: null };
  }
  const pulls = queue.slice(0, at + 1);
  const waiting: number[] = [];
  for (const number of pulls) if (!(await mayMerge(number, place, gate))) waiting.push(number);
  return { kind: "group", pulls, waiting };
}

async function mayMerge(number: number, place: GatePlace, gate: PullEffects["gate"]): Promise<boolean> {
  const pull = await place.github.pull(number);
  if (pull === null || pull.merged) return pull !== null;
  const shown = await gate.refresh(place, number);
  return shown !== null && isReleased(shown);
}

/** Whether a view is green. */
export function isReleased({ view }: { view: GateView }): boolean {
  return gateCheck(view).conclusion === "success";
}

/** null: the branch has no queue, or the App may not read it. */
async function queueOf(event: GroupFormed, branch: string, app: PullEffects["app"]): Promise<number[] | null> {
  return await unlessNotGranted(async () => {
    const github = await app.repository(installedOf(event), {
      merge_queues: "read",
      pull_requests: "read",
      metadata: "read",
    });
    return await github.mergeQueue(branch);
  });
}
