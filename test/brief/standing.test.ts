import { expect, test } from "vitest";
import { standingOf, type StandingFacts } from "../../src/brief/standing.ts";
import type { PastRun } from "../../src/handoff/ci.ts";

const facts: StandingFacts = { part: [], passedHere: false, failedHere: 1, history: [], onDefault: true };

/** Newest first: p passed, s the same failure, o another one, u unread. */
const past = (letters: string): PastRun[] =>
  Array.from(letters).map((letter, index) => ({
    run: 100 - index,
    attempt: 1,
    commit: "a".repeat(40),
    created_at: "2026-11-20T10:00:00Z",
    outcome: ({ p: "passed", s: "same", o: "other" } as const)[letter] ?? "unread",
  }));

test.each<[string, Partial<StandingFacts>, string, RegExp]>([
  ["first seen", { history: past("pppp") }, "unknown", /not seen before/],
  ["no history at all", {}, "unknown", /not seen before/],
  ["the same commit passed", { passedHere: true, history: past("sss") }, "flaky", /same commit passed/],
  ["it came and went twice", { history: past("pspps") }, "flaky", /came and went 2 times/],
  ["it came and went once: somebody may have repaired it", { history: past("ppspp") }, "unknown", /not seen before/],
  ["another failure between does not make it flaky", { history: past("osos") }, "unknown", /./],
  ["the run before failed so", { history: past("spp") }, "broken", /in the run before/],
  ["the three before failed so", { history: past("sssp") }, "broken", /in the 3 runs before/],
  ["both attempts failed so", { failedHere: 2 }, "broken", /All 2 attempts/],
  [
    "a pull request fails as the default branch does",
    { onDefault: false, history: past("sp") },
    "broken",
    /did not cause it/,
  ],
  ["the network, even twice", { part: ["npm error code ECONNRESET"], history: past("s") }, "infrastructure", /network/],
  ["a registry that is down", { part: ["npm error 503 Service Unavailable"] }, "infrastructure", /network/],
  ["no space", { part: ["ENOSPC: no space left"] }, "infrastructure", /machine/],
  ["what was not read decides nothing", { history: past("uuu") }, "unknown", /./],
])("%s", (_, given, verdict, because) => {
  const standing = standingOf({ ...facts, ...given });
  expect(standing.verdict).toBe(verdict);
  expect(standing.because).toMatch(because);
});
