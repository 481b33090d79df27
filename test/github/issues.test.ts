import { describe, expect, test } from "vitest";
import { account, client, hub, onlyMocked } from "./mocked.ts";

onlyMocked();

const issue = {
  number: 3,
  title: "Bug",
  body: null,
  state: "open",
  locked: false,
  labels: [{ name: "bug" }, { name: null }, "old"],
  user: account,
  created_at: "2026-11-20T10:00:00Z",
};

describe("an issue", () => {
  const edited = {
    lastEditedAt: "2026-11-20T11:00:00Z",
    timelineItems: { nodes: [{ createdAt: "2026-11-20T12:00:00Z" }] },
  };

  test("carries when its body and its title were changed", async () => {
    hub().get("/repos/octo/demo/issues/3").reply(200, issue);
    hub()
      .post("/graphql")
      .reply(200, { data: { repository: { subject: edited } } });
    expect(await client().issue(3)).toEqual({
      number: 3,
      title: "Bug",
      body: "",
      state: "open",
      locked: false,
      labels: ["bug", "", "old"],
      isPull: false,
      author: account,
      createdAt: "2026-11-20T10:00:00Z",
      editedAt: "2026-11-20T11:00:00Z",
      renamedAt: "2026-11-20T12:00:00Z",
    });
  });

  test.each([
    ["errors", { errors: [{ message: "Something went wrong", type: "INTERNAL" }], data: null }, "github-failed"],
    [
      "a missing permission",
      { errors: [{ message: "Resource not accessible", type: "FORBIDDEN" }], data: null },
      "github-forbidden",
    ],
    ["no subject", { data: { repository: null } }, "github-unreadable"],
  ])("is unreadable when GraphQL answers %s", async (_title, answer, code) => {
    hub().get("/repos/octo/demo/issues/3").reply(200, issue);
    hub().persist().post("/graphql").reply(200, answer);
    await expect(client().issue(3)).rejects.toMatchObject({ code });
  });

  test("that was moved is not the one asked for", async () => {
    hub()
      .get("/repos/octo/demo/issues/3")
      .reply(200, { ...issue, number: 12 });
    await expect(client().issue(3)).rejects.toMatchObject({ code: "github-unreadable" });
  });
});

test("a comment is deleted, and one that is gone already is no failure", async () => {
  hub().delete("/repos/octo/demo/issues/comments/8").reply(204);
  await client().deleteComment(8);
  hub().delete("/repos/octo/demo/issues/comments/8").reply(404, {});
  await client().deleteComment(8);
  hub().delete("/repos/octo/demo/issues/comments/8").reply(403, {});
  await expect(client().deleteComment(8)).rejects.toMatchObject({ code: "github-forbidden" });
});
