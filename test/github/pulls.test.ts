import { describe, expect, test } from "vitest";
import { AirlockError } from "../../src/errors.ts";
import { outcomeUnknown } from "../../src/github/failure.ts";
import { ours } from "../../src/text/outgoing.ts";
import { client, hub, onlyMocked, pullAnswer, sha } from "./mocked.ts";

onlyMocked();

describe("pull requests", () => {
  test("only those from this very branch of this repository", async () => {
    const elsewhere = { head: { ref: "airlock/3-1", sha: sha("a"), repo: { id: 2 } } };
    const answers = [
      pullAnswer(1),
      pullAnswer(2, elsewhere),
      pullAnswer(3, { head: { ref: "main", sha: sha("a"), repo: { id: 1 } } }),
    ];
    hub()
      .get("/repos/octo/demo/pulls")
      .query({ head: "octo:airlock/3-1", state: "all", per_page: 100, page: 1 })
      .reply(200, answers);
    expect((await client().pullsFrom("airlock/3-1")).map(({ number }) => number)).toEqual([1]);
  });

  test("the open ones of this repository's own branches", async () => {
    const fork = { head: { ref: "airlock/3-1", sha: sha("a"), repo: { id: 2 } } };
    const answers = [pullAnswer(1), pullAnswer(2, fork), pullAnswer(3, { state: "closed" })];
    hub().get("/repos/octo/demo/pulls").query({ state: "open", per_page: 100, page: 1 }).reply(200, answers);
    expect((await client().openPulls()).map(({ number }) => number)).toEqual([1]);
  });

  test("open ones are listed with those from forks where all are asked for", async () => {
    const fork = { head: { ref: "airlock/3-1", sha: sha("a"), repo: { id: 2 } } };
    const answers = [pullAnswer(1), pullAnswer(2, fork), pullAnswer(3, { state: "closed" })];
    hub().get("/repos/octo/demo/pulls").query({ state: "open", per_page: 100, page: 1 }).reply(200, answers);
    expect((await client().everyOpenPull()).map(({ number }) => number)).toEqual([1, 2]);
  });

  test("the switch that forbids them is told from a missing permission", async () => {
    const pull = { title: ours`t`, body: ours`b`, head: "airlock/3-1", base: "main", draft: false };
    const refusal = async (message: string) => {
      hub()
        .post("/repos/octo/demo/pulls")
        .reply(403, { message }, { "x-accepted-github-permissions": "pull_requests=write" });
      return await client()
        .createPull(pull)
        .catch((error: unknown) => (error instanceof AirlockError ? error.fix : ""));
    };
    expect(await refusal("GitHub Actions is not permitted to create or approve pull requests.")).toContain(
      "Tick “Allow GitHub Actions to create and approve pull requests” in the repository's Settings → Actions → General",
    );
    expect(await refusal("Resource not accessible by integration")).toContain("the permission pull_requests=write");
  });

  test("a create whose answer is lost is tried once and its outcome is unknown", async () => {
    const scope = hub().post("/repos/octo/demo/pulls").reply(502);
    const pull = { title: ours`t`, body: ours`b`, head: "airlock/3-1", base: "main", draft: false };
    const thrown = await client()
      .createPull(pull)
      .catch((error: unknown) => error);
    expect(outcomeUnknown(thrown)).toBe(true);
    expect(scope.isDone()).toBe(true);
    hub().post("/repos/octo/demo/pulls").reply(422, { message: "Validation Failed" });
    expect(
      outcomeUnknown(
        await client()
          .createPull(pull)
          .catch((error: unknown) => error),
      ),
    ).toBe(false);
  });

  test("labels that are missing are made; what GitHub refuses is told", async () => {
    const label = (name: string) => ({ name, color: "2da44e", description: "d" });
    hub().get("/repos/octo/demo/labels/risk%3Alow").reply(404, {});
    hub().post("/repos/octo/demo/labels", label("risk:low")).reply(201, {});
    hub().get("/repos/octo/demo/labels/odd").reply(404, {});
    hub().post("/repos/octo/demo/labels", label("odd")).reply(403, { message: "Resource not accessible" });
    hub()
      .post("/repos/octo/demo/issues/9/labels", { labels: ["risk:low"] })
      .reply(200, []);
    expect(await client().addLabels(9, [label("risk:low"), label("odd")])).toEqual([
      "GitHub refused to create the label odd: Resource not accessible",
    ]);
  });

  test("one impossible reviewer does not lose the others", async () => {
    const path = "/repos/octo/demo/pulls/9/requested_reviewers";
    const no = { message: "Reviews may only be requested from collaborators." };
    hub()
      .post(path, { reviewers: ["mona", "ghost"], team_reviewers: [] })
      .reply(422, no);
    hub()
      .post(path, { reviewers: ["mona"], team_reviewers: [] })
      .reply(201, {});
    hub()
      .post(path, { reviewers: ["ghost"], team_reviewers: [] })
      .reply(422, no);
    expect(await client().requestReviewers(9, ["mona", "ghost"], [])).toEqual([
      "GitHub refused the reviewer ghost: Reviews may only be requested from collaborators.",
    ]);
  });
});
