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
});
