import { describe, expect, test } from "vitest";
import { client, hub, onlyMocked, sha } from "./mocked.ts";

onlyMocked();

describe("check runs", () => {
  test("only our App's are listed", async () => {
    const check = (id: number, app: number) => ({
      id,
      external_id: `run:${id}:1`,
      status: "completed",
      app: { id: app },
    });
    hub()
      .get(`/repos/octo/demo/commits/${sha("a")}/check-runs`)
      .query(true)
      .reply(200, { check_runs: [check(1, 7), check(2, 8)] });
    expect(await client().checks(sha("a"), "airlock")).toEqual([
      { id: 1, externalId: "run:1:1", status: "completed", appId: 7 },
    ]);
  });
});
