import { describe, expect, test } from "vitest";
import type { GitHub, Pull } from "../../src/github/github.ts";
import { attemptOf, attemptsAt, branchName, openPullAmong, pullOfRun } from "../../src/record/branch.ts";
import { portOver } from "../github/ports.ts";
import { pull as aPull, sha } from "./papers.ts";

const pull = (number: number, ref: string, more: Partial<Pull> = {}): Pull => ({
  ...aPull,
  number,
  head: { ...aPull.head, ref },
  ...more,
});

/** The questions branch names need, over a table of branches and all pull requests. */
const github = (heads: Record<string, string>, pulls: Pull[] = [], commits: Record<number, string> = {}): GitHub =>
  portOver({
    branches: async (prefix) =>
      Object.entries(heads).flatMap(([name, head]) => (name.startsWith(prefix) ? [{ name, head }] : [])),
    openPulls: async () => pulls.filter(({ state }) => state === "open"),
    pullsFrom: async (name) => pulls.filter(({ head }) => head.ref === name),
    pullCommits: async (number) => [{ sha: sha("f"), message: commits[number] ?? "" }],
  });
const found = (port: GitHub) => attemptsAt(port, "airlock/", 12);
const openOf = async (port: GitHub) => openPullAmong((await found(port)).taken)?.number ?? null;

test("the first attempt at an issue has number 1", async () => {
  expect(branchName("airlock/", 12, 1)).toBe("airlock/12-1");
  expect(await found(github({}))).toEqual({ taken: [], free: "airlock/12-1" });
});

test.each([
  ["airlock/12-1", 1],
  ["airlock/12-10", 10],
  ["airlock/12-01", null],
  ["airlock/12-0", null],
  ["airlock/12-1x", null],
  ["airlock/121-1", null],
  ["other/12-1", null],
])("%s is attempt %s at issue 12", (name, attempt) => {
  expect(attemptOf(name, "airlock/", 12)).toBe(attempt);
});

test("a deleted branch with a closed pull request stays taken", async () => {
  const closed = pull(3, "airlock/12-1", { state: "closed" });
  const { taken, free } = await found(github({ "airlock/12-2": sha("f") }, [closed]));
  expect(free).toBe("airlock/12-3");
  expect(taken).toEqual([
    { name: "airlock/12-1", head: null, pulls: [closed] },
    { name: "airlock/12-2", head: sha("f"), pulls: [] },
  ]);
});

describe("a number that is missing ends nothing", () => {
  test("an open pull request behind a branch that somebody deleted is found", async () => {
    const port = github({ "airlock/12-2": sha("e") }, [pull(3, "airlock/12-2")]);
    expect(await openOf(port)).toBe(3);
    expect((await found(port)).free).toBe("airlock/12-3");
  });

  test("so is one far behind, and its name is not given again", async () => {
    const port = github({ "airlock/12-40": sha("e") }, [pull(3, "airlock/12-40")]);
    expect(await openOf(port)).toBe(3);
    expect((await found(port)).free).toBe("airlock/12-41");
  });

  test("the twin: of another issue it is none", async () => {
    expect(await openOf(github({ "airlock/120-2": sha("e") }, [pull(3, "airlock/120-2")]))).toBeNull();
  });
});

test("attempts without an end are refused", async () => {
  const heads = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`airlock/12-${index + 1}`, sha("f")]));
  await expect(found(github(heads))).rejects.toMatchObject({ code: "github-failed" });
});

describe("the open pull request of an issue", () => {
  const ref = "airlock/12-1";
  test.each([
    ["open and ours", [pull(3, ref)], 3],
    ["closed", [pull(3, ref, { state: "closed" })], null],
    ["opened by a person from that branch", [pull(3, ref, { author: { id: 5, login: "mona", type: "User" } })], null],
  ])("%s", async (_title, pulls, expected) => {
    expect(await openOf(github({ [ref]: sha("e") }, pulls))).toBe(expected);
  });
});

describe("the pull request that a run opened before", () => {
  const ofRun = (run: number) => `Fix\n\nAirlock-Run: ${run}`;
  const closed = pull(3, "airlock/12-1", { state: "closed" });
  test.each([
    ["is found although it is closed and its branch is gone", closed, ofRun(77), 3],
    ["is not another run's", closed, ofRun(78), null],
    ["is not a person's", { ...closed, author: { id: 5, login: "mona", type: "User" as const } }, ofRun(77), null],
  ])("%s", async (_title, one, message, expected) => {
    const port = github({}, [one], { 3: message });
    expect((await pullOfRun(port, (await found(port)).taken, 77))?.number ?? null).toBe(expected);
  });
});
