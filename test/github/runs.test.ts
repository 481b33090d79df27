import nock from "nock";
import { describe, expect, test } from "vitest";
import { client, hub, onlyMocked } from "./mocked.ts";

onlyMocked();

describe("runs and artifacts", () => {
  const dispatches = "/repos/octo/demo/actions/workflows/airlock.yml/dispatches";
  const inputs = { verb: "fix" };

  test("a dispatch gives the run's id where GitHub tells it", async () => {
    hub().post(dispatches, { ref: "main", inputs, return_run_details: true }).reply(200, { workflow_run_id: 77 });
    expect(await client().dispatch("airlock.yml", "main", inputs)).toEqual({ run: 77 });
    hub().post(dispatches).reply(204);
    expect(await client().dispatch("airlock.yml", "main", inputs)).toEqual({ run: null });
  });

  test("a run is asked to stop, and one that is over says so", async () => {
    const path = "/repos/octo/demo/actions/runs/9/cancel";
    hub().post(path).reply(202, {});
    expect(await client().cancelRun(9)).toBe("asked");
    hub().post(path).reply(409, { message: "Cannot cancel a workflow run that is completed." });
    expect(await client().cancelRun(9)).toBe("ended");
    hub().post(path).reply(403, { message: "Resource not accessible by integration" });
    await expect(client().cancelRun(9)).rejects.toMatchObject({ code: "github-forbidden" });
  });

  test("a download above the limit is refused, within it is read, and an expired one is null", async () => {
    const path = "/repos/octo/demo/actions/artifacts/4/zip";
    const bytes = Buffer.alloc(1000, 7);
    const zip = { "content-type": "application/zip" };
    hub().get(path).reply(200, bytes, zip);
    await expect(client().artifact(4, 999)).rejects.toMatchObject({ code: "github-unreadable", message: /999 bytes/ });
    hub().get(path).reply(302, "", { location: "https://blobs.test/4" });
    nock("https://blobs.test", { badheaders: ["authorization"] })
      .get("/4")
      .reply(200, bytes, zip);
    expect(await client().artifact(4, 1000)).toEqual(bytes);
    hub().get(path).reply(410, { message: "Artifact has expired" });
    expect(await client().artifact(4, 1000)).toBeNull();
  });
});
