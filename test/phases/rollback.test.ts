import { describe, expect, test } from "vitest";
import { takenBack, targetOf } from "../../src/phases/rollback.ts";
import { sha } from "../record/papers.ts";

const commit = (name: string, run: number | null) => ({
  sha: sha(name),
  message: run === null ? "By hand" : `Address review\n\nAirlock-Run: ${run}`,
});

describe("where a rollback leads", () => {
  const rounds = [commit("a", 1), commit("b", 2), commit("c", 2)];
  test.each([
    ["without a commit before the last run's first one", rounds, "", sha("a")],
    ["to the commit that is named", rounds, sha("b").slice(0, 7), sha("b")],
    ["over a person's commit that lies before it", [commit("a", null), ...rounds.slice(1)], sha("b"), sha("b")],
  ])("%s", (_title, commits, argument, target) => {
    expect(targetOf(commits, argument, commits.at(-1)?.sha ?? "")).toEqual({ kind: "target", sha: target });
  });

  test.each([
    ["a pull request of one run has nothing before it", [commit("a", 1)], "", "nothing before it"],
    ["a person's commit on top is never undone", [...rounds, commit("d", null)], "", "work of people is not undone"],
    [
      "a person's commit in between is never undone",
      [commit("a", 1), commit("b", null), commit("c", 2)],
      sha("a"),
      `would be undone: ${sha("b").slice(0, 7)}.`,
    ],
    ["the head is there already", rounds, sha("c"), "is the head already"],
    ["a commit of another branch is none of this one", rounds, sha("f"), "has no commit"],
    ["too short a name is none", rounds, sha("b").slice(0, 6), "its first 7 to 40 characters"],
    ["words are no commit", rounds, "the last one", "its first 7 to 40 characters"],
    [
      "a name that fits two commits is none",
      [{ sha: `${"1".repeat(7)}${"2".repeat(33)}`, message: "" }, { ...commit("1", 1) }],
      "1111111",
      "2 commits of this pull request begin with",
    ],
  ])("%s", (_title, commits, argument, says) => {
    expect(targetOf(commits, argument, commits.at(-1)?.sha ?? "")).toMatchObject({
      kind: "stop",
      stop: { message: expect.stringContaining(says) },
    });
  });
});

test("a head beyond the commits that GitHub lists may be a person's work, so nothing is undone", () => {
  const commits = [commit("a", 1), commit("b", 2)];
  expect(targetOf(commits, "", sha("c"))).toMatchObject({ kind: "stop", stop: { kind: "refused" } });
  expect(targetOf(commits, "", sha("b"))).toEqual({ kind: "target", sha: sha("a") });
});

describe("what a merged pull request did is taken back file by file", () => {
  const file = (path: string, name: string) => ({ path, mode: "100644" as const, sha: sha(name) });
  const before = [file("a", "1"), file("gone", "2"), file("kept", "3")];
  const after = [file("a", "4"), file("new", "5"), file("kept", "3")];

  test("changed, deleted and new files become what they were, and others stay as they are now", () => {
    const now = [...after, file("later", "6")].map((one) => (one.path === "kept" ? file("kept", "7") : one));
    expect(takenBack({ before, after, now })).toEqual({
      kind: "files",
      files: expect.arrayContaining([file("a", "1"), file("gone", "2"), file("kept", "7"), file("later", "6")]),
    });
    expect(takenBack({ before, after, now })).toMatchObject({ files: { length: 4 } });
  });

  test.each([
    ["changed again", [file("a", "9"), file("new", "5"), file("kept", "3")], ["a"]],
    ["deleted since", [file("new", "5"), file("kept", "3")], ["a"]],
    ["made again with other content", [...after, file("gone", "9")], ["gone"]],
  ])("a file that others %s is a conflict", (_title, now, paths) => {
    expect(takenBack({ before, after, now })).toEqual({ kind: "conflict", paths });
  });

  test("a file that somebody has put back already needs nothing", () => {
    expect(takenBack({ before, after, now: before })).toEqual({ kind: "nothing" });
    expect(takenBack({ before, after, now: [file("a", "1"), file("new", "5"), file("kept", "3")] })).toMatchObject({
      kind: "files",
    });
  });
});
