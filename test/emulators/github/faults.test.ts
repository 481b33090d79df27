import { expect, test } from "vitest";
import { call, mint, stage } from "./harness.ts";

const repo = "/repos/acme/toy";

test("Faults come instead of the effect, after it, as a cut connection, and end when they are used up", async () => {
  const on = await stage();
  const { hub, repository } = on;
  const token = await mint(on);
  const number = repository.openIssue("sam", "x", "");
  const post = `POST ${repo}/issues/${number}/comments`;
  const path = /\/comments$/;

  hub.fault({ method: "POST", path, status: 502, body: "<html>Bad gateway</html>", times: 1 });
  const html = await call(hub, token, post, { body: "never" });
  expect([html.status, html.headers.get("content-type"), html.text]).toEqual([
    502,
    "text/html; charset=utf-8",
    "<html>Bad gateway</html>",
  ]);
  expect(repository.issueComments(number)).toEqual([]);

  hub.fault({ method: "POST", path, status: 500, after: true, times: 1 });
  expect((await call(hub, token, post, { body: "kept, unknown" })).status).toBe(500);
  hub.fault({ method: "POST", path, cut: true, after: true, times: 1 });
  await expect(call(hub, token, post, { body: "kept, cut" })).rejects.toThrow("fetch failed");
  expect(repository.issueComments(number).map(({ body }) => body)).toEqual(["kept, unknown", "kept, cut"]);

  const limit = { "retry-after": "60", "x-ratelimit-remaining": "0" };
  const end = hub.fault({
    method: "POST",
    path,
    status: 403,
    headers: limit,
    body: { message: "You have exceeded a secondary rate limit" },
  });
  const limited = [await call(hub, token, post, { body: "x" }), await call(hub, token, post, { body: "x" })];
  expect(
    limited.map(({ status, headers }) => [status, headers.get("retry-after"), headers.get("x-ratelimit-remaining")]),
  ).toEqual([
    [403, "60", "0"],
    [403, "60", "0"],
  ]);
  end();
  expect((await call(hub, token, post, { body: "at last" })).status).toBe(201);
  hub.fault({ method: "GET", path, headers: { link: `<${hub.url}/loop>; rel="next"` }, after: true, times: 1 });
  const looped = await call(hub, token, `GET ${repo}/issues/${number}/comments`);
  expect([looped.status, looped.json.length, looped.headers.get("link")]).toEqual([
    200,
    3,
    `<${hub.url}/loop>; rel="next"`,
  ]);
  expect(
    hub.requests
      .filter(({ method }) => method === "POST")
      .slice(1)
      .map(({ status }) => status),
  ).toEqual([502, 500, 0, 403, 403, 201]);
  expect(hub.violations).toEqual([]);
});
