import { describe, expect, test } from "vitest";
import { account, client, hub, onlyMocked } from "./mocked.ts";

onlyMocked();

const place = "/orgs/octo/teams/billing/members";
const member = (id: number) => ({ ...account, id, login: `m${id}` });

describe("the members of a team", () => {
  test("are account ids over all pages, asked of the repository's owner and with no other words", async () => {
    const first = Array.from({ length: 100 }, (_, index) => member(index + 1));
    hub().get(place).query({ per_page: 100, page: 1 }).reply(200, first);
    hub()
      .get(place)
      .query({ per_page: 100, page: 2 })
      .reply(200, [member(101)]);
    expect(await client().teamMembers("billing")).toEqual(first.map(({ id }) => id).concat(101));
  });

  test("are none in an empty team, which is something else than not known", async () => {
    hub().get(place).query(true).reply(200, []);
    expect(await client().teamMembers("billing")).toEqual([]);
  });

  test.each([
    ["no such team, one that is hidden, or a user's repository", 404],
    ["no permission on the organisation", 403],
  ])("are not known: %s", async (_title, status) => {
    hub().get(place).query(true).reply(status, { message: "Resource not accessible by integration" });
    expect(await client().teamMembers("billing")).toBeNull();
  });

  test("a slug cannot leave its place", async () => {
    hub().get("/orgs/octo/teams/..%2F..%2Fuser/members").query(true).reply(404, {});
    expect(await client().teamMembers("../../user")).toBeNull();
  });

  const spent = { "x-ratelimit-remaining": "0" };
  test.each<[string, string, [number, unknown, Record<string, string>?]]>([
    ["an answer that is no list", "github-unreadable", [200, { members: [] }]],
    ["a member without an id", "github-unreadable", [200, [{ login: "mona", type: "User" }]]],
    ["a token that is not valid", "github-forbidden", [401, { message: "Bad credentials" }]],
    ["a rate limit", "github-failed", [403, { message: "API rate limit exceeded" }, spent]],
    ["a disturbance", "github-failed", [502, "bad gateway"]],
  ])("are a failure and not unknown: %s", async (_title, code, [status, answer, headers = {}]) => {
    hub().persist().get(place).query(true).reply(status, JSON.stringify(answer), headers);
    await expect(client().teamMembers("billing")).rejects.toMatchObject({ code });
  });
});
