import { compare } from "semver";
import { type BumpStep, chooseRelease } from "../brief/choose-release.ts";
import { rangesOf } from "../brief/manifest-ranges.ts";
import { lookUpReleases, type ReleasesAnswer } from "../checks/releases.ts";
import { type BumpPlace, lockedVersions, readBumpPlace } from "./bump-place.ts";
import type { Ground } from "./dependencies.ts";
import { stop, type Stopped } from "./stop.ts";

/** Packages that are looked up; of the rest the number is told. */
export const outdatedMax = 200;

/** What could be bumped, or why nobody knows. */
export type OutdatedRow =
  | { kind: "newer"; name: string; from: string; to: string; step: BumpStep; released: string | null }
  /** There is something newer, which is not to be taken. */
  | { kind: "waiting"; name: string; from: string; reason: string }
  | { kind: "unknown"; name: string; from: string; reason: string };

export interface Outdated {
  kind: "outdated";
  rows: OutdatedRow[];
  /** Packages that were looked up. */
  looked: number;
  /** Packages beyond `outdatedMax`, which nobody looked up. */
  left: number;
}

/**
 * What a checkout's package.json files ask for of which the registry has a newer release that a bump would take. Bumps nothing.
 * In: milliseconds since 1970 that ages are counted to. @throws SandboxError when the sandbox broke.
 */
export async function outdated(
  ground: Ground,
  checkout: string,
  { now, ageDays }: { now: number; ageDays: number },
): Promise<Outdated | Stopped> {
  const place = await readBumpPlace(ground, checkout);
  if (place.kind === "stop") return place;
  const all = lockedOf(place);
  const some = all.slice(0, outdatedMax);
  ground.onProgress(`asking the registry for the versions of ${some.length} packages`);
  const { sandbox, registry, signal } = ground;
  const answers = await lookUpReleases(
    { sandbox, registry, signal },
    some.map(({ name }) => name),
  );
  const [first] = answers;
  if (first?.kind === "unanswered" && answers.every(({ kind }) => kind === "unanswered"))
    return stop("failed", `The registry did not answer: ${first.reason}.`, "Ask again later.");
  const rows = some.flatMap(({ name, from }, index) => {
    const row = rowOf({ name, from }, answers[index], { now, ageDays });
    return row === null ? [] : [row];
  });
  return { kind: "outdated", rows, looked: some.length, left: all.length - some.length };
}

/** Every package of the registry that a package.json asks for, with the lowest version that it is locked at; by name. */
function lockedOf({ manifests, lock }: BumpPlace): { name: string; from: string }[] {
  const asks = [...manifests].flatMap(([path, text]) => (rangesOf(text) ?? []).map((one) => ({ ...one, path })));
  return [...Map.groupBy(asks, ({ name }) => name)]
    .flatMap(([name, some]) => {
      const [from] = lockedVersions(lock, name, some).toSorted(compare);
      return from === undefined ? [] : [{ name, from }];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function rowOf(
  { name, from }: { name: string; from: string },
  answer: ReleasesAnswer | undefined,
  { now, ageDays }: { now: number; ageDays: number },
): OutdatedRow | null {
  if (answer?.kind !== "releases") return { kind: "unknown", name, from, reason: reasonOf(answer) };
  const choice = chooseRelease(answer, { name, current: from, range: null, now, ageDays });
  switch (choice.kind) {
    case "chosen":
      return { kind: "newer", name, from, to: choice.version, step: choice.step, released: choice.released };
    case "newest":
      return null;
    case "refused":
      return { kind: "waiting", name, from, reason: choice.message };
  }
}

function reasonOf(answer: Exclude<ReleasesAnswer, { kind: "releases" }> | undefined): string {
  switch (answer?.kind) {
    case "absent":
      return "not in the registry";
    case "unpublished":
      return "taken down from the registry";
    case "unanswered":
    case undefined:
      return answer?.reason ?? "no answer";
  }
}
