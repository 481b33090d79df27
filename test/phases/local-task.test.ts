import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { Solution } from "../../src/handoff/solution.ts";
import { Task } from "../../src/handoff/task.ts";
import { localTask } from "../../src/phases/local-task.ts";
import { solutionOfTrees } from "../../src/phases/made-solution.ts";
import { openLocal } from "../../src/workspace/local.ts";
import { digest, sha } from "../record/papers.ts";
import { fixtureRepository, writeFiles } from "../workspace/repository.ts";

const now = () => Date.parse("2026-11-20T10:00:00Z");
const configPath = ".github/airlock.toml";

async function taskOf(root: string, more: Partial<Parameters<typeof localTask>[0]> = {}): Promise<Task> {
  await using local = await openLocal(root, tmpdir());
  return await localTask({ local, revision: "HEAD", text: "Mend it.", now, auditHead: digest("0"), ...more });
}

test("a local Task has the text that was typed, the defaults, and nobody's identity", async () => {
  using repository = fixtureRepository({ "a.txt": "a" });
  const { commit, tree } = repository;
  const task = await taskOf(repository.root);
  expect(task).toEqual({
    version: 1,
    repository: { id: 1, owner: "local", name: "repository" },
    run: { id: 0, attempt: 1 },
    trigger: { kind: "local" },
    requester: { id: 1, login: "local", role: "admin" },
    verb: "fix",
    words: "",
    brief: { kind: "local", text: "Mend it." },
    trusted: { commit, tree },
    start: { commit, tree },
    base: { commit, tree },
    pull: null,
    default_branch: "HEAD",
    sandbox_mode: "workspace-write",
    approval_policy: "never",
    config: Config.parse({}),
    config_from: "defaults",
    instructions: [],
    created_at: "2026-11-20T10:00:00.000Z",
    audit_head: digest("0"),
  });
  expect(Task.safeParse(task).success).toBe(true);
});

describe("configuration and instructions", () => {
  test("come from the commit, not from the files beside it", async () => {
    using repository = fixtureRepository({
      [configPath]: "[limits]\nturns = 7\n",
      "AGENTS.md": "committed\n",
      "src/AGENTS.md": "below\n",
    });
    writeFiles(repository.root, { [configPath]: "[limits]\nturns = 500\n", "AGENTS.md": "not committed\n" });
    expect(await taskOf(repository.root)).toMatchObject({
      config: { limits: { turns: 7 } },
      config_from: "file",
      instructions: [
        { path: "AGENTS.md", content: "committed\n" },
        { path: "src/AGENTS.md", content: "below\n" },
      ],
    });
  });

  test("the command line changes [agent] and nothing else", async () => {
    using repository = fixtureRepository({ [configPath]: '[agent]\nmodel = "one"\nreasoning_effort = "high"\n' });
    const task = await taskOf(repository.root, { agent: { sandbox_mode: "read-only", model: "two" } });
    expect(task.sandbox_mode).toBe("read-only");
    expect(task.config.agent).toEqual({
      model: "two",
      sandbox_mode: "read-only",
      approval_policy: "never",
      reasoning_effort: "high",
    });
  });

  test.each([
    ["[limits]\nturns = 0\n", `${configPath}:2:1: limits.turns: 0 is not allowed here`],
    ["[agent]\n\nmodle = 'x'\n", `${configPath}:3:1: agent.modle: unknown key (allowed: model,`],
    ["= 1\n", `${configPath}:1:`],
  ])("%j is refused with file, line and key", async (text, says) => {
    using repository = fixtureRepository({ [configPath]: text });
    await expect(taskOf(repository.root)).rejects.toMatchObject({
      code: "bad-config",
      message: expect.stringContaining(says),
      fix: `Correct ${configPath} and commit it.`,
    });
    writeFiles(repository.root, { [configPath]: "" });
    repository.recommit();
    expect(await taskOf(repository.root)).toMatchObject({ config: Config.parse({}), config_from: "file" });
  });
});

test("a revision that names no commit is refused", async () => {
  using repository = fixtureRepository({ "a.txt": "a" });
  await expect(taskOf(repository.root, { revision: "v9" })).rejects.toMatchObject({ code: "bad-input" });
});

test("two trees become a Solution at which nobody worked", async () => {
  using repository = fixtureRepository({ "a.txt": "a" });
  const task = await taskOf(repository.root);
  const certificate = { bwrap: "0.8.0", uid: "same" as const, limits: "polling" as const, probes: [] };
  const made = { change: [], tree: sha("d"), taskDigest: digest("a"), certificate, auditHead: digest("b") };
  const solution = solutionOfTrees(task, made);
  expect(solution).toMatchObject({
    task_digest: digest("a"),
    ending: { kind: "finished" },
    base: task.start,
    tree: sha("d"),
    usage: { turns: 0, cost_usd: 0 },
  });
  expect(Solution.safeParse(solution).success).toBe(true);
});
