import { setTimeout as sleep } from "node:timers/promises";
import { explain } from "../errors.ts";
import type { AppConnection, Installed } from "../github/app.ts";
import type { GitHub, Pull } from "../github/github.ts";
import { isOurPull } from "../record/own-pull.ts";
import { policyCheckName } from "../record/policy-check-name.ts";
import type { GateKeeper } from "./gate-keeper.ts";
import type { Log } from "./log.ts";
import { gatePermissions } from "./on-pull.ts";
import { askTeamOf } from "./team-members.ts";

/** Milliseconds between two rounds, and by how much chance moves each: several servers must not go round together. */
const roundMs = 5 * 60_000;
const jitterMs = 60_000;
/** Repositories of one round, and pull requests of one repository, ours and theirs each: what is left over comes in the next round. */
const repositoriesMax = 50;
const pullsMax = 20;

export interface PatrolEffects {
  app: AppConnection;
  gate: GateKeeper;
  log: Log;
  random: () => number;
}

/**
 * Looks at every open pull request, again and again: a delivery can be lost, the App can be installed later, and some facts change without
 * an event (a role that was taken away, a rule of the branch). People's own only need their check once. Ends when the signal is aborted; what is under way is finished by whoever tracks it.
 */
export async function patrol(effects: PatrolEffects, signal: AbortSignal): Promise<void> {
  let from = 0;
  const offsets: Offsets = new Map();
  while (!signal.aborted) {
    const wait = roundMs + Math.round((effects.random() * 2 - 1) * jitterMs);
    await sleep(wait, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    from = await patrolOnce(effects, from, signal, offsets);
  }
}

/** Where the next round goes on in the lists of a repository. */
type Offsets = Map<string, number>;

/**
 * One round. In: at which repository to begin, and where in the repositories' lists, which it moves on. Out: where the next one begins.
 * Never rejects.
 */
export async function patrolOnce(
  effects: PatrolEffects,
  from: number,
  signal: AbortSignal,
  offsets: Offsets = new Map(),
): Promise<number> {
  const { app, log } = effects;
  try {
    const all = await app.repositories();
    const start = all.length === 0 ? 0 : from % all.length;
    const some = [...all.slice(start), ...all.slice(0, start)].slice(0, repositoriesMax);
    for (const one of some) {
      if (signal.aborted) break;
      await lookAt(one, { ...effects, offsets, signal }).catch((thrown: unknown) =>
        log.warn("patrol.failed", { repository: one.repository.id, why: explain(thrown).message }),
      );
    }
    return start + some.length;
  } catch (thrown) {
    log.warn("patrol.failed", { repository: null, why: explain(thrown).message });
    return from;
  }
}

interface Round extends PatrolEffects {
  offsets: Offsets;
  signal: AbortSignal;
}

async function lookAt(one: Installed & { defaultBranch: string }, round: Round): Promise<void> {
  const { app, gate, offsets, signal, log } = round;
  const github = await app.repository(one, gatePermissions);
  const { id } = one.repository;
  const all = await github.everyOpenPull();
  if (all.length === 0) return;
  const { defaultBranch } = one;
  const askTeam = askTeamOf(app, one);
  const place = { github, bot: await app.botId(one), repositoryId: id, defaultBranch, askTeam };
  const ours = all.filter((pull) => isOurPull(pull, id));
  const theirs = all.filter((pull) => !isOurPull(pull, id));
  const look = async ({ number, head }: Pull, isOurs: boolean) => {
    if (signal.aborted) return;
    try {
      if (isOurs || !(await isDone(github, head.sha))) await gate.refresh(place, number);
    } catch (thrown) {
      // One that cannot be read must not keep the others from being looked at.
      log.warn("patrol.failed", { repository: id, pull: number, why: explain(thrown).message });
    }
  };
  for (const pull of turnOf(ours, `${id}/ours`, offsets)) await look(pull, true);
  for (const pull of turnOf(theirs, `${id}/theirs`, offsets)) await look(pull, false);
}

/** The next of a list, in the order of their numbers; where it is too long for one round, the next round goes on behind them. */
function turnOf(pulls: readonly Pull[], key: string, offsets: Offsets): Pull[] {
  const sorted = pulls.toSorted((a, b) => a.number - b.number);
  const start = sorted.length === 0 ? 0 : (offsets.get(key) ?? 0) % sorted.length;
  const some = [...sorted.slice(start), ...sorted.slice(0, start)].slice(0, pullsMax);
  offsets.set(key, start + some.length);
  return some;
}

/** Somebody's own pull request never changes its check again once it is green; asking for that alone costs one request. */
async function isDone(github: GitHub, head: string): Promise<boolean> {
  const [newest] = await github.checks(head, policyCheckName);
  return newest !== undefined && newest.externalId === "foreign" && newest.conclusion === "success";
}
