import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Judgement } from "../../src/handoff/verdict.ts";
import { verdict } from "../record/papers.ts";
import { low, messageOf, type RunScene, runScene } from "./run-scene.ts";

const finding = {
  id: "0123456789ab",
  rule: "test-deleted",
  level: "block" as const,
  path: "test/sum.test.ts",
  line: null,
  message: "A test was deleted.",
  before: "1 test",
  after: null,
};

/** As publish judges: with whose approval counts. */
const approvers = { requester_may_approve: false, security_users: [] };
const high: Judgement = {
  ...low,
  approvers,
  level: "high",
  requirements: { reviewers: 2, security_review: false, manual_verification: false, owners: [] },
};

let at: RunScene;

beforeEach(async () => {
  at = await runScene();
  for (const login of ["ben", "ada", "eve"]) at.hub.addUser(login);
  at.hub.addUser("robot[bot]", { type: "Bot" });
  at.repository.setRole("mona", "admin");
  at.repository.setRole("ben", "write");
  at.repository.setRole("ada", "write");
  at.repository.setRole("eve", "maintain");
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

/** mona's run published a change under a judgement and ended. */
async function published(judgement: Judgement): Promise<{ pull: number; head: string; branch: string }> {
  const pushed = await at.published(messageOf(at.run.id, judgement));
  await at.finish(at.run, {
    "airlock-publish-1": { "verdict.json": { ...verdict({ ...judgement, published: pushed }), ...at.identity() } },
  });
  await at.quiet();
  return { pull: pushed.pull_request, head: pushed.commit, branch: pushed.branch };
}

function check(sha: string): { conclusion: string | null; title: string; summary: string } {
  const newest = at.repository.checks(sha).at(-1);
  return { conclusion: newest?.conclusion ?? null, title: newest?.title ?? "", summary: newest?.summary ?? "" };
}

const answers = (pull: number): string[] =>
  at.repository
    .issueComments(pull)
    .filter(({ author }) => author === "airlock[bot]")
    .map(({ body }) => body);

async function say(login: string, pull: number, text: string): Promise<string> {
  await at.repository.comment(login, pull, text);
  await at.quiet();
  return answers(pull).at(-1) ?? "";
}

test("a change waits for two, one of two is not enough, and two release it", async () => {
  const { pull, head } = await published(high);
  expect(check(head)).toMatchObject({
    conclusion: "action_required",
    title: expect.stringContaining("2 more approving"),
  });
  await at.repository.review("ben", pull, "APPROVE");
  expect(check(head)).toMatchObject({
    conclusion: "action_required",
    title: expect.stringContaining("1 more approving"),
  });
  await at.repository.review("ada", pull, "APPROVE");
  expect(check(head)).toMatchObject({
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
    const { pull, head } = await published(high);
    await at.repository.review("ben", pull, "APPROVE");
    await at.repository.review(login, pull, "APPROVE");
    expect(check(head)).toMatchObject({ conclusion: "action_required", summary: expect.stringContaining(why) });
    await at.repository.review("ada", pull, "APPROVE");
    expect(check(head).conclusion).toBe("success");
  });

  test("of the one who asked, unless the configuration lets them", async () => {
    const { pull, head } = await published({ ...high, approvers: { ...approvers, requester_may_approve: true } });
    await at.repository.review("mona", pull, "APPROVE");
    await at.repository.review("ben", pull, "APPROVE");
    expect(check(head).conclusion).toBe("success");
  });

  test("of somebody who loses the role afterwards", async () => {
    const { pull, head } = await published(high);
    await at.repository.review("ben", pull, "APPROVE");
    await at.repository.review("ada", pull, "APPROVE");
    at.repository.setRole("ada", "read");
    await at.repository.label("ben", pull, "any");
    expect(check(head).conclusion).toBe("action_required");
  });

  test("that were dismissed, or taken back by a request for changes", async () => {
    const { pull, head } = await published(high);
    const id = await at.repository.review("ben", pull, "APPROVE");
    await at.repository.review("ada", pull, "APPROVE");
    await at.repository.dismiss("mona", pull, id);
    expect(check(head).conclusion).toBe("action_required");
    await at.repository.review("ben", pull, "APPROVE");
    expect(check(head).conclusion).toBe("success");
    await at.repository.review("eve", pull, "REQUEST_CHANGES");
    expect(check(head)).toMatchObject({
      conclusion: "action_required",
      title: expect.stringContaining("eve requested changes"),
    });
  });
});

test("a push voids every approval: the new head is not what was verified, whoever approves it", async () => {
  const { pull, head, branch } = await published(high);
  await at.repository.review("ben", pull, "APPROVE");
  await at.repository.review("ada", pull, "APPROVE");
  const pushed = await at.repository.push("eve", branch, { path: "more.txt", text: "more\n" });
  expect(check(pushed)).toMatchObject({
    conclusion: "action_required",
    title: "The head is not the commit that was verified",
  });
  await at.repository.review("ben", pull, "APPROVE");
  await at.repository.review("ada", pull, "APPROVE");
  expect(check(pushed).conclusion).toBe("action_required");

  // Put back, it is the verified head again; who put it there has pushed it, and an approval of another head is none.
  await at.repository.review("eve", pull, "APPROVE");
  await at.repository.setBranch("ben", branch, head);
  expect(check(head)).toMatchObject({
    conclusion: "action_required",
    summary: expect.stringContaining("ben pushed it."),
  });
  for (const login of ["eve", "ada"]) await at.repository.review(login, pull, "APPROVE");
  expect(check(head).conclusion).toBe("success");
});

test("labels decide nothing", async () => {
  const { pull, head } = await published(high);
  await at.repository.label("ben", pull, "risk:low");
  await at.repository.unlabel("ben", pull, "risk:low");
  expect(check(head).conclusion).toBe("action_required");
});

describe("a finding that blocks", () => {
  const blocked: Judgement = { ...high, requirements: { ...high.requirements, reviewers: 1 }, findings: [finding] };

  test("is accepted by a maintainer, for this head", async () => {
    const { pull, head } = await published(blocked);
    await at.repository.review("ben", pull, "APPROVE");
    expect(check(head)).toMatchObject({
      conclusion: "action_required",
      title: expect.stringContaining("accept finding"),
    });
    expect(await say("eve", pull, `/agent accept ${finding.id}`)).toContain(
      `Finding \`${finding.id}\` is accepted for this head.`,
    );
    expect(check(head)).toMatchObject({
      conclusion: "success",
      summary: expect.stringContaining("is accepted: by eve"),
    });
  });

  test.each([
    [
      "by somebody who may only write",
      "ben",
      `accept ${finding.id}`,
      "needs the role maintain or admin; yours is write",
    ],
    ["under an id that is not there", "eve", "accept ffffffffffff", "There is no blocking finding"],
    ["without an id", "eve", "accept", "takes the id of one finding"],
  ])("is not accepted %s", async (_title, login, text, why) => {
    const { pull, head } = await published(blocked);
    await at.repository.review("ada", pull, "APPROVE");
    expect(await say(login, pull, `/agent ${text}`)).toContain(why);
    expect(check(head).conclusion).toBe("action_required");
  });

  test("is not accepted any more when whoever accepted it lost the role", async () => {
    const { pull, head } = await published(blocked);
    await at.repository.review("ben", pull, "APPROVE");
    await say("eve", pull, `/agent accept ${finding.id}`);
    at.repository.setRole("eve", "write");
    await at.repository.label("ben", pull, "any");
    expect(check(head).conclusion).toBe("action_required");
  });

  test("is asked on the pull request, not on the issue, and a stranger gets a reaction only", async () => {
    const { pull, head } = await published(blocked);
    await at.repository.review("ben", pull, "APPROVE");
    expect(await say("eve", at.issue, `/agent accept ${finding.id}`)).toContain("works on a pull request of Airlock");
    const comment = await at.repository.comment("stranger", pull, `/agent accept ${finding.id}`);
    expect(at.repository.reactionsOf(comment)).toEqual([{ content: "-1", user: "airlock[bot]" }]);
    expect(check(head).conclusion).toBe("action_required");
  });
});

describe("a manual verification", () => {
  const critical: Judgement = {
    ...high,
    requirements: { reviewers: 1, security_review: false, manual_verification: true, owners: [] },
  };

  test("is a word of somebody else about exactly this head", async () => {
    const { pull, head } = await published(critical);
    await at.repository.review("ben", pull, "APPROVE");
    expect(await say("ada", pull, `/agent verified ${"0".repeat(12)}`)).toContain("The head is");
    expect(check(head).conclusion).toBe("action_required");
    await say("mona", pull, `/agent verified ${head}`);
    expect(check(head).conclusion).toBe("action_required");
    await say("ada", pull, `/agent verified ${head.slice(0, 12)}`);
    expect(check(head)).toMatchObject({ conclusion: "success", summary: expect.stringContaining("by ada") });
  });
});

test("why tells conditions, reasons, findings and the way down", async () => {
  const reasons = [{ rule: "size", level: "high" as const, saw: "600 lines", message: "The change is large." }];
  const { pull } = await published({ ...high, reasons, findings: [finding], lower: ["Split it."] });
  const answer = await say("ben", pull, "/agent why");
  expect(answer).toContain("Risk 🟠 high. Something is missing.");
  expect(answer).toContain("- ✗ 2 approving reviews of this head: none");
  expect(answer).toContain("- **high**: The change is large. `600 lines`");
  expect(answer).toContain(`\`${finding.id}\``);
  expect(answer).toContain("- Split it.");
});

describe("pull requests that are not ours", () => {
  test("are green at once, and asking why says so", async () => {
    const sha = await at.repository.push("ben", "ben/feature", { path: "x.txt", text: "x\n" });
    const pull = await at.repository.openPull("ben", { head: "ben/feature", base: "main" });
    expect(at.repository.checks(sha)).toMatchObject([
      { conclusion: "success", title: "Not a pull request of Airlock" },
    ]);
    expect(await say("ben", pull, "/agent why")).toContain("Not a pull request of Airlock.");
  });

  test("do not turn a head green that is ours as well", async () => {
    const { head } = await published(high);
    await at.repository.setBranch("ben", "ben/copy", head);
    await at.repository.openPull("ben", { head: "ben/copy", base: "main" });
    expect(check(head).conclusion).toBe("action_required");
  });

  test("and one of them to another target makes the head red", async () => {
    const { pull, head } = await published(high);
    await at.repository.push("ben", "release", { path: "x.txt", text: "x\n" });
    await at.repository.setBranch("ben", "ben/copy", head);
    const other = await at.repository.openPull("ben", { head: "ben/copy", base: "release" });
    expect(check(head)).toMatchObject({ conclusion: "failure", title: "One commit, several targets" });
    at.repository.closeIssue("ben", other);
    await at.repository.review("ben", pull, "APPROVE");
    await at.repository.review("ada", pull, "APPROVE");
    expect(check(head).conclusion).toBe("success");
  });
});

describe("a merge group", () => {
  test("is green when every pull request of ours in it is released", async () => {
    const { pull } = await published(high);
    await at.repository.review("ben", pull, "APPROVE");
    await at.repository.review("ada", pull, "APPROVE");
    const group = await at.repository.enqueue("ben", pull);
    expect(check(group)).toMatchObject({ conclusion: "success", summary: expect.stringContaining(`#${pull}`) });
  });

  test("is not, when one is not: alone or in front of somebody else's", async () => {
    const { pull } = await published(high);
    expect(check(await at.repository.enqueue("ben", pull)).conclusion).toBe("action_required");
    await at.repository.push("ben", "ben/feature", { path: "x.txt", text: "x\n" });
    const other = await at.repository.openPull("ben", { head: "ben/feature", base: "main" });
    expect(check(await at.repository.enqueue("ben", other))).toMatchObject({
      conclusion: "action_required",
      summary: expect.stringContaining(`Not released: #${pull}.`),
    });
  });

  test("of people alone is green", async () => {
    await at.repository.push("ben", "ben/feature", { path: "x.txt", text: "x\n" });
    const other = await at.repository.openPull("ben", { head: "ben/feature", base: "main" });
    expect(check(await at.repository.enqueue("ben", other)).conclusion).toBe("success");
  });

  test("is not released where the App may not read the queue", async () => {
    at.app.permissions = { ...at.app.permissions };
    delete at.app.permissions["merge_queues"];
    await at.repository.push("ben", "ben/feature", { path: "x.txt", text: "x\n" });
    const other = await at.repository.openPull("ben", { head: "ben/feature", base: "main" });
    expect(check(await at.repository.enqueue("ben", other))).toMatchObject({
      conclusion: "action_required",
      summary: expect.stringContaining("The merge queue cannot be read"),
    });
  });
});

describe("whether GitHub requires the check", () => {
  test("is said in the check and in the request's comment when it does not", async () => {
    const { head } = await published(high);
    expect(check(head).summary).toContain("⚠️ **Not enforced.**");
    expect(at.statuses()[0]).toContain("⚠️ **Not enforced.**");
    expect(check(head).summary).toContain("choose the Airlock App as its source");
  });

  test("is said when any source would do", async () => {
    at.repository.requireCheck("main", "airlock", null);
    const { head } = await published(high);
    expect(check(head).summary).toContain("from any source");
  });

  test("is quiet when it is required from our App", async () => {
    at.repository.requireCheck("main", "airlock", at.app.id);
    const { head } = await published(high);
    expect(check(head).summary).not.toContain("Not enforced");
    expect(at.statuses()[0]).not.toContain("Not enforced");
  });
});

test("a requirement that nobody can meet is said", async () => {
  for (const login of ["ben", "ada", "eve"]) at.repository.setRole(login, "read");
  at.repository.setRole("ben", "write");
  const { head } = await published(high);
  expect(check(head)).toMatchObject({
    conclusion: "action_required",
    title: "Risk 🟠 high: this cannot be met",
    summary: expect.stringContaining("It needs 2 approving reviews, and 1 person is eligible."),
  });
});

test("a draft waits until somebody marks it as ready, and then for a person", async () => {
  const { pull, head } = await published({ ...low, draft: true });
  await at.repository.setDraft("ben", pull, true);
  expect(check(head)).toMatchObject({
    conclusion: "action_required",
    summary: expect.stringContaining("It is no draft"),
  });
  await at.repository.setDraft("ben", pull, false);
  expect(check(head)).toMatchObject({
    conclusion: "action_required",
    title: expect.stringContaining("1 more approving"),
  });
  await at.repository.review("ben", pull, "APPROVE");
  expect(check(head).conclusion).toBe("success");
});

test("nothing is written when nothing changed", async () => {
  const { pull } = await published(high);
  const writes = () =>
    at.hub.requests.filter(({ method, path }) => method !== "GET" && path.includes("/check-runs")).length;
  const before = writes();
  await at.repository.label("ben", pull, "a");
  await at.repository.label("ben", pull, "b");
  expect(writes()).toBe(before);
});
