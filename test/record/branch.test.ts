import { describe, expect, test } from "vitest";
import type { GitHub, Pull } from "../../src/github/github.ts";
import { attemptsAt, branchName, openPullOfIssue } from "../../src/record/branch.ts";
import { portOver } from "../github/ports.ts";
import { pull as aPull, sha } from "./papers.ts";

const pull = (number: number, more: Partial<Pull> = {}): Pull => ({ ...aPull, number, ...more });

/** The two questions branch names need, over tables. */
const github = (heads: Record<string, string>, pulls: Record<string, Pull[]> = {}): GitHub =>
  portOver({
    branch: async (name) => heads[name] ?? null,
    pullsFrom: async (name) => pulls[name] ?? [],
  });

test("the first attempt at an issue has number 1", async () => {
  expect(branchName("airlock/", 12, 1)).toBe("airlock/12-1");
  expect(await attemptsAt(github({}), "airlock/", 12)).toEqual({ taken: [], free: "airlock/12-1" });
});

test("a deleted branch with a closed pull request stays taken", async () => {
  const closed = pull(3, { state: "closed" });
  const { taken, free } = await attemptsAt(
    github({ "airlock/12-2": sha("f") }, { "airlock/12-1": [closed] }),
    "airlock/",
    12,
  );
  expect(free).toBe("airlock/12-3");
  expect(taken).toEqual([
    { name: "airlock/12-1", head: null, pulls: [closed] },
    { name: "airlock/12-2", head: sha("f"), pulls: [] },
  ]);
});

test("attempts without an end are refused", async () => {
  const endless = portOver({ branch: async () => sha("f"), pullsFrom: async () => [] });
  await expect(attemptsAt(endless, "airlock/", 12)).rejects.toMatchObject({ code: "github-failed" });
});

describe("the open pull request of an issue", () => {
  test.each([
    ["open and ours", [pull(3)], 3],
    ["closed", [pull(3, { state: "closed" })], null],
    ["opened by a person from that branch", [pull(3, { author: { id: 5, login: "mona", type: "User" } })], null],
  ])("%s", async (_title, pulls, expected) => {
    const found = await openPullOfIssue(
      github({ "airlock/12-1": sha("e") }, { "airlock/12-1": pulls }),
      "airlock/",
      12,
    );
    expect(found?.number ?? null).toBe(expected);
  });
});
