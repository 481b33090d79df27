import { describe, expect, test } from "vitest";
import { client, hub, onlyMocked } from "./mocked.ts";

onlyMocked();

const path = "/repos/octo/demo/issues/3/labels";

describe("the labels of an issue", () => {
  test("are named over all pages", async () => {
    const page = (number: number) => hub().get(path).query({ per_page: 100, page: number });
    const next = { link: `<https://api.github.com${path}?per_page=100&page=2>; rel="next"` };
    page(1).reply(200, [{ name: "risk:low" }], next);
    page(2).reply(200, [{ name: "mine" }]);
    expect(await client().labelsOf(3)).toEqual(["risk:low", "mine"]);
  });

  test.each([200, 404])("are gone after they were taken away, also when they were before (%i)", async (status) => {
    hub().delete(`${path}/needs-review%3A1`).reply(status, []);
    await expect(client().removeLabel(3, "needs-review:1")).resolves.toBeUndefined();
  });

  test.each([
    [403, "github-forbidden"],
    [500, "github-failed"],
  ])("that cannot be taken away are told (%i)", async (status, code) => {
    hub().delete(`${path}/mine`).times(9).reply(status, {});
    await expect(client().removeLabel(3, "mine")).rejects.toMatchObject({ code });
  });
});
