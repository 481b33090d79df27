import { describe, expect, test } from "vitest";
import { judgeApprovals } from "../../src/policy/approvals.ts";
import { contributorsOf } from "../../src/policy/contributors.ts";
import { commit, facts, review } from "./made-approvals.ts";

describe("an author whom nobody can name", () => {
  const stranger = { account: null, email: "somebody@example.test" };
  test.each([
    ["as author", { ...commit, author: stranger }],
    ["as committer", { ...commit, committer: stranger }],
    ["as co-author", { ...commit, message: "Co-authored-by: X <somebody@example.test>" }],
    ["as co-author without an address", { ...commit, message: "Co-authored-by: X" }],
  ])("%s stops it: it could be any of those who approve", (_title, one) => {
    const judged = judgeApprovals(facts({ reviews: [review("ben")], commits: [one] }));
    expect(judged.outcome).toEqual({
      kind: "waiting",
      missing: ["Nobody can tell who wrote aaaaaaaa: its address belongs to no GitHub account."],
    });
  });

  test("the twin: GitHub itself commits for people and is nobody's name", () => {
    const judged = judgeApprovals(
      facts({ reviews: [review("ben")], commits: [{ ...commit, author: commit.committer }] }),
    );
    expect(judged.outcome).toEqual({ kind: "met" });
  });
});

test("everybody of every commit is found, by id where the address tells it", () => {
  const message = [
    "Fix",
    "",
    "Co-authored-by: A <7+ada@users.noreply.github.com>",
    "  CO-AUTHORED-BY : B <ben@users.noreply.github.com>  ",
  ].join("\n");
  const found = contributorsOf([commit, { ...commit, message }], new Set());
  expect({ ids: [...found.ids], logins: [...found.logins], unnamed: found.unnamed }).toEqual({
    ids: [41_898_282, 1, 7],
    logins: ["github-actions[bot]", "ben"],
    unnamed: [],
  });
});

test("only co-authorship is forgiven", () => {
  const mona = { ...commit, author: { account: { id: 1, login: "mona" }, email: "" } };
  expect(contributorsOf([commit], new Set([1])).ids.has(1)).toBe(false);
  expect(contributorsOf([mona], new Set([1])).ids.has(1)).toBe(true);
});
