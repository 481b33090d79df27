import { expect, test } from "vitest";
import { call, mint, stage } from "./harness.ts";
import type { Anything } from "./harness.ts";

const query = `query($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) {
    issue(number: $number) {
      title
      lastEditedAt
      author { login __typename }
      timelineItems(itemTypes: [RENAMED_TITLE_EVENT], last: 1) { nodes { ... on RenamedTitleEvent { createdAt previousTitle } } }
    }
  }
}`;

test("GraphQL tells when an issue was edited and renamed, and nothing else moves it", async () => {
  const now = Date.parse("2026-11-20T10:00:00Z");
  const on = await stage({ now: () => now });
  const { hub, repository } = on;
  const token = await mint(on);
  const number = repository.openIssue("sam", "Broken", "help");
  await repository.comment("mara", number, "hello");
  const ask = async (): Promise<Anything> =>
    (await call(hub, token, "POST /graphql", { query, variables: { owner: "acme", repo: "toy", number } })).json;
  expect((await ask()).data.repository.issue).toEqual({
    title: "Broken",
    lastEditedAt: null,
    author: { login: "sam", __typename: "User" },
    timelineItems: { nodes: [] },
  });
  repository.editIssue("sam", number, { title: "Very broken", body: "help!" });
  expect((await ask()).data.repository.issue).toMatchObject({
    title: "Very broken",
    lastEditedAt: "2026-11-20T10:00:01Z",
    timelineItems: { nodes: [{ createdAt: "2026-11-20T10:00:01Z", previousTitle: "Broken" }] },
  });
  expect(hub.violations).toEqual([]);
});

test("Absent, forbidden, wrong and unknown are told apart", async () => {
  const on = await stage();
  const { hub, repository } = on;
  const token = await mint(on);
  const number = repository.openIssue("sam", "Broken", "help");
  const asked = async (by: string, text: string, variables = {}): Promise<unknown> =>
    (await call(hub, by, "POST /api/graphql", { query: text, variables })).json.errors.map(
      ({ type, message }: Anything) => [type, message],
    );
  const variables = { owner: "acme", repo: "toy", number: 99 };
  expect(await asked(token, query, variables)).toEqual([
    ["NOT_FOUND", "Could not resolve to an Issue with the number of 99."],
  ]);
  const poor = hub.jobToken(repository, { contents: "read" });
  expect(await asked(poor, query, { ...variables, number })).toEqual([
    ["FORBIDDEN", "Resource not accessible by integration"],
  ]);
  expect(hub.violations).toEqual([]);
  expect(await asked(token, '{ repository(owner: "acme", name: "toy") { isue { title } } }')).toHaveLength(1);
  expect(await asked(token, '{ repository(owner: "acme", name: "toy") { stargazerCount } }')).toHaveLength(1);
  expect(hub.violations).toEqual([
    expect.stringContaining('Cannot query field "isue"'),
    "POST /graphql: the embedded GitHub does not answer Repository.stargazerCount",
  ]);
  expect((await call(hub, "", "POST /graphql", { query })).status).toBe(401);
});
