import { describe, expect, test } from "vitest";
import { verifyAudit } from "../../src/audit/log.ts";
import { Config } from "../../src/config.ts";
import { sha256 } from "../../src/handoff/seal.ts";
import { Task } from "../../src/handoff/task.ts";
import { ours } from "../../src/text/outgoing.ts";
import { gitText } from "../emulators/github/git.ts";
import { setRef, writeCommit, writeTree } from "../emulators/github/git-write.ts";
import { ask, gateOf, scene } from "./scene.ts";

const configPath = ".github/airlock.toml";

async function taskOf(files: Record<string, string> = {}): Promise<Task> {
  await using stage = await scene(files);
  const outcome = await gateOf(stage, await ask(stage));
  if (outcome.kind === "stop") throw new Error(outcome.stop.message);
  return outcome.task;
}

test("the Task says who asked what, of which text, on which commit, under which policy", async () => {
  await using stage = await scene();
  const { comment, ...request } = await ask(stage, { body: "/agent fix quickly\n\nMind the tests." });
  const { audit, ...outcome } = await gateOf(stage, request);
  const head = stage.push({ "later.txt": "pushed after the gate looked" });
  const commit = gitText(stage.repository.bare, ["rev-parse", `${head}^`]);
  const trusted = { commit, tree: gitText(stage.repository.bare, ["rev-parse", `${commit}^{tree}`]) };
  expect(outcome).toEqual({
    kind: "task",
    task: {
      version: 1,
      repository: { id: stage.repository.id, owner: "octo", name: "demo" },
      run: request.identity.run,
      trigger: {
        kind: "issue_comment",
        comment,
        issue: stage.issue,
        created_at: "2026-11-20T10:00:00.000Z",
        body_sha256: sha256("/agent fix quickly\n\nMind the tests."),
      },
      requester: { id: stage.accountId("mona"), login: "mona", role: "write" },
      verb: "fix",
      words: "quickly\n\nMind the tests.",
      brief: {
        kind: "issue",
        number: stage.issue,
        title: "sum is wrong",
        body: {
          author: "rita",
          role: "read",
          created_at: "2026-11-20T08:00:00.000Z",
          text: "It subtracts.",
          hidden: 0,
        },
        comments: [],
        left_out: 0,
      },
      trusted,
      start: trusted,
      base: trusted,
      pull: null,
      default_branch: "main",
      sandbox_mode: "workspace-write",
      approval_policy: "never",
      config: Config.parse({}),
      config_from: "defaults",
      instructions: [],
      created_at: "2026-11-20T10:01:00.000Z",
      audit_head: audit.head,
    },
  });
  expect(outcome.kind === "task" && Task.safeParse(outcome.task).success).toBe(true);
  expect(verifyAudit(audit.text(), audit.head).kind).toBe("intact");
  expect(audit.entries.map(({ event, data }) => ({ event, data }))).toEqual([
    { event: "request.allowed", data: { comment, requester: "mona", role: "write" } },
    {
      event: "task.sealed",
      data: { trusted: commit, config: "defaults", instructions: [], hidden_characters: 0, texts_left_out: 0 },
    },
  ]);
});

describe("the configuration comes from the default branch's commit", () => {
  test("a file there decides, and the Task says that it did", async () => {
    const task = await taskOf({ [configPath]: '[agent]\nsandbox_mode = "read-only"\n[limits]\nturns = 7\n' });
    expect(task).toMatchObject({ config_from: "file", sandbox_mode: "read-only", config: { limits: { turns: 7 } } });
  });

  test.each([
    ["an unknown key", "[limits]\nturn = 7\n", `${configPath}:2:1: limits.turn: unknown key (allowed: turns,`],
    [
      "a value of another kind",
      '[limits]\n\nturns = "many"\n',
      `${configPath}:3:1: limits.turns: "many" is not allowed`,
    ],
    ["no TOML", "[limits\n", `${configPath}:1:`],
    ["no sandbox", '[agent]\nsandbox_mode = "danger-full-access"\n', `${configPath}:2:1: agent.sandbox_mode:`],
  ])("%s ends the road with file, line and key; nothing falls back to the defaults", async (_title, text, says) => {
    await using stage = await scene({ [configPath]: text });
    const { audit: _audit, ...outcome } = await gateOf(stage, await ask(stage));
    expect(outcome).toEqual({
      kind: "stop",
      stop: {
        kind: "failed",
        message: expect.stringContaining(`The configuration cannot be used: ${says}`),
        next: `Correct ${configPath} on the default branch, then comment again.`,
      },
    });
    stage.push({ [configPath]: null });
    expect(await gateOf(stage, await ask(stage))).toMatchObject({ kind: "task", task: { config_from: "defaults" } });
  });

  test("a file on another branch decides nothing", async () => {
    await using stage = await scene();
    stage.push({ [configPath]: "[limits]\nturns = 500\n" }, "topic");
    expect(await gateOf(stage, await ask(stage))).toMatchObject({ kind: "task", task: { config_from: "defaults" } });
  });
});

describe("instructions", () => {
  test("every AGENTS.md of the commit comes along, other files and installed packages' do not", async () => {
    const task = await taskOf({
      "AGENTS.md": "top\n",
      "src/AGENTS.md": "src\n",
      "src/MYAGENTS.md": "no\n",
      "docs/agents.md": "no\n",
      "node_modules/evil/AGENTS.md": "no\n",
    });
    expect(task.instructions).toEqual([
      { path: "AGENTS.md", content: "top\n" },
      { path: "src/AGENTS.md", content: "src\n" },
    ]);
  });

  test("a file over 64 KiB is left out whole, one of exactly 64 KiB is not cut", async () => {
    const { instructions } = await taskOf({
      "a/AGENTS.md": "x".repeat(64 * 1024),
      "b/AGENTS.md": "x".repeat(64 * 1024 + 1),
    });
    expect(instructions.map(({ path, content }) => [path, content.length])).toEqual([["a/AGENTS.md", 65_536]]);
  });

  test("all files together stay within 256 KiB; a small one still fits after a large one did not", async () => {
    const files = Object.fromEntries(["a", "b", "c", "d"].map((name) => [`${name}/AGENTS.md`, "x".repeat(65_000)]));
    const { instructions } = await taskOf({ ...files, "e/AGENTS.md": "y".repeat(3_000), "f/AGENTS.md": "small" });
    expect(instructions.map(({ path }) => path)).toEqual([
      "a/AGENTS.md",
      "b/AGENTS.md",
      "c/AGENTS.md",
      "d/AGENTS.md",
      "f/AGENTS.md",
    ]);
  });

  test("a link of that name is not followed", async () => {
    await using stage = await scene({ "secret.txt": "x" });
    const { bare } = stage.repository;
    const target = gitText(bare, ["hash-object", "-w", "--stdin"], { input: "secret.txt" });
    const tree = writeTree(bare, gitText(bare, ["rev-parse", "main^{tree}"]), [
      { path: "AGENTS.md", mode: "120000", sha: target },
    ]);
    const person = { name: "Somebody", email: "somebody@example.com", at: 1_760_000_000 };
    const parents = [gitText(bare, ["rev-parse", "main"])];
    setRef(
      bare,
      "refs/heads/main",
      writeCommit(bare, { tree, parents, message: "x", author: person, committer: person }),
    );
    expect(await gateOf(stage, await ask(stage))).toMatchObject({ kind: "task", task: { instructions: [] } });
  });
});

describe("an open pull request of ours answers the issue already", () => {
  const opened = { title: ours`An answer`, body: ours`text`, base: "main", draft: false };

  test("then the road ends and names it; closed, it does not", async () => {
    await using stage = await scene();
    stage.push({ "a.txt": "a" }, `airlock/${stage.issue}-1`);
    const pull = await stage.writing.createPull({ ...opened, head: `airlock/${stage.issue}-1` });
    expect(await gateOf(stage, await ask(stage))).toMatchObject({
      kind: "stop",
      stop: { kind: "already-done", message: `Pull request #${pull.number} already answers this issue.` },
    });
    stage.repository.closeIssue("mona", pull.number);
    expect(await gateOf(stage, await ask(stage))).toMatchObject({ kind: "task" });
  });

  test("one of another issue, or from another branch, is none", async () => {
    await using stage = await scene();
    for (const head of [`airlock/${stage.issue + 70}-1`, `other/${stage.issue}-1`]) {
      stage.push({ "a.txt": head }, head);
      await stage.writing.createPull({ ...opened, head });
    }
    expect(await gateOf(stage, await ask(stage))).toMatchObject({ kind: "task" });
  });

  test("the prefix of the configuration decides which branches are ours", async () => {
    await using stage = await scene({ [configPath]: '[pull_request]\nbranch_prefix = "other/"\n' });
    stage.push({ "a.txt": "a" }, `other/${stage.issue}-1`);
    await stage.writing.createPull({ ...opened, head: `other/${stage.issue}-1` });
    expect(await gateOf(stage, await ask(stage))).toMatchObject({ kind: "stop", stop: { kind: "already-done" } });
  });
});

describe("a fact that cannot be read is no Task", () => {
  /** Every address the gate asks, with ids and names replaced by a pattern. */
  const addresses = async () => {
    await using stage = await scene({ "AGENTS.md": "top\n", [configPath]: "[limits]\nturns = 7\n" });
    const request = await ask(stage);
    const before = stage.hub.requests.length;
    await gateOf(stage, request);
    return [
      ...new Set(
        stage.hub.requests
          .slice(before)
          .map(({ method, path }) => `${method} ${path.replaceAll(/[0-9a-f]{40}|\d{4,}/g, "*")}`),
      ),
    ];
  };

  test("whichever question GitHub does not answer", async () => {
    const asked = await addresses();
    expect(asked).toEqual(
      expect.arrayContaining([
        "GET /repos/octo/demo",
        "GET /repos/octo/demo/actions/runs/*",
        "GET /repos/octo/demo/issues/comments/*",
        "GET /repos/octo/demo/issues/1",
        "POST /graphql",
        "GET /repos/octo/demo/collaborators/mona/permission",
        "GET /repos/octo/demo/git/commits/*",
      ]),
    );
    for (const line of asked) {
      const [method = "", path = ""] = line.split(" ");
      await using stage = await scene({ "AGENTS.md": "top\n", [configPath]: "[limits]\nturns = 7\n" });
      const request = await ask(stage);
      const pattern = new RegExp(
        `^${path.replaceAll(/[.+?()[\]{}|^$\\]/g, String.raw`\$&`).replaceAll("*", "[^/]+")}$`,
      );
      const end = stage.hub.fault({ method, path: pattern, status: 502 });
      expect({ line, code: await failureOf(gateOf(stage, request)) }).toEqual({
        line,
        code: expect.stringMatching(/^github-/),
      });
      end();
      expect({ line, kind: (await gateOf(stage, request)).kind }).toEqual({ line, kind: "task" });
    }
  });

  test("nor is a default branch without a head", async () => {
    await using stage = await scene();
    const request = await ask(stage);
    stage.hub.fault({ method: "GET", path: /\/git\/ref\/heads%2Fmain$/, status: 404 });
    await expect(gateOf(stage, request)).rejects.toMatchObject({ code: "github-unreadable" });
  });
});

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  return typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : thrown;
}
