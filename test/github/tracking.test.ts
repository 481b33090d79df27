import { describe, expect, test } from "vitest";
import { ours } from "../../src/text/outgoing.ts";
import { account, client, hub, onlyMocked } from "./mocked.ts";

onlyMocked();

const repo = "/repos/octo/demo";
const answer = (number: number, more: object = {}): object => ({
  number,
  body: "b",
  state: "open",
  user: account,
  ...more,
});

describe("issues that the App keeps", () => {
  test("are listed open and closed, oldest first, without pull requests", async () => {
    const found = [answer(9), answer(7, { pull_request: {} }), answer(3, { state: "closed", body: null, user: null })];
    hub().get(`${repo}/issues`).query({ labels: "airlock:ci", state: "all", per_page: 100, page: 1 }).reply(200, found);
    expect(await client().issuesLabelled("airlock:ci")).toEqual([
      { number: 3, body: "", state: "closed", author: 0 },
      { number: 9, body: "b", state: "open", author: 5 },
    ]);
  });

  test("are opened once: with an unknown outcome nothing is sent again", async () => {
    const issue = { title: ours`t`, body: ours`b`, labels: ["airlock:ci"] };
    hub()
      .post(`${repo}/issues`, { ...issue })
      .reply(201, answer(4));
    expect(await client().createIssue(issue)).toEqual({ number: 4, body: "b", state: "open", author: 5 });
    hub().post(`${repo}/issues`).reply(502, { message: "Bad gateway" });
    await expect(client().createIssue(issue)).rejects.toMatchObject({ code: "github-failed" });
  });

  test("are changed only where something is named", async () => {
    hub()
      .patch(`${repo}/issues/4`, { body: "new", state: "closed", state_reason: "completed" })
      .reply(200, answer(4, { body: "new", state: "closed" }));
    const change = { body: ours`new`, state: "closed", reason: "completed" } as const;
    expect(await client().updateIssue(4, change)).toMatchObject({ state: "closed", body: "new" });
  });

  test("a label is there or not", async () => {
    hub().get(`${repo}/labels/airlock%3Aci`).reply(200, { name: "airlock:ci" });
    expect(await client().hasLabel("airlock:ci")).toBe(true);
    hub().get(`${repo}/labels/airlock%3Aci`).reply(404, { message: "Not Found" });
    expect(await client().hasLabel("airlock:ci")).toBe(false);
  });
});
