import { describe, expect, test } from "vitest";
import { client, hub, onlyMocked, sha } from "./mocked.ts";

onlyMocked();

describe("check runs", () => {
  test("only our App's are listed, the newest first", async () => {
    const check = (id: number, app: number) => ({
      id,
      external_id: `run:${id}:1`,
      status: "completed",
      conclusion: "success",
      output: { title: "t", summary: "s", text: null },
      app: { id: app },
    });
    hub()
      .get(`/repos/octo/demo/commits/${sha("a")}/check-runs`)
      .query(true)
      .reply(200, { check_runs: [check(1, 7), check(2, 8), check(3, 7)] });
    const shown = { status: "completed", conclusion: "success", title: "t", summary: "s", text: null, appId: 7 };
    expect(await client().checks(sha("a"), "airlock")).toEqual([
      { id: 3, externalId: "run:3:1", ...shown },
      { id: 1, externalId: "run:1:1", ...shown },
    ]);
  });

  test("by a bot's name are those of the App with that slug, and of no other", async () => {
    const check = (id: number, app: object | null) => ({
      id,
      external_id: null,
      status: "completed",
      output: null,
      app,
    });
    hub()
      .get(`/repos/octo/demo/commits/${sha("a")}/check-runs`)
      .query({ check_name: "airlock plan", filter: "all", per_page: 100, page: 1 })
      .reply(200, {
        check_runs: [
          check(1, { id: 7, slug: "airlock" }),
          check(2, { id: 8, slug: "airlock-2" }),
          check(3, { id: 15, slug: "github-actions" }),
          check(4, { id: 7, slug: "airlock" }),
          check(5, { id: 7 }),
          check(6, null),
        ],
      });
    const found = await client().checksByBot(sha("a"), "airlock plan", "airlock[bot]");
    expect(found.map(({ id, appId }) => [id, appId])).toEqual([
      [4, 7],
      [1, 7],
    ]);
  });

  test("that cannot be listed are an error, not none", async () => {
    hub()
      .get(`/repos/octo/demo/commits/${sha("a")}/check-runs`)
      .query(true)
      .times(4)
      .reply(502, { message: "Bad gateway" });
    await expect(client().checksByBot(sha("a"), "airlock plan", "airlock[bot]")).rejects.toThrow("answered 502");
  });
});
