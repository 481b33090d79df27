import { expect, test } from "vitest";
import { type BumpWish, chooseRelease, type Releases, stepBetween } from "../../src/brief/choose-release.ts";

const now = Date.parse("2026-12-01T12:00:00Z");
const daysAgo = (days: number) => new Date(now - days * 86_400_000).toISOString();

/** `1.2.0 10` was published ten days ago; `!` behind it: deprecated; `?` for the days: nobody says when. */
function published(latest: string | null, ...lines: string[]): Releases {
  const releases = lines.map((line) => {
    const [version = "", days = "", mark] = line.split(" ");
    return { version, released: days === "?" ? null : daysAgo(Number(days)), deprecated: mark === "!" };
  });
  return { latest, releases };
}

const wish = (current: string, range: string | null = null, ageDays = 3): BumpWish => ({
  name: "pkg",
  current,
  range,
  now,
  ageDays,
});

const usual = published(
  "2.1.0",
  "1.0.0 900",
  "1.1.0 800",
  "1.1.1 700",
  "2.0.0 90",
  "2.1.0 30",
  "3.0.0-rc.1 20",
  "3.0.0 10",
);

test.each<[string, Releases, BumpWish, string, string]>([
  ["without a range, what latest names", usual, wish("1.0.0"), "2.1.0", "major"],
  ["the newest of a range", usual, wish("1.0.0", "^1"), "1.1.1", "minor"],
  ["an exact version", usual, wish("1.1.0", "1.1.1"), "1.1.1", "patch"],
  ["a range beyond latest, because it was asked for", usual, wish("2.1.0", "^3"), "3.0.0", "major"],
  ["beyond latest when what is locked is beyond it", usual, wish("3.0.0-rc.1"), "3.0.0", "patch"],
  ["a pre-release only when the range names one", usual, wish("2.1.0", "3.0.0-rc.1"), "3.0.0-rc.1", "major"],
  ["the newest that is not deprecated", published("1.2.0", "1.1.0 9", "1.2.0 8 !"), wish("1.0.0"), "1.1.0", "minor"],
  ["exactly three days", published("1.1.0", "1.1.0 3"), wish("1.0.0"), "1.1.0", "minor"],
  ["a young one where no age is asked for", published("1.1.0", "1.1.0 0"), wish("1.0.0", null, 0), "1.1.0", "minor"],
  ["an undated one where no age is asked for", published("1.1.0", "1.1.0 ?"), wish("1.0.0", null, 0), "1.1.0", "minor"],
  [
    "what is no version is not looked at",
    published("1.1.0", "1.1.0 9", "v9 9", "nine 9"),
    wish("1.0.0"),
    "1.1.0",
    "minor",
  ],
])("chosen: %s", (...[, releases, asked, version, step]) => {
  expect(chooseRelease(releases, asked)).toMatchObject({ kind: "chosen", version, step, passed: null });
});

test("a newer one that is too young is passed over, and named with its day", () => {
  const releases = published("1.3.0", "1.1.0 9", "1.2.0 2", "1.3.0 1");
  expect(chooseRelease(releases, wish("1.0.0"))).toEqual({
    kind: "chosen",
    version: "1.1.0",
    released: daysAgo(9),
    step: "minor",
    passed: { version: "1.3.0", from: "2026-12-03T12:00:00.000Z" },
  });
});

test.each<[string, Releases, BumpWish]>([
  ["without a range", usual, wish("2.1.0")],
  ["with a range that it fits", usual, wish("1.1.1", "^1")],
  ["where only a pre-release is newer", published("1.0.0", "1.0.0 9", "1.1.0-beta.1 8"), wish("1.0.0")],
])("what is locked is the newest: %s", (_, releases, asked) => {
  expect(chooseRelease(releases, asked)).toEqual({ kind: "newest" });
});

test.each<[string, Releases, BumpWish, string, string]>([
  [
    "a range that does not resolve",
    usual,
    wish("1.0.0", "^9"),
    "No version of `pkg` is in the range `^9`.",
    "The newest one is 2.1.0. Name another range.",
  ],
  [
    "a range below",
    usual,
    wish("2.0.0", "^1"),
    "`pkg` is locked at 2.0.0, which is newer than the range `^1`.",
    "A bump does not go back.",
  ],
  [
    "everything newer is deprecated",
    published("1.1.0", "1.1.0 9 !"),
    wish("1.0.0"),
    "Every version of `pkg` above 1.0.0 that would fit is deprecated.",
    "Read why in the registry, or name another range.",
  ],
  [
    "everything newer is too young",
    published("1.2.0", "1.1.0 2", "1.2.0 0"),
    wish("1.0.0"),
    "Every newer version of `pkg` that would fit was published less than 3 days ago: 1.2.0, 1.1.0.",
    "1.1.0 is old enough from 2026-12-02 12:00 UTC on: ask again then.",
  ],
  [
    "nobody says when",
    published("1.1.0", "1.1.0 ?"),
    wish("1.0.0"),
    "The registry does not say when the newer versions of `pkg` were published, so nobody knows that they are 3 days old.",
    "Use a registry that tells the time of each version, or set `min_release_age_days` in `[bump]` to 0.",
  ],
])("refused: %s", (...[, releases, asked, message, next]) => {
  expect(chooseRelease(releases, asked)).toEqual({ kind: "refused", message, next });
});

test.each([
  ["1.0.0", "1.0.1", "patch"],
  ["1.0.0", "1.1.0", "minor"],
  ["1.9.9", "2.0.0", "major"],
  ["0.3.0", "0.3.1", "patch"],
  ["0.3.0", "0.4.0", "major"],
  ["0.0.3", "0.0.4", "major"],
])("%s → %s is %s", (from, to, step) => {
  expect(stepBetween(from, to)).toBe(step);
});
