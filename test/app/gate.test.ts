import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { approvers, type GateScene, gateScene, high } from "./gate-scene.ts";
import { low, messageOf } from "./run-scene.ts";

let at: GateScene;

beforeEach(async () => {
  at = await gateScene();
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

test("a change waits for two, one of two is not enough, and two release it", async () => {
  const { pull, head } = await at.publishedUnder(high);
  expect(at.check(head)).toMatchObject({
    conclusion: "action_required",
    title: expect.stringContaining("2 more approving"),
  });
  await at.repository.review("ben", pull, "APPROVE");
  expect(at.check(head)).toMatchObject({
    conclusion: "action_required",
    title: expect.stringContaining("1 more approving"),
  });
  await at.repository.review("ada", pull, "APPROVE");
  expect(at.check(head)).toMatchObject({
    conclusion: "success",
    title: "Risk 🟠 high: everything required is there",
    summary: expect.stringContaining("- ✓ 2 approving reviews of this head: 2: ben, ada"),
  });
  expect(at.repository.checks(head)).toHaveLength(1);
});

test("the run that still works keeps the check under way", async () => {
  const pushed = await at.published(messageOf(at.run.id, high));
  await at.running.idle();
  await at.repository.label("mona", pushed.pull_request, "risk:low");
  expect(at.repository.checks(pushed.commit)).toMatchObject([{ status: "in_progress", conclusion: null }]);
});

describe("these approvals do not count, and the check says why", () => {
  test.each([
    ["of the one who asked", "mona", "mona asked for this change."],
    ["of a reader", "reader", "reader has the role read, and write, maintain or admin is needed."],
    ["of a bot", "robot[bot]", "is not a person."],
  ])("%s", async (_title, login, why) => {
    const { pull, head } = await at.publishedUnder(high);
    await at.repository.review("ben", pull, "APPROVE");
    await at.repository.review(login, pull, "APPROVE");
    expect(at.check(head)).toMatchObject({ conclusion: "action_required", summary: expect.stringContaining(why) });
    await at.repository.review("ada", pull, "APPROVE");
    expect(at.check(head).conclusion).toBe("success");
  });

  test("of the one who asked, unless the configuration lets them", async () => {
    const { pull, head } = await at.publishedUnder({
      ...high,
      approvers: { ...approvers, requester_may_approve: true },
    });
    await at.repository.review("mona", pull, "APPROVE");
    await at.repository.review("ben", pull, "APPROVE");
    expect(at.check(head).conclusion).toBe("success");
  });

  test("of somebody who loses the role afterwards", async () => {
    const { pull, head } = await at.publishedUnder(high);
    await at.repository.review("ben", pull, "APPROVE");
    await at.repository.review("ada", pull, "APPROVE");
    at.repository.setRole("ada", "read");
    await at.repository.label("ben", pull, "any");
    expect(at.check(head).conclusion).toBe("action_required");
  });

  test("that were dismissed, or taken back by a request for changes", async () => {
    const { pull, head } = await at.publishedUnder(high);
    const id = await at.repository.review("ben", pull, "APPROVE");
    await at.repository.review("ada", pull, "APPROVE");
    await at.repository.dismiss("mona", pull, id);
    expect(at.check(head).conclusion).toBe("action_required");
    await at.repository.review("ben", pull, "APPROVE");
    expect(at.check(head).conclusion).toBe("success");
    await at.repository.review("eve", pull, "REQUEST_CHANGES");
    expect(at.check(head)).toMatchObject({
      conclusion: "action_required",
      title: expect.stringContaining("eve requested changes"),
    });
  });
});

test("a push voids every approval: the new head is not what was verified, whoever approves it", async () => {
  const { pull, head, branch } = await at.publishedUnder(high);
  await at.repository.review("ben", pull, "APPROVE");
  await at.repository.review("ada", pull, "APPROVE");
  const pushed = await at.repository.push("eve", branch, { path: "more.txt", text: "more\n" });
  expect(at.check(pushed)).toMatchObject({
    conclusion: "action_required",
    title: "The head is not the commit that was verified",
  });
  await at.repository.review("ben", pull, "APPROVE");
  await at.repository.review("ada", pull, "APPROVE");
  expect(at.check(pushed).conclusion).toBe("action_required");

  // Put back, it is the verified head again; who put it there has pushed it, and an approval of another head is none.
  await at.repository.review("eve", pull, "APPROVE");
  await at.repository.setBranch("ben", branch, head);
  expect(at.check(head)).toMatchObject({
    conclusion: "action_required",
    summary: expect.stringContaining("ben pushed it."),
  });
  for (const login of ["eve", "ada"]) await at.repository.review(login, pull, "APPROVE");
  expect(at.check(head).conclusion).toBe("success");
});

test("labels decide nothing", async () => {
  const { pull, head } = await at.publishedUnder(high);
  await at.repository.label("ben", pull, "risk:low");
  await at.repository.unlabel("ben", pull, "risk:low");
  expect(at.check(head).conclusion).toBe("action_required");
});

describe("pull requests that are not ours", () => {
  test("are green at once, and asking why says so", async () => {
    const sha = await at.repository.push("ben", "ben/feature", { path: "x.txt", text: "x\n" });
    const pull = await at.repository.openPull("ben", { head: "ben/feature", base: "main" });
    expect(at.repository.checks(sha)).toMatchObject([
      { conclusion: "success", title: "Not a pull request of Airlock" },
    ]);
    expect(await at.say("ben", pull, "/agent why")).toContain("Not a pull request of Airlock.");
  });

  test("do not turn a head green that is ours as well", async () => {
    const { head } = await at.publishedUnder(high);
    await at.repository.setBranch("ben", "ben/copy", head);
    await at.repository.openPull("ben", { head: "ben/copy", base: "main" });
    expect(at.check(head).conclusion).toBe("action_required");
  });

  test("and one of them to another target makes the head red", async () => {
    const { pull, head } = await at.publishedUnder(high);
    await at.repository.push("ben", "release", { path: "x.txt", text: "x\n" });
    await at.repository.setBranch("ben", "ben/copy", head);
    const other = await at.repository.openPull("ben", { head: "ben/copy", base: "release" });
    expect(at.check(head)).toMatchObject({ conclusion: "failure", title: "One commit, several targets" });
    at.repository.closeIssue("ben", other);
    await at.repository.review("ben", pull, "APPROVE");
    await at.repository.review("ada", pull, "APPROVE");
    expect(at.check(head).conclusion).toBe("success");
  });
});

describe("a merge group", () => {
  test("is green when every pull request of ours in it is released", async () => {
    const { pull } = await at.publishedUnder(high);
    await at.repository.review("ben", pull, "APPROVE");
    await at.repository.review("ada", pull, "APPROVE");
    const group = await at.repository.enqueue("ben", pull);
    expect(at.check(group)).toMatchObject({ conclusion: "success", summary: expect.stringContaining(`#${pull}`) });
  });

  test("is not, when one is not: alone or in front of somebody else's", async () => {
    const { pull } = await at.publishedUnder(high);
    expect(at.check(await at.repository.enqueue("ben", pull)).conclusion).toBe("action_required");
    await at.repository.push("ben", "ben/feature", { path: "x.txt", text: "x\n" });
    const other = await at.repository.openPull("ben", { head: "ben/feature", base: "main" });
    expect(at.check(await at.repository.enqueue("ben", other))).toMatchObject({
      conclusion: "action_required",
      summary: expect.stringContaining(`Not released: #${pull}.`),
    });
  });

  test("is taken back when somebody objects after it was queued, and no other group is", async () => {
    const { pull } = await at.publishedUnder(high);
    await at.repository.push("ben", "ben/feature", { path: "x.txt", text: "x\n" });
    const other = await at.repository.openPull("ben", { head: "ben/feature", base: "main" });
    const alone = await at.repository.enqueue("ben", other);
    await at.repository.review("ben", pull, "APPROVE");
    await at.repository.review("ada", pull, "APPROVE");
    const group = await at.repository.enqueue("ben", pull);
    expect(at.check(group).conclusion).toBe("success");
    await at.repository.review("eve", pull, "REQUEST_CHANGES");
    expect(at.check(group)).toMatchObject({
      conclusion: "action_required",
      summary: expect.stringContaining(`Not released: #${pull}.`),
    });
    expect(at.check(alone).conclusion).toBe("success");
  });

  test("with somebody's own pull request that brings a commit of ours waits for the same people", async () => {
    const { pull, branch } = await at.publishedUnder(high);
    at.repository.closeIssue("mona", pull);
    const own = await at.repository.openPull("mona", { head: branch, base: "main" });
    expect(at.check(await at.repository.enqueue("mona", own)).conclusion).toBe("action_required");
  });

  test("of people alone is green", async () => {
    await at.repository.push("ben", "ben/feature", { path: "x.txt", text: "x\n" });
    const other = await at.repository.openPull("ben", { head: "ben/feature", base: "main" });
    expect(at.check(await at.repository.enqueue("ben", other)).conclusion).toBe("success");
  });

  test("is not released where the App may not read the queue", async () => {
    at.app.permissions = { ...at.app.permissions };
    delete at.app.permissions["merge_queues"];
    await at.repository.push("ben", "ben/feature", { path: "x.txt", text: "x\n" });
    const other = await at.repository.openPull("ben", { head: "ben/feature", base: "main" });
    expect(at.check(await at.repository.enqueue("ben", other))).toMatchObject({
      conclusion: "action_required",
      summary: expect.stringContaining("The merge queue cannot be read"),
    });
  });
});

describe("whether GitHub requires the check", () => {
  test("is said in the check and in the request's comment when it does not", async () => {
    const { head } = await at.publishedUnder(high);
    expect(at.check(head).summary).toContain("⚠️ **Not enforced.**");
    expect(at.statuses()[0]).toContain("⚠️ **Not enforced.**");
    expect(at.check(head).summary).toContain("choose the Airlock App as its source");
  });

  test("is said when any source would do", async () => {
    at.repository.requireCheck("main", "airlock", null);
    const { head } = await at.publishedUnder(high);
    expect(at.check(head).summary).toContain("from any source");
  });

  test("is quiet when it is required from our App", async () => {
    at.repository.requireCheck("main", "airlock", at.app.id);
    const { head } = await at.publishedUnder(high);
    expect(at.check(head).summary).not.toContain("Not enforced");
    expect(at.statuses()[0]).not.toContain("Not enforced");
  });
});

test("a requirement that nobody can meet is said", async () => {
  for (const login of ["ben", "ada", "eve"]) at.repository.setRole(login, "read");
  at.repository.setRole("ben", "write");
  const { head } = await at.publishedUnder(high);
  expect(at.check(head)).toMatchObject({
    conclusion: "action_required",
    title: "Risk 🟠 high: this cannot be met",
    summary: expect.stringContaining("It needs 2 approving reviews, and 1 person is eligible."),
  });
});

test("a draft waits until somebody marks it as ready, and then for a person", async () => {
  const { pull, head } = await at.publishedUnder({ ...low, draft: true });
  await at.repository.setDraft("ben", pull, true);
  expect(at.check(head)).toMatchObject({
    conclusion: "action_required",
    summary: expect.stringContaining("It is no draft"),
  });
  await at.repository.setDraft("ben", pull, false);
  expect(at.check(head)).toMatchObject({
    conclusion: "action_required",
    title: expect.stringContaining("1 more approving"),
  });
  await at.repository.review("ben", pull, "APPROVE");
  expect(at.check(head).conclusion).toBe("success");
});

test("nothing is written when nothing changed", async () => {
  const { pull } = await at.publishedUnder(high);
  const writes = () =>
    at.hub.requests.filter(({ method, path }) => method !== "GET" && path.includes("/check-runs")).length;
  const before = writes();
  await at.repository.label("ben", pull, "a");
  await at.repository.label("ben", pull, "b");
  expect(writes()).toBe(before);
});
