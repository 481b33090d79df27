import { describe, expect, test } from "vitest";
import { outcomeUnknown } from "../../src/github/failure.ts";
import { client, hub, onlyMocked, sha } from "./mocked.ts";

onlyMocked();

const since = new Date("2026-11-13T00:00:00Z");
const node = (number: number, more: object = {}) => ({
  number,
  headRefName: `airlock/${number}-1`,
  isCrossRepository: false,
  mergedAt: "2026-11-18T10:00:00Z",
  updatedAt: "2026-11-18T10:00:00Z",
  autoMergeRequest: null,
  files: { totalCount: 1, nodes: [{ path: "docs/a.md", additions: 3, deletions: 1 }] },
  ...more,
});
const page = (nodes: object[], endCursor: string | null = null) => ({
  data: { repository: { pullRequests: { nodes, pageInfo: { hasNextPage: endCursor !== null, endCursor } } } },
});
/** Answers one query whose variables have these parts. */
const answer = (variables: object, body: object) =>
  hub()
    .post("/graphql", (sent: { variables: object }) => {
      expect(sent.variables).toMatchObject({ owner: "octo", repo: "demo" });
      return JSON.stringify({ ...sent.variables, ...variables }) === JSON.stringify(sent.variables);
    })
    .reply(200, body);

describe("what was or will be merged", () => {
  test("ours since then over all pages, and ours that wait", async () => {
    answer({ states: ["MERGED"], after: null }, page([node(1), node(2, { headRefName: "feature" })], "c1"));
    answer(
      { states: ["MERGED"], after: "c1" },
      page(
        [
          node(3, { isCrossRepository: true }),
          node(4, { mergedAt: "2026-11-12T23:59:59Z" }),
          node(5, { updatedAt: "2026-11-12T23:59:59Z", mergedAt: "2026-11-12T23:59:59Z" }),
        ],
        "c2",
      ),
    );
    const open = { mergedAt: null, updatedAt: "2026-10-01T00:00:00Z" };
    answer(
      { states: ["OPEN"], after: null },
      page([node(6, { ...open, autoMergeRequest: { enabledAt: "2026-10-01T00:00:00Z" } }), node(7, open)]),
    );
    const files = [{ path: "docs/a.md", lines: 4 }];
    expect(await client().mergingPulls("airlock/", since)).toEqual([
      { number: 1, mergedAt: "2026-11-18T10:00:00Z", files },
      { number: 6, mergedAt: null, files },
    ]);
  });

  test.each<[string, object, string]>([
    [
      "more files than one answer lists",
      page([node(1, { files: { totalCount: 101, nodes: [] } })]),
      "github-unreadable",
    ],
    ["an answer of another shape", { data: { repository: null } }, "github-unreadable"],
    ["a missing permission", { data: null, errors: [{ type: "FORBIDDEN", message: "No." }] }, "github-forbidden"],
    ["errors", { data: null, errors: [{ message: "Timeout." }] }, "github-failed"],
  ])("is not known with %s", async (_, body, code) => {
    hub().persist().post("/graphql").reply(200, body);
    await expect(client().mergingPulls("airlock/", since)).rejects.toMatchObject({ code });
  });

  test("pages without an end are not read for ever", async () => {
    hub()
      .persist()
      .post("/graphql")
      .reply(200, page([node(1)], "again"));
    await expect(client().mergingPulls("airlock/", since)).rejects.toMatchObject({ code: "github-unreadable" });
  });
});

describe("asking for a merge once everything holds", () => {
  const ways = { squashMergeAllowed: false, mergeCommitAllowed: false, rebaseMergeAllowed: false };
  const subject = (allowed: object, head = sha("e")) => ({
    data: { repository: { ...ways, ...allowed, pullRequest: { id: "PR_1", headRefOid: head } } },
  });
  const enabled = { data: { enablePullRequestAutoMerge: { pullRequest: { number: 9 } } } };

  test.each([
    [{ squashMergeAllowed: true, mergeCommitAllowed: true, rebaseMergeAllowed: true }, "SQUASH"],
    [{ mergeCommitAllowed: true, rebaseMergeAllowed: true }, "MERGE"],
    [{ rebaseMergeAllowed: true }, "REBASE"],
  ])("names the very commit, and a way that the repository allows: %j", async (allowed, way) => {
    answer({ number: 9 }, subject(allowed));
    const sent: object[] = [];
    hub()
      .post("/graphql", ({ query, variables }: { query: string; variables: object }) => {
        sent.push(variables);
        return /expectedHeadOid: \$head/.test(query);
      })
      .reply(200, enabled);
    expect(await client().enableAutoMerge(9, sha("e"))).toBeNull();
    expect(sent).toEqual([{ id: "PR_1", head: sha("e"), way }]);
  });

  test("is not asked for another head, nor where there is no way", async () => {
    answer({ number: 9 }, subject({ squashMergeAllowed: true }, sha("f")));
    expect(await client().enableAutoMerge(9, sha("e"))).toBe(`its head is ${sha("f")}, not ${sha("e")}`);
    answer({ number: 9 }, subject({}));
    expect(await client().enableAutoMerge(9, sha("e"))).toBe("the repository allows no way of merging");
  });

  test.each([
    ["the setting is off", { type: "UNPROCESSABLE", message: "Auto merge is not allowed for this repository" }],
    ["there is nothing to wait for", { type: "UNPROCESSABLE", message: "Pull request is in clean status" }],
    ["a permission is missing", { type: "FORBIDDEN", message: "Resource not accessible by integration" }],
  ])("is refused in GitHub's words when %s", async (_, error) => {
    answer({ number: 9 }, subject({ squashMergeAllowed: true }));
    hub()
      .persist()
      .post("/graphql")
      .reply(200, { data: null, errors: [error] });
    expect(await client().enableAutoMerge(9, sha("e"))).toContain(error.message);
  });

  test.each([
    ["GitHub blames itself", 502, "bad gateway"],
    ["an error has no kind", 200, { data: null, errors: [{ message: "Something went wrong" }] }],
  ])("is no refusal when %s: nobody knows whether it was taken", async (_, status, body) => {
    answer({ number: 9 }, subject({ squashMergeAllowed: true }));
    hub().persist().post("/graphql").reply(status, body);
    const thrown: unknown = await client()
      .enableAutoMerge(9, sha("e"))
      .catch((error: unknown) => error);
    expect(outcomeUnknown(thrown)).toBe(true);
  });
});
