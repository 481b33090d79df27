import { describe, expect, test } from "vitest";
import type { Owners } from "../../src/handoff/verdict.ts";
import { readState, renderState } from "../../src/record/gate-state.ts";
import { ownersMax } from "../../src/handoff/verdict.ts";
import { rememberedOwners } from "../../src/record/remembered-owners.ts";
import { made } from "./made-state.ts";

const group = (more: Partial<Owners> = {}): Owners => ({ paths: ["src/a.ts"], users: [], teams: [], ...more });

describe("owners are remembered", () => {
  const long = `src/${"x".repeat(200)}`;
  test.each<[string, Partial<Owners>, Partial<Owners>]>([
    ["as they are", { users: ["mona"], teams: ["a.b_c"] }, { users: ["mona"], teams: ["a.b_c"] }],
    ["with three paths", { paths: ["a", "b", "c"] }, { paths: ["a", "b", "c"] }],
    ["with more paths counted", { paths: ["a", "b", "c", "d"] }, { paths: ["a", "b", "and 2 more"] }],
    ["with a long path cut", { paths: [long] }, { paths: [`${long.slice(0, 120)}…`] }],
    [
      "without a path that would not come back as it was",
      { paths: ["fixes #1/[skip ci].ts", "[id]/page.tsx"] },
      { paths: ["a path that cannot be shown here", "[id]/page.tsx"] },
    ],
    [
      "with a name that nobody can have where it is no name",
      { users: ["/x\n/agent fix", "robot[bot]", "ben"], teams: ["../user"] },
      { users: ["no--login", "no--login", "ben"], teams: ["no--login"] },
    ],
  ])("%s", (_title, given, kept) => {
    const owners = rememberedOwners([group(given)]);
    expect(owners).toEqual([group(kept)]);
    const state = { ...made, requirements: { ...made.requirements, owners: owners ?? [] } };
    expect(readState(renderState(state), state)).toEqual(state);
  });

  test("whole or not at all: a part of them would ask for less", () => {
    const groups = (count: number, users: number) =>
      Array.from({ length: count }, () => group({ users: Array(users).fill("u".repeat(39)) }));
    expect(rememberedOwners(groups(5, 30))).toHaveLength(5);
    expect(rememberedOwners(groups(19, 30))).toBeNull();
    expect(rememberedOwners(groups(ownersMax.groups - 1, 1))).toHaveLength(ownersMax.groups - 1);
    expect(rememberedOwners(groups(ownersMax.groups, 1))).toBeNull();
  });
});
