import { compare, gt, gte, lte, parse, prerelease, satisfies, valid } from "semver";
import type { BumpRefusal } from "./bump-order.ts";

const dayMs = 86_400_000;

/** One version that the registry has. */
export interface Release {
  version: string;
  /** When it was published; null: the registry does not say. */
  released: string | null;
  deprecated: boolean;
}

/** What the registry knows of one name. */
export interface Releases {
  /** What the dist-tag `latest` names; null: nothing. */
  latest: string | null;
  releases: readonly Release[];
}

/** How far a bump goes by semantic versioning. Below 1.0.0 the minor number counts as the major one, as in caret ranges. */
export type BumpStep = "patch" | "minor" | "major";

export interface BumpWish {
  name: string;
  /** The version that is locked now. */
  current: string;
  /** null: the newest. */
  range: string | null;
  /** Milliseconds since 1970 that ages are counted to. */
  now: number;
  /** Days that a release must be old. */
  ageDays: number;
}

export type BumpChoice =
  /** `passed`: a newer one that was not taken because it is too young, and from when on it can be. */
  | { kind: "chosen"; version: string; released: string | null; step: BumpStep; passed: TooYoung | null }
  | { kind: "newest" }
  | BumpRefusal;

interface TooYoung {
  version: string;
  /** ISO text; null: the registry does not say when it was published. */
  from: string | null;
}

/**
 * The newest release that may be taken: within the range, or, without one, not beyond the dist-tag `latest`; no pre-release unless the range
 * names one; not deprecated; older than the minimum age (threat T82: a malicious release is mostly found within hours). A bump never goes back. Pure.
 */
export function chooseRelease({ releases, latest }: Releases, wish: BumpWish): BumpChoice {
  const { name, current, range, now, ageDays } = wish;
  const known = releases.filter(({ version }) => valid(version) === version);
  const wanted = known.filter(({ version }) => isWanted(version, { range, latest, current }));
  if (range !== null && wanted.length === 0)
    return refused(
      `No version of \`${name}\` is in the range \`${range}\`.`,
      latest === null ? "Name another range." : `The newest one is ${latest}. Name another range.`,
    );
  const newer = wanted.filter(({ version }) => gt(version, current)).toSorted((a, b) => compare(b.version, a.version));
  if (newer.length === 0)
    return range === null || satisfies(current, range)
      ? { kind: "newest" }
      : refused(
          `\`${name}\` is locked at ${current}, which is newer than the range \`${range}\`.`,
          "A bump does not go back.",
        );
  const kept = newer.filter(({ deprecated }) => !deprecated);
  if (kept.length === 0)
    return refused(
      `Every version of \`${name}\` above ${current} that would fit is deprecated.`,
      "Read why in the registry, or name another range.",
    );
  const old = kept.find(({ released }) => isOld(released, now, ageDays));
  const [first] = kept;
  if (old === undefined || first === undefined) return tooYoung(name, kept, ageDays);
  const { version, released } = old;
  const passed = first === old ? null : { version: first.version, from: oldEnough(first.released, ageDays) };
  return { kind: "chosen", version, released, step: stepBetween(current, version), passed };
}

function isWanted(
  version: string,
  { range, latest, current }: Pick<BumpWish, "range" | "current"> & Pick<Releases, "latest">,
) {
  if (range !== null) return satisfies(version, range);
  if (prerelease(version) !== null) return false;
  const top = latest !== null && valid(latest) !== null && prerelease(latest) === null && gte(latest, current);
  return !top || lte(version, latest);
}

/** What changes between two versions, the second being newer. Pure. */
export function stepBetween(from: string, to: string): BumpStep {
  const [a, b] = [parse(from), parse(to)];
  if (a === null || b === null || a.major !== b.major) return "major";
  if (a.minor !== b.minor) return a.major === 0 ? "major" : "minor";
  return a.major === 0 && a.minor === 0 ? "major" : "patch";
}

function isOld(released: string | null, now: number, ageDays: number): boolean {
  return ageDays === 0 || (released !== null && now - Date.parse(released) >= ageDays * dayMs);
}

function oldEnough(released: string | null, ageDays: number): string | null {
  return released === null ? null : new Date(Date.parse(released) + ageDays * dayMs).toISOString();
}

function tooYoung(name: string, newer: readonly Release[], ageDays: number): BumpRefusal {
  const days = ageDays === 1 ? "1 day" : `${ageDays} days`;
  const dated = newer.flatMap(({ version, released }) => {
    const from = oldEnough(released, ageDays);
    return from === null ? [] : [{ version, from }];
  });
  const soonest = dated.toSorted((a, b) => (a.from < b.from ? -1 : 1))[0];
  if (soonest === undefined)
    return refused(
      `The registry does not say when the newer versions of \`${name}\` were published, so nobody knows that they are ${days} old.`,
      "Use a registry that tells the time of each version, or set `min_release_age_days` in `[bump]` to 0.",
    );
  return refused(
    `Every newer version of \`${name}\` that would fit was published less than ${days} ago: ${dated
      .map(({ version }) => version)
      .slice(0, 5)
      .join(", ")}.`,
    `${soonest.version} is old enough from ${minute(soonest.from)} on: ask again then.`,
  );
}

/** `2026-12-04T09:30:00.000Z` → `2026-12-04 09:30 UTC`. */
function minute(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function refused(message: string, next: string): BumpRefusal {
  return { kind: "refused", message, next };
}
