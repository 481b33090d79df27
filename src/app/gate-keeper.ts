import type { Pull } from "../github/github.ts";
import { gateCheck, type GateView } from "../record/gate-check.ts";
import { type At, type GatePlace, type Head, headOf, lookAt, type News } from "./gate-look.ts";
import type { Log } from "./log.ts";
import { takeTurns } from "./turns.ts";

export interface Shown {
  pull: Pull;
  view: GateView;
}

/** Writes the check run `airlock`, the only thing that decides over a merge. Only the App can write it, and only here. */
export interface GateKeeper {
  readonly appId: number;
  /**
   * Reads everything again and writes what holds now; may be repeated at any time. One after the other for each head, so that a slow
   * early look cannot overwrite a late one. For a pull request that is not open it looks at the others with the same head. Out: null
   * for a pull request that is not open. Rejects, after it took a green check back, when a fact that decides cannot be read.
   */
  refresh(place: GatePlace, pull: number, news?: News): Promise<Shown | null>;
  /** Writes a view on a commit that is no pull request's head. */
  write(place: GatePlace, head: string, view: GateView): Promise<void>;
}

export function gateKeeper({ appId, log, now }: { appId: number; log: Log; now: () => number }): GateKeeper {
  const turns = takeTurns();
  const inTurn = <Value>(place: GatePlace, head: string, work: () => Promise<Value>) =>
    turns(`${place.repositoryId}@${head}`, work);
  const keeper: GateKeeper = {
    appId,
    async refresh(place, number, news = {}) {
      const asked = await place.github.pull(number);
      if (asked === null) return null;
      const { sha } = asked.head;
      const shown = await inTurn(place, sha, () => refresh({ place, appId, log, now: now() }, { number, sha }, news));
      return shown === "moved" ? await keeper.refresh(place, number, news) : shown;
    },
    write: (place, head, view) =>
      inTurn(place, head, async () => {
        await write(place, { head, view }, await headOf(place, head));
      }),
  };
  return keeper;
}

interface Asked {
  number: number;
  /** The head whose turn it is. */
  sha: string;
}

/** Another server may have written a newer answer between our look and our writing, so whoever writes green looks once more. */
async function refresh(at: At, asked: Asked, news: News): Promise<Shown | null | "moved"> {
  const first = await showOnce(at, asked, news);
  if (first.kind === "moved") return "moved";
  if (!first.wroteGreen) return first.shown;
  const second = await showOnce(at, asked, news);
  return second.kind === "moved" ? "moved" : second.shown;
}

type Once = { kind: "moved" } | { kind: "shown"; shown: Shown | null; wroteGreen: boolean };

async function showOnce(at: At, { number, sha }: Asked, news: News): Promise<Once> {
  const asked = await at.place.github.pull(number);
  if (asked === null) return { kind: "shown", shown: null, wroteGreen: false };
  if (asked.head.sha !== sha) return { kind: "moved" };
  const head = await headOf(at.place, sha);
  const look = await lookAt(at, asked, head, news);
  if (look === null) return { kind: "shown", shown: null, wroteGreen: false };
  const { pull, view, failure } = look;
  const written = await write(at.place, { head: sha, view }, head);
  at.log.info("gate.shown", {
    pull: number,
    view: view.kind,
    outcome: view.kind === "judged" ? view.gate.outcome.kind : null,
  });
  if (failure !== null) throw failure;
  const shown = asked.state === "open" ? { pull, view } : null;
  return { kind: "shown", shown, wroteGreen: written === "success" };
}

/**
 * Writes only what differs: a look every few minutes must not fill anybody's timeline. A view without a memory never replaces one.
 * Out: the conclusion that was written; null when nothing was.
 */
async function write(
  { github }: GatePlace,
  { head, view }: { head: string; view: GateView },
  { checks: [newest], there }: Head,
): Promise<string | null> {
  const check = gateCheck(view);
  if (there !== null && !("state" in view && view.state !== null)) return null;
  const conclusion = check.conclusion ?? null;
  if (newest === undefined) {
    await github.createCheck({ head, ...check });
    return conclusion;
  }
  const same =
    newest.externalId === check.externalId &&
    newest.status === check.status &&
    newest.conclusion === conclusion &&
    newest.title === check.title &&
    newest.summary === check.summary &&
    newest.text === check.text;
  if (same) return null;
  await github.updateCheck(newest.id, check);
  return conclusion;
}
