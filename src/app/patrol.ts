import { setTimeout as sleep } from "node:timers/promises";
import { explain } from "../errors.ts";
import type { AppConnection, Installed } from "../github/app.ts";
import { isOurPull } from "../record/own-pull.ts";
import type { GateKeeper } from "./gate-keeper.ts";
import type { Log } from "./log.ts";
import { gatePermissions } from "./on-pull.ts";
import { askTeamOf } from "./team-members.ts";

/** Milliseconds between two rounds, and by how much chance moves each: several servers must not go round together. */
const roundMs = 5 * 60_000;
const jitterMs = 60_000;
/** Repositories of one round, and pull requests of one repository: what is left over comes in the next round. */
const repositoriesMax = 50;
const pullsMax = 20;

export interface PatrolEffects {
  app: AppConnection;
  gate: GateKeeper;
  log: Log;
  random: () => number;
}

/**
 * Looks at every open pull request of ours, again and again: a delivery can be lost, and some facts change without an event (a role that
 * was taken away, a rule of the branch). Ends when the signal is aborted; what is under way is finished by whoever tracks it.
 */
export async function patrol(effects: PatrolEffects, signal: AbortSignal): Promise<void> {
  let from = 0;
  while (!signal.aborted) {
    const wait = roundMs + Math.round((effects.random() * 2 - 1) * jitterMs);
    await sleep(wait, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    from = await patrolOnce(effects, from, signal);
  }
}

/** One round. In: at which repository to begin. Out: where the next one begins. Never rejects. */
export async function patrolOnce(effects: PatrolEffects, from: number, signal: AbortSignal): Promise<number> {
  const { app, log } = effects;
  try {
    const all = await app.repositories();
    const start = all.length === 0 ? 0 : from % all.length;
    const some = [...all.slice(start), ...all.slice(0, start)].slice(0, repositoriesMax);
    for (const one of some) {
      if (signal.aborted) break;
      await lookAt(one, effects).catch((thrown: unknown) =>
        log.warn("patrol.failed", { repository: one.repository.id, why: explain(thrown).message }),
      );
    }
    return start + some.length;
  } catch (thrown) {
    log.warn("patrol.failed", { repository: null, why: explain(thrown).message });
    return from;
  }
}

async function lookAt(one: Installed & { defaultBranch: string }, { app, gate }: PatrolEffects): Promise<void> {
  const github = await app.repository(one, gatePermissions);
  const open = (await github.openPulls()).filter((pull) => isOurPull(pull, one.repository.id));
  if (open.length === 0) return;
  const { defaultBranch } = one;
  const askTeam = askTeamOf(app, one);
  const place = { github, bot: await app.botId(one), repositoryId: one.repository.id, defaultBranch, askTeam };
  for (const { number } of open.slice(0, pullsMax)) await gate.refresh(place, number);
}
