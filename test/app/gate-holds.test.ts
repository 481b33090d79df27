import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gateKeeper } from "../../src/app/gate-keeper.ts";
import { createLog } from "../../src/app/log.ts";
import { gatePermissions } from "../../src/app/on-pull.ts";
import { githubClient } from "../../src/github/client.ts";
import type { GitHub } from "../../src/github/github.ts";
import { verdict } from "../record/papers.ts";
import { finding, type GateScene, gateScene, high } from "./gate-scene.ts";
import { connectionOf, messageOf } from "./run-scene.ts";

const quiet = createLog(
  () => {},
  () => 0,
);
let at: GateScene;

beforeEach(async () => {
  at = await gateScene();
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

/** Another server of the same App. In: what stands between it and GitHub. */
async function otherServer(between: (github: GitHub) => GitHub = (github) => github) {
  const app = await connectionOf(at);
  const [one] = await app.repositories();
  if (one === undefined) throw new Error("no repository");
  const github = between(await app.repository(one, gatePermissions));
  const askTeam = () => Promise.resolve(null);
  const where = { bot: await app.botId(one), repositoryId: one.repository.id, defaultBranch: "main" };
  const place = { github, askTeam, ...where };
  const gate = gateKeeper({ appId: at.app.id, log: quiet, now: Date.now });
  return { refresh: (pull: number) => gate.refresh(place, pull) };
}

async function released() {
  const published = await at.publishedUnder(high);
  const review = await at.repository.review("ben", published.pull, "APPROVE");
  await at.repository.review("ada", published.pull, "APPROVE");
  expect(at.check(published.head).conclusion).toBe("success");
  return { ...published, review };
}

describe("a commit that a run of ours published stays ours", () => {
  test("when our pull request is closed and somebody opens their own: it waits for the same people", async () => {
    const { pull, head, branch } = await at.publishedUnder(high);
    at.repository.closeIssue("mona", pull);
    const own = await at.repository.openPull("mona", { head: branch, base: "main" });
    await at.quiet();
    expect(at.check(head)).toMatchObject({
      conclusion: "action_required",
      title: expect.stringContaining("2 more approving"),
    });
    for (const login of ["ben", "ada"]) await at.repository.review(login, own, "APPROVE");
    expect(at.check(head)).toMatchObject({ conclusion: "success", title: expect.stringContaining("Risk 🟠 high") });
  });

  test("when theirs was open before ours was closed", async () => {
    const { pull, head } = await released();
    await at.repository.setBranch("mona", "mona/copy", head);
    await at.repository.openPull("mona", { head: "mona/copy", base: "main" });
    at.repository.closeIssue("mona", pull);
    await at.quiet();
    expect(at.check(head)).toMatchObject({
      conclusion: "action_required",
      title: expect.stringContaining("2 more approving"),
    });
  });

  test("with what people said about it, when theirs is closed again and ours reopened", async () => {
    const { pull, head } = await at.publishedUnder({
      ...high,
      requirements: { ...high.requirements, manual_verification: true },
    });
    await at.say("ben", pull, `/agent verified ${head.slice(0, 12)}`);
    at.repository.closeIssue("mona", pull);
    await at.repository.setBranch("mona", "mona/copy", head);
    const other = await at.repository.openPull("mona", { head: "mona/copy", base: "main" });
    at.repository.closeIssue("mona", other);
    await at.repository.reopen("mona", pull);
    await at.quiet();
    expect(at.check(head).summary).toMatch(/- ✓ .*manual verification of this head.*: by ben/i);
  });

  test("when nothing was ever written about it, told by the run that its commit names", async () => {
    const pushed = await at.published(messageOf(at.run.id, high));
    // Nobody is told from here on: the server is gone.
    at.app.webhookUrl = null;
    await at.finish(at.run, {
      "airlock-publish-1": { "verdict.json": { ...verdict({ ...high, published: pushed }), ...at.identity() } },
    });
    at.repository.closeIssue("mona", pushed.pull_request);
    const own = await at.repository.openPull("mona", { head: pushed.branch, base: "main" });
    const { refresh } = await otherServer();
    expect(await refresh(own)).toMatchObject({ view: { kind: "judged" } });
    expect(at.check(pushed.commit).conclusion).toBe("action_required");
  });

  test("when nothing of its run can be read any more: it is held, and the way out makes it theirs", async () => {
    const pushed = await at.published(messageOf(at.run.id, high));
    at.app.webhookUrl = null;
    at.repository.closeIssue("mona", pushed.pull_request);
    await at.finish(at.run, {});
    const own = await at.repository.openPull("mona", { head: pushed.branch, base: "main" });
    const { refresh } = await otherServer();
    expect(await refresh(own)).toMatchObject({ view: { kind: "unread" } });
    expect(at.check(pushed.commit)).toMatchObject({
      conclusion: "action_required",
      summary: expect.stringContaining("put a commit of your own on top"),
    });
    const theirs = await at.repository.push("mona", pushed.branch, { path: "a.txt", text: "a\n" });
    expect(await refresh(own)).toMatchObject({ view: { kind: "foreign" } });
    expect(at.check(theirs).conclusion).toBe("success");
  });

  test("but a commit that only names a run is not ours, and is green at once", async () => {
    const { head } = await at.publishedUnder(high);
    const token = at.hub.jobToken(at.repository, { contents: "write" });
    const github = githubClient({ token, apiUrl: at.hub.url, owner: "octo", repo: "demo" });
    const { tree } = await github.commit(head);
    const message = messageOf(at.run.id, high);
    const { sha: forged } = await github.createCommit({ message, tree, parents: [head] });
    await github.createBranch("ben/feature", forged);
    await at.repository.openPull("ben", { head: "ben/feature", base: "main" });
    expect(at.check(forged)).toMatchObject({ conclusion: "success", title: "Not a pull request of Airlock" });
    expect(at.check(head).conclusion).toBe("action_required");
  });
});

describe("facts that are only shown", () => {
  test.each([
    ["who has access: too many pages", /\/collaborators$/, 500],
    ["who has access: forbidden", /\/collaborators$/, 403],
    ["the rules of the branch: not found", /\/rules\/branches\//, 404],
    ["the protection of the branch: not found", /\/branches\/[^/]+$/, 404],
    ["the rules of the branch: a failure", /\/rules\/branches\//, 500],
  ])("%s, and the check is written and follows all the same", async (_title, path, status) => {
    at.hub.fault({ method: "GET", path, status });
    const { pull, head, review } = await released();
    await at.repository.dismiss("mona", pull, review);
    expect(at.check(head).conclusion).toBe("action_required");
  });

  test("are not asked when everything that is required is there", async () => {
    const { pull } = await released();
    const asked = () => at.hub.requests.filter(({ path }) => path.endsWith("/collaborators")).length;
    const before = asked();
    await at.repository.label("ben", pull, "any");
    expect(asked()).toBe(before);
  });
});

test("a green check is taken back when a fact that decides cannot be read, and comes back with it", async () => {
  const { pull, head } = await released();
  const end = at.hub.fault({ method: "GET", path: /\/pulls\/\d+\/reviews$/, status: 404 });
  await at.repository.label("ben", pull, "a").catch(() => undefined);
  await at.quiet().catch(() => undefined);
  expect(at.check(head)).toMatchObject({
    conclusion: "action_required",
    title: "Something that decides cannot be read",
    summary: expect.stringContaining("/reviews"),
  });
  end();
  await at.repository.label("ben", pull, "b");
  expect(at.check(head)).toMatchObject({ conclusion: "success", title: "Risk 🟠 high: everything required is there" });
});

test("a slow server that writes green over a newer answer corrects it", async () => {
  const { pull, head } = await at.publishedUnder(high);
  const review = await at.repository.review("ben", pull, "APPROVE");
  const url = at.app.webhookUrl;
  at.app.webhookUrl = null;
  await at.repository.review("ada", pull, "APPROVE");
  const written: (string | undefined)[] = [];
  const { refresh } = await otherServer((github) => ({
    ...github,
    async updateCheck(id, check) {
      if (written.push(check.conclusion) === 1) {
        // The other server is faster from here on: it has seen the dismissal before this one writes.
        at.app.webhookUrl = url;
        await at.repository.dismiss("mona", pull, review);
        await at.quiet();
      }
      await github.updateCheck(id, check);
    },
  }));
  await refresh(pull);
  expect(written).toEqual(["success", "action_required"]);
  expect(at.check(head).conclusion).toBe("action_required");
});

test("a word that was refused under two targets is not remembered, and counts when it is said again", async () => {
  const { pull, head } = await at.publishedUnder({
    ...high,
    requirements: { ...high.requirements, reviewers: 1 },
    findings: [finding],
  });
  await at.repository.review("ben", pull, "APPROVE");
  await at.repository.push("ben", "release", { path: "x.txt", text: "x\n" });
  await at.repository.setBranch("ben", "ben/copy", head);
  const other = await at.repository.openPull("ben", { head: "ben/copy", base: "release" });
  expect(await at.say("eve", pull, `/agent accept ${finding.id}`)).toContain("One commit, several targets");
  at.repository.closeIssue("ben", other);
  await at.quiet();
  expect(at.check(head)).toMatchObject({
    conclusion: "action_required",
    title: expect.stringContaining("accept finding"),
  });
  await at.say("eve", pull, `/agent accept ${finding.id}`);
  expect(at.check(head).conclusion).toBe("success");
});
