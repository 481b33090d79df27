import type { AppConnection } from "../github/app.ts";
import type { GateState } from "../record/gate-state.ts";
import { stateItemsMax } from "../record/gate-state.ts";
import { type CommentCreated, GroupFormed, installedOf, PullMoved, readEvent } from "./events.ts";
import type { GateKeeper } from "./gate-keeper.ts";
import type { GatePlace } from "./gate-look.ts";
import { groupView, isReleased } from "./group-view.ts";
import { insist, type InsistEffects } from "./insist.ts";
import type { OpenGroups } from "./open-groups.ts";
import { askTeamOf } from "./team-members.ts";

export interface PullEffects extends InsistEffects {
  app: AppConnection;
  gate: GateKeeper;
  groups: OpenGroups;
}

/** What the gate's token may do. */
export const gatePermissions = {
  checks: "write",
  pull_requests: "read",
  actions: "read",
  metadata: "read",
} as const;

/**
 * Something happened to a pull request or to a review of it. The payload only says where to look; labels are output and are never read.
 * Whoever pushed is remembered, because GitHub tells it nowhere else.
 */
export async function onPull(payload: unknown, effects: PullEffects): Promise<void> {
  const event = readEvent(PullMoved, payload);
  const pusher = event.action === "synchronize" && event.sender.type === "User" ? event.sender.id : null;
  await insist(async () => {
    const place = await placeOf(event, effects.app);
    const news = pusher === null ? {} : { remember: (state: GateState) => withPusher(state, pusher) };
    const shown = await effects.gate.refresh(place, event.pull_request.number, news);
    if (shown === null || isReleased(shown)) return;
    // Another pull request with the same head may be the one in line.
    for (const number of new Set([event.pull_request.number, shown.pull.number]))
      await takeBack(number, place, effects);
  }, effects);
}

/** A merge queue asks for the checks of a group: the last moment before a merge. */
export async function onGroup(payload: unknown, effects: PullEffects): Promise<void> {
  const event = readEvent(GroupFormed, payload);
  await insist(async () => {
    const place = await placeOf(event, effects.app);
    const head = event.merge_group.head_sha;
    const view = await groupView(event, place, effects);
    await effects.gate.write(place, head, view);
    if (!isReleased({ view })) return;
    effects.groups.add({ repositoryId: place.repositoryId, head, pulls: view.pulls });
    // An objection between the look and this line found no group to take back.
    const again = await groupView(event, place, effects);
    // A group that is not in line any more was merged or left it: nothing is held up by a word on it.
    if (again.waiting !== null && !isReleased({ view: again })) await effects.gate.write(place, head, again);
  }, effects);
}

/** An objection after queueing: the groups that hold the pull request must not be merged on the strength of what held before. */
async function takeBack(pull: number, place: GatePlace, { gate, groups }: PullEffects): Promise<void> {
  const taken = groups.take(place.repositoryId, pull);
  try {
    for (const { head, pulls } of taken) await gate.write(place, head, { kind: "group", pulls, waiting: [pull] });
  } catch (thrown) {
    for (const group of taken) groups.add(group);
    throw thrown;
  }
}

/** Where the gate looks for an event's repository, with a token that may no more than it needs. */
export async function placeOf(
  event: Pick<CommentCreated, "installation" | "repository">,
  app: AppConnection,
): Promise<GatePlace> {
  const installed = installedOf(event);
  const [github, bot] = await Promise.all([app.repository(installed, gatePermissions), app.botId(installed)]);
  return {
    github,
    bot,
    repositoryId: event.repository.id,
    defaultBranch: event.repository.default_branch,
    askTeam: askTeamOf(app, installed),
  };
}

function withPusher(state: GateState, pusher: number): GateState {
  const pushers = [...new Set([...state.pushers, pusher])];
  return { ...state, pushers: pushers.slice(-stateItemsMax) };
}
