import { describe, expect, test } from "vitest";
import { answerRound } from "../../src/record/answer-round.ts";
import { appendChange } from "../../src/record/append-change.ts";
import { judgementDigest } from "../../src/record/commit-message.ts";
import { pullBody } from "../../src/record/body.ts";
import { ours } from "../../src/text/outgoing.ts";
import { branch, roundScene, type RoundScene } from "./round-scene.ts";
import { judgement, report, sha } from "./papers.ts";

/** Both halves of publishing a round. Out: null when the pull request's head is another one. */
async function publishRound({ github, facts, plan, pull }: RoundScene) {
  const appended = await appendChange(github, facts, plan);
  if (appended.kind === "head-moved") return null;
  const { commits, published } = appended;
  return { published, round: await answerRound(github, facts, { plan, commits, pull }) };
}

/** What a person sees of a pull request. */
function seen({ repository, pull }: RoundScene) {
  const now = repository.pulls().find(({ number }) => number === pull);
  const threads = repository.threadsOf(pull).map(({ comments }) => comments.slice(1).map(({ body }) => body));
  return { ...now, threads, commits: repository.log(branch).map(({ message }) => message.split("\n")[0]) };
}

test("each step is a commit, the pull request is shown anew, and each point is answered in its thread", async () => {
  await using on = await roundScene();
  const result = await publishRound(on);
  const { repository, facts, pull } = on;
  const [head, before] = repository.log(branch);
  const after = seen(on);
  expect(result?.published).toEqual({
    branch,
    commit: head?.sha,
    tree: facts.report.head_tree,
    pull_request: pull,
    url: `${repository.htmlUrl}/pull/${pull}`,
    not_applied: [],
  });
  expect(result?.round).toMatchObject({
    pull_request: pull,
    commits: 2,
    squashed: null,
    not_answered: [],
    points: [
      { outcome: "done", commit: before?.sha },
      { outcome: "declined", commit: null },
      { outcome: "done", commit: head?.sha },
      { outcome: "not-reached", commit: null },
      { outcome: "declined", commit: null },
    ],
  });
  expect(after).toMatchObject({
    title: "A title of people",
    commits: ["Address review: Test the sum", "Address review: Take numbers only", "Mend", "First commit"],
    labels: ["mine", "risk:medium", "needs-review:1"],
    reviewers: ["hubert", "ben"],
  });
  expect(repository.file("src/sum.js", before?.sha ?? "")).toBe("Number(a) + Number(b)\n");
  expect(repository.file("src/tax.js", before?.sha ?? "")).toBe("19\n");
  expect(repository.file("src/tax.js", branch)).toBeNull();
  const trailers = [before, head].map((commit) => commit?.message.split("\n\n").at(-1));
  const person = "Co-authored-by: mona <5+mona@users.noreply.github.com>\nAirlock-Run: 77";
  const judged = `Airlock-Judgement: ${judgementDigest(facts.judgement)}`;
  expect(trailers).toEqual([
    `Airlock-Item: thread-${on.comments[0]}\n${person}`,
    `Airlock-Item: thread-${on.comments[2]}\n${person}\n${judged}`,
  ]);
});

test("what stands in the threads is the answer, the commit and the checks, or the reason for declining", async () => {
  await using on = await roundScene();
  await publishRound(on);
  const [first, second, third, fourth] = seen(on).threads;
  expect([first?.length, second?.length, third?.length, fourth?.length]).toEqual([1, 1, 1, 0]);
  const home = on.repository.htmlUrl;
  const plain = (text = "") =>
    text
      .replaceAll(home, "HOME")
      .replaceAll(/[0-9a-f]{40}/g, "SHA")
      .replaceAll(/`[0-9a-f]{7}`/g, "`SHORT`");
  expect(plain(first?.[0])).toBe(
    [
      `<!-- airlock:item:thread-${on.comments[0]}:77 -->`,
      `✅ **Done** in [\`SHORT\`](HOME/pull/${on.pull}/commits/SHA). The agent says:`,
      `> Changed for thread-${on.comments[0]}.`,
      "<sub>Checks: types pass · lint pre-existing · tests fixed · build not configured · audit not run. They are those of the whole pull request, [run 77](HOME/actions/runs/77).</sub>",
    ].join("\n\n"),
  );
  expect(plain(second?.[0])).toBe(
    [
      `<!-- airlock:item:thread-${on.comments[1]}:77 -->`,
      "↩️ **Declined.** Nothing was changed for this point. The agent's reason:",
      `> Not changed for thread-${on.comments[1]}: it is right as it is.`,
      "<sub>[run 77](HOME/actions/runs/77)</sub>",
    ].join("\n\n"),
  );
});

test("the body counts the points from data, and keeps what the pull request is for", async () => {
  await using on = await roundScene();
  await publishRound(on);
  const { body = "" } = seen(on);
  expect(body).toContain("Fixes #12, this round of review asked by mona.");
  expect(body).toContain("2 of 5 points addressed in 2 commits, 2 declined, 1 not reached.");
  expect(body).toContain(
    `| [thread-${on.comments[1]}](${on.repository.htmlUrl}/pull/${on.pull}#discussion_r${on.comments[1]})`,
  );
  expect(body).toContain(
    `[review-${on.review}](${on.repository.htmlUrl}/pull/${on.pull}#pullrequestreview-${on.review})`,
  );
  expect(body).not.toContain("it is right as it is");
});

test("a judgement that asks for a draft does not call a pull request one that is none", async () => {
  await using on = await roundScene();
  const round = { points: [], commits: 1, squashed: null };
  const facts = { ...on.facts, judgement: judgement({ draft: true }) };
  expect(pullBody({ ...facts, round: { ...round, isDraft: false } })).toContain(
    "It should be a draft, because a check",
  );
  expect(pullBody({ ...facts, round: { ...round, isDraft: true } })).toContain("A draft, because a check");
});

test("a head that somebody moved is left alone, and nothing is said", async () => {
  await using on = await roundScene();
  const theirs = await on.repository.push("ben", branch, { path: "src/sum.js", text: "mine\n" });
  const before = seen(on);
  expect(await publishRound(on)).toBeNull();
  expect(seen(on)).toEqual(before);
  expect(await on.github.branch(branch)).toBe(theirs);
});

test("a push in the very moment before ours is not overwritten", async () => {
  await using on = await roundScene();
  let theirs = "";
  const github = {
    ...on.github,
    moveBranch: async (name: string, commit: string) => {
      theirs = await on.repository.push("ben", branch, { path: "src/sum.js", text: "mine\n" });
      return on.github.moveBranch(name, commit);
    },
  };
  expect(await publishRound({ ...on, github })).toBeNull();
  expect(await on.github.branch(branch)).toBe(theirs);
  expect(seen(on).threads.flat()).toEqual([]);
});

test("a commit that only claims to be of this run, with another tree, is somebody's push", async () => {
  await using on = await roundScene();
  const { start } = on.facts.task;
  const forged = await on.github.createCommit({
    message: ours`x\n\nAirlock-Run: 77`,
    tree: start.tree,
    parents: [start.commit],
  });
  await on.github.moveBranch(branch, forged.sha);
  expect(await publishRound(on)).toBeNull();
});

describe("what may not be pushed is refused before anything is written", () => {
  test.each([
    ["a held change", { judgement: judgement({ kind: "hold" }) }, "bad-input"],
    ["a tree that is not the verified one", { report: report({ head_tree: sha("d") }) }, "bad-input"],
  ])("%s", async (_title, more, code) => {
    await using on = await roundScene();
    const before = seen(on);
    const facts = { ...on.facts, ...more };
    await expect(appendChange(on.github, facts, on.plan)).rejects.toMatchObject({ code });
    expect(seen(on)).toEqual(before);
  });

  test("a step whose tree is not what GitHub builds of it", async () => {
    await using on = await roundScene();
    const before = seen(on);
    const commits = on.plan.commits.map((commit, index) => (index === 0 ? { ...commit, tree: sha("d") } : commit));
    await expect(appendChange(on.github, on.facts, { ...on.plan, commits })).rejects.toMatchObject({
      code: "tree-mismatch",
    });
    expect(seen(on)).toEqual(before);
  });
});

test("a round without a commit pushes nothing and answers", async () => {
  await using on = await roundScene();
  const items = on.plan.items.map(({ id }) => ({ id, outcome: "declined" as const, reply: "It is right as it is." }));
  const before = seen(on);
  const result = await publishRound({ ...on, plan: { items, commits: [], squashed: null } });
  expect(result).toMatchObject({ published: null, round: { commits: 0, not_answered: [] } });
  expect(seen(on)).toMatchObject({ commits: before.commits, body: before.body, labels: before.labels });
  expect(seen(on).threads.map(({ length }) => length)).toEqual([1, 1, 1, 1]);
});

describe("threads are resolved only where that is configured, and only those of points that were done", () => {
  test.each([
    [false, [false, false, false, false]],
    [true, [true, false, true, false]],
  ])("%s", async (resolve_threads, expected) => {
    await using on = await roundScene();
    const { task } = on.facts;
    const config = { ...task.config, review: { ...task.config.review, resolve_threads } };
    await publishRound({ ...on, facts: { ...on.facts, task: { ...task, config } } });
    expect(on.repository.threadsOf(on.pull).map(({ resolvedBy }) => resolvedBy !== null)).toEqual(expected);
  });
});

test("somebody else's comment with our mark is not taken for our answer", async () => {
  await using on = await roundScene();
  const [first = 0] = on.comments;
  await on.repository.replyInThread("ben", on.pull, first, `<!-- airlock:item:thread-${first}:77 --> done`);
  await publishRound(on);
  expect(seen(on).threads[0]).toHaveLength(2);
});

test("a thread that is gone is told, and the others are answered", async () => {
  await using on = await roundScene();
  const [, ...rest] = on.plan.items;
  const items = [{ id: "thread-999999", outcome: "declined" as const, reply: "No." }, ...rest];
  const result = await publishRound({ ...on, plan: { ...on.plan, items } });
  expect(result?.round.not_answered).toEqual(["The thread of thread-999999 is gone."]);
  expect(seen(on).threads.map(({ length }) => length)).toEqual([0, 1, 1, 0]);
});

test.each([
  ["before it was written", { cut: true }],
  ["after it was written", { cut: true, after: true }],
])("an answer whose connection is cut %s stands in its thread once", async (_title, fault) => {
  await using on = await roundScene();
  on.hub.fault({ method: "POST", path: /\/replies$/, times: 1, ...fault });
  const result = await publishRound(on);
  expect(result?.round.not_answered).toEqual([]);
  expect(seen(on).threads.map(({ length }) => length)).toEqual([1, 1, 1, 0]);
});

test("an answer that GitHub refuses twice is told, and the others are given", async () => {
  await using on = await roundScene();
  const [first = 0] = on.comments;
  on.hub.fault({ method: "POST", path: new RegExp(`/${first}/replies$`), cut: true, times: 2 });
  const result = await publishRound(on);
  expect(result?.round.not_answered).toEqual([expect.stringContaining(`thread-${first} was not answered`)]);
  expect(seen(on).threads.map(({ length }) => length)).toEqual([0, 1, 1, 0]);
});

describe("wherever it breaks off, doing it again makes nothing twice", () => {
  const steps = [
    ["POST", "git/trees"],
    ["POST", "git/commits"],
    ["PATCH", "git/refs/heads/airlock/12-1"],
    ["PATCH", String.raw`pulls/\d+`],
    ["DELETE", String.raw`labels/[^/]+`],
    ["POST", "labels"],
    ["POST", "requested_reviewers"],
    ["POST", "replies"],
  ] as const;
  const faults = [
    ["GitHub refuses", { status: 502 }],
    ["the connection is cut after the deed", { cut: true, after: true }],
  ] as const;
  test.each(steps.flatMap(([method, step]) => faults.map(([name, fault]) => [method, step, name, fault] as const)))(
    "at %s %s: %s",
    async (method, step, _name, fault) => {
      await using on = await roundScene();
      on.hub.fault({ method, path: new RegExp(`/${step}$`), times: 1, ...fault });
      await publishRound(on).catch(() => null);
      const again = await publishRound(on);
      expect(again?.round).toMatchObject({ commits: 2, not_answered: [] });
      expect(again?.published?.not_applied).toEqual([]);
      const after = seen(on);
      expect(after.commits).toHaveLength(4);
      expect(after.threads.map(({ length }) => length)).toEqual([1, 1, 1, 0]);
      expect(after.labels).toEqual(["mine", "risk:medium", "needs-review:1"]);
      expect(after.body).toContain("2 of 5 points addressed in 2 commits");
    },
  );
});
