import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Scene, scene } from "./scene.ts";

let here: Scene;

beforeEach(async () => {
  here = await scene();
});

afterEach(async () => {
  await here[Symbol.asyncDispose]();
});

/** A person comments. Out: what became of it. */
async function says(login: string, body: string, issue = here.issue) {
  const before = here.repository.issueComments(issue).length + 1;
  const id = await here.repository.comment(login, issue, body);
  await here.running.idle();
  return {
    id,
    answer: here.hub.deliveries.findLast(({ event }) => event === "issue_comment")?.statusCode,
    first: here.hub.deliveries.find(
      ({ event, body: text }) => event === "issue_comment" && text.includes(`"id":${id},`),
    )?.statusCode,
    reactions: here.repository.reactionsOf(id).map(({ content, user }) => `${user} ${content}`),
    replies: here.repository
      .issueComments(issue)
      .slice(before)
      .map(({ author, body: text }) => `${author}: ${text}`),
    runs: here.repository.runs().length,
  };
}

test("a maintainer's command starts one run with ids only, and is seen", async () => {
  const { id, first, reactions, replies, runs } = await says("mona", "/agent fix please");
  expect({ first, reactions, runs }).toEqual({ first: 200, reactions: ["airlock[bot] eyes"], runs: 1 });
  const [run] = here.dispatched;
  expect(run?.inputs).toEqual({
    verb: "fix",
    issue: `${here.issue}`,
    trigger: "comment",
    id: `${id}`,
    requester: expect.stringMatching(/^\d+$/),
  });
  expect(run?.actor.login).toBe("airlock[bot]");
  // The whole ref: a tag of the branch's name must not be meant.
  const dispatch = here.hub.requests.find(({ path }) => path.endsWith("/dispatches"));
  expect(dispatch?.body).toMatchObject({ ref: "refs/heads/main" });
  expect(replies).toEqual([
    `airlock[bot]: <!-- airlock:comment:${id} -->\n\n⏳ **Queued.** The run has been asked for; this comment will show how it ends.\n\n<sub>fix, asked by mona · [run ${run?.id}](${here.repository.htmlUrl}/actions/runs/${run?.id})</sub>`,
  ]);
});

test("every token is for this one repository and for what the handler does", async () => {
  await says("mona", "/agent fix");
  const mints = here.hub.requests.filter(({ path }) => path.endsWith("/access_tokens"));
  expect(mints).toHaveLength(1);
  const tokens = [...here.hub.state.tokens.values()].filter(({ kind }) => kind === "installation");
  expect(
    tokens.map(({ repositories, permissions }) => ({ repositories: [...(repositories ?? [])], permissions })),
  ).toEqual([
    { repositories: [here.repository.id], permissions: { issues: "write", actions: "write", metadata: "read" } },
  ]);
});

describe("nothing starts", () => {
  test.each([
    ["a stranger", "stranger", "/agent fix", ["airlock[bot] -1"], 0],
    ["a member who may read", "reader", "/agent fix", ["airlock[bot] -1"], 0],
    ["a stranger with an unknown verb", "stranger", "/agent dance", ["airlock[bot] -1"], 0],
    ["an ordinary comment", "mona", "I would fix it myself.", [], 0],
    ["a command in a code block", "mona", "```\n/agent fix\n```", [], 0],
    ["a quoted command", "mona", "> /agent fix", [], 0],
    ["an unknown verb", "mona", "/agent dance", ["airlock[bot] confused"], 1],
    ["two commands", "mona", "/agent fix\n\n/agent fix", ["airlock[bot] confused"], 1],
    ["a question for help", "mona", "/agent", ["airlock[bot] +1"], 1],
    ["a verb of a later version", "mona", "/agent plan", ["airlock[bot] confused"], 1],
  ])("for %s", async (...[, login, body, reactions, replies]) => {
    const found = await says(login, body);
    expect(found).toMatchObject({ first: 200, reactions, runs: 0 });
    expect(found.replies).toHaveLength(replies);
  });

  test("and help is an answer, not a refusal", async () => {
    const { id, replies } = await says("mona", "/agent help");
    expect(replies).toEqual([
      `airlock[bot]: <!-- airlock:comment:${id} -->\n\nℹ️ Airlock turns an issue into a verified pull request.\n\n**Next:** comment \`/agent fix\` on an open issue; further words on that line and in that comment are instructions. \`/agent bump\` and a package, on an open issue too. \`/agent ask\` and a question, \`/agent status\` and \`/agent stop\`, anywhere. On a pull request of Airlock: \`/agent why\`, \`/agent accept\` with a finding's id, \`/agent verified\` with the head's commit.\n\n<sub>help, asked by mona</sub>`,
    ]);
  });

  test("and another verb is named as what was asked", async () => {
    const { replies } = await says("mona", "/agent plan");
    expect(replies[0]).toContain("`plan` is not available yet in this version.");
    expect(replies[0]).toContain("<sub>plan, asked by mona</sub>");
  });

  test("for our own comment, even if somebody made it look like a command", async () => {
    await says("mona", "/agent dance");
    await here.quiet();
    const own = here.hub.deliveries.filter(
      ({ event, body }) => event === "issue_comment" && body.includes("airlock:comment:"),
    );
    expect(own.map(({ statusCode }) => statusCode)).toEqual([200]);
    expect(here.repository.runs()).toEqual([]);
  });

  test("on a closed issue, and the person is told", async () => {
    here.repository.closeIssue("mona", here.issue);
    const { replies, runs } = await says("mona", "/agent fix");
    expect(runs).toBe(0);
    expect(replies[0]).toContain("🚫 **Not done.** The issue is closed.");
  });

  test("for a comment that was edited before it was delivered", async () => {
    here.app.webhookUrl = "http://127.0.0.1:9/closed";
    const id = await here.repository.comment("mona", here.issue, "hello");
    await here.repository.editComment("mona", id, "/agent fix");
    here.app.webhookUrl = here.running.webhookUrl;
    for (const { id: delivery } of here.hub.deliveries.filter(({ event }) => event === "issue_comment"))
      await here.hub.redeliver(delivery);
    await here.running.idle();
    expect(here.repository.runs()).toEqual([]);
  });
});

describe("when GitHub fails", () => {
  const dispatches = /\/dispatches$/;

  test("before the dispatch is accepted, the person is told to ask again, and the delivery still starts a run when it comes again", async () => {
    here.hub.fault({ method: "POST", path: dispatches, status: 502, times: 1 });
    const { first, runs, replies } = await says("mona", "/agent fix");
    expect({ first, runs }).toEqual({ first: 500, runs: 0 });
    expect(replies).toEqual([
      expect.stringContaining(
        "❌ **Failed.** GitHub did not accept the start of the run.\n\n**Next:** comment `/agent fix` again in a few minutes.",
      ),
    ]);
    const failed = here.hub.deliveries.find(({ statusCode }) => statusCode === 500);
    expect((await here.hub.redeliver(failed?.id ?? 0)).statusCode).toBe(200);
    expect(here.repository.runs()).toHaveLength(1);
  });

  test("a role that cannot be read is no role: no run, and the delivery counts as failed", async () => {
    here.hub.fault({ method: "GET", path: /\/permission$/, status: 500 });
    expect(await says("mona", "/agent fix")).toMatchObject({ first: 500, runs: 0, reactions: [] });
  });

  test("a dispatch that hangs is answered 500 or 503 in time, never 200", async () => {
    here.hub.fault({ method: "POST", path: dispatches, delayMs: 4000, times: 1 });
    expect((await says("mona", "/agent fix")).first).toBeGreaterThanOrEqual(500);
  });

  test("a lost status comment or reaction does not undo the acceptance", async () => {
    here.hub.fault({ method: "POST", path: /\/comments$/, status: 500 });
    here.hub.fault({ method: "POST", path: /\/reactions$/, status: 403 });
    expect(await says("mona", "/agent fix")).toMatchObject({ first: 200, runs: 1, reactions: [], replies: [] });
    expect(here.lines.filter(({ event }) => event === "display.failed")).toHaveLength(2);
    expect(here.lines.filter(({ event }) => event === "display.given_up")).toHaveLength(1);
  });

  test("a status comment that GitHub did not take is written later", async () => {
    here.hub.fault({ method: "POST", path: /\/issues\/\d+\/comments$/, status: 502, times: 2 });
    const { first, replies } = await says("mona", "/agent fix");
    expect({ first, replies }).toEqual({ first: 200, replies: [expect.stringContaining("⏳ **Queued.**")] });
  });

  test.each([
    ["has no such workflow", 404, "There is no workflow"],
    ["does not let the app", 403, "The app may not start workflows here"],
    ["does not accept the inputs", 422, "GitHub refuses to start"],
  ])("a repository that %s is told what to change, once", async (_title, status, text) => {
    here.hub.fault({ method: "POST", path: dispatches, status });
    const { first, runs, replies } = await says("mona", "/agent fix");
    expect({ first, runs }).toEqual({ first: 200, runs: 0 });
    expect(replies).toHaveLength(1);
    expect(replies[0]).toContain(`❌ **Failed.** ${text}`);
  });

  test("a rate limit is not the repository's fault: the delivery counts as failed", async () => {
    here.hub.fault({ method: "POST", path: dispatches, status: 403, headers: { "retry-after": "60" } });
    expect(await says("mona", "/agent fix")).toMatchObject({
      first: 500,
      runs: 0,
      replies: [expect.stringContaining("GitHub's rate limit kept the run from being started.")],
    });
  });
});

test("a delivery that comes twice leaves one status comment", async () => {
  await says("mona", "/agent fix");
  const delivery = here.hub.deliveries.find(({ event }) => event === "issue_comment");
  await here.hub.redeliver(delivery?.id ?? 0);
  await here.running.idle();
  // The second run ends at the gate as a duplicate (design §5).
  expect(here.repository.runs()).toHaveLength(2);
  expect(here.repository.issueComments(here.issue).filter(({ author }) => author === "airlock[bot]")).toHaveLength(1);
});
