import { describe, expect, test } from "vitest";
import type { PublishRequest } from "../../src/phases/publish.ts";
import { digest, sha } from "../record/papers.ts";
import { altered, arrived, bare, nothing, type Papers, publishOf, shown, side } from "./publish-papers.ts";
import { rewriteMain, scene } from "./scene.ts";

describe("papers that contradict each other are an error, and nothing is pushed", () => {
  const other = { commit: sha("e"), tree: sha("f") };
  test.each<[string, (request: PublishRequest) => Partial<PublishRequest>]>([
    ["the Solution names another Task", ({ solution }) => ({ solution: { ...solution, task_digest: digest("e") } })],
    ["the Report names another Task", ({ report }) => ({ report: { ...report, task_digest: digest("e") } })],
    ["the Report names another Solution", ({ report }) => ({ report: { ...report, solution_digest: digest("e") } })],
    ["the Solution began elsewhere", ({ solution }) => ({ solution: { ...solution, base: other } })],
    [
      "the Solution began at that commit with another tree",
      ({ solution }) => ({ solution: { ...solution, base: { ...solution.base, tree: sha("f") } } }),
    ],
    ["the Report's base is another", ({ report }) => ({ report: { ...report, base: other } })],
    ["another tree was verified", ({ report }) => ({ report: { ...report, head_tree: sha("f") } })],
    [
      "all of them name another Task than the one read",
      ({ digests }) => ({ digests: { ...digests, task: digest("e") } }),
    ],
    [
      "the Solution read is another than the one announced",
      ({ digests }) => ({ digests: { ...digests, solution: digest("e") } }),
    ],
  ])("%s", async (_title, spoil) => {
    await using stage = await scene();
    const request = await arrived(stage);
    const asked = stage.hub.requests.length;
    await expect(publishOf(stage, { ...request, ...spoil(request) })).rejects.toMatchObject({
      code: "bad-paper",
      message: expect.stringMatching(/^The papers contradict each other or GitHub: the /),
    });
    expect(stage.hub.requests.length).toBe(asked);
    expect(await publishOf(stage, request)).toMatchObject({ kind: "verdict" });
  });
});

describe("papers that contradict GitHub are an error, however well they agree with each other", () => {
  const tampered: [string, string, (request: PublishRequest) => Partial<Papers>][] = [
    [
      "a file's content before the change",
      'the base of src/sum.js is {"mode":"100644","sha":',
      ({ solution }) => ({
        solution: {
          ...solution,
          change: [{ path: "src/sum.js", before: bare(side("other\n")), after: side("a + b\n") }],
        },
      }),
    ],
    [
      "a file's mode before the change",
      'the base of src/sum.js is {"mode":"100755"',
      ({ solution }) => ({
        solution: {
          ...solution,
          change: [{ path: "src/sum.js", before: bare(side("a - b\n", "100755")), after: side("a + b\n") }],
        },
      }),
    ],
    [
      "a file that is not there",
      "the base of src/none.js",
      ({ solution }) => ({
        solution: { ...solution, change: [{ path: "src/none.js", before: bare(side("x")), after: null }] },
      }),
    ],
    [
      "a new file that is there already",
      "the base of README.md is null",
      ({ solution }) => ({
        solution: { ...solution, change: [{ path: "README.md", before: null, after: side("mine\n") }] },
      }),
    ],
    [
      "a policy that the trusted commit does not have",
      "the policy",
      ({ task }) => ({
        task: { ...task, config: { ...task.config, limits: { ...task.config.limits, change_files: 999 } } },
      }),
    ],
    [
      "another default branch",
      "the default branch is topic",
      ({ task }) => ({ task: { ...task, default_branch: "topic" } }),
    ],
  ];

  test.each(tampered)("%s", async (_title, says, spoil) => {
    await using stage = await scene();
    const request = await arrived(stage);
    await expect(publishOf(stage, altered(stage, request, spoil(request)))).rejects.toMatchObject({
      code: "bad-paper",
      message: expect.stringContaining(says),
    });
    expect(shown(stage)).toEqual(nothing);
    expect(await publishOf(stage, request)).toMatchObject({ kind: "verdict" });
  });

  test("a start that is not the trusted commit", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const commit = stage.push({ "a.txt": "a" }, "topic");
    const start = { commit, tree: (await stage.reading.commit(commit)).tree };
    const { task, solution, report } = request;
    const more = {
      task: { ...task, start, base: start },
      solution: { ...solution, base: start },
      report: { ...report, base: start },
    };
    await expect(publishOf(stage, altered(stage, request, more))).rejects.toMatchObject({
      message: expect.stringContaining("where the work began is"),
    });
    expect(shown(stage)).toEqual(nothing);
  });

  test("a trusted commit with another tree", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const base = {
      ...request.task.trusted,
      tree: await stage.writing.createTree(request.task.trusted.tree, [
        { path: "README.md", mode: "100644", sha: null },
      ]),
    };
    const { task, solution, report } = request;
    const more = {
      task: { ...task, trusted: base, start: base, base },
      solution: { ...solution, base },
      report: { ...report, base },
    };
    await expect(publishOf(stage, altered(stage, request, more))).rejects.toMatchObject({
      message: expect.stringContaining("the trusted tree is"),
    });
    expect(shown(stage)).toEqual(nothing);
  });

  test("a tree that the change does not make", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const tree = request.task.start.tree;
    const { solution, report } = request;
    const more = { solution: { ...solution, tree }, report: { ...report, head_tree: tree } };
    await expect(publishOf(stage, altered(stage, request, more))).rejects.toMatchObject({ code: "tree-mismatch" });
    expect(shown(stage)).toEqual(nothing);
  });
});

describe("the trusted commit must still be one of the default branch", () => {
  test("not after a forced push", async () => {
    await using stage = await scene();
    stage.push({ "a.txt": "a" });
    const request = await arrived(stage);
    rewriteMain(stage);
    await expect(publishOf(stage, request)).rejects.toMatchObject({
      code: "bad-paper",
      message: expect.stringMatching(/the trusted commit is [0-9a-f]{40}, expected a commit of main/),
    });
    expect(shown(stage)).toEqual(nothing);
  });

  test("nor when the branch has another beginning, which GitHub does not even compare", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    rewriteMain(stage);
    await expect(publishOf(stage, request)).rejects.toMatchObject({ code: "bad-paper" });
    expect(shown(stage)).toEqual(nothing);
  });

  test("the twin: it may have moved on, and a new policy there does not count", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    stage.push({ ".github/airlock.toml": "[limits]\nchange_files = 1\n" });
    expect(await publishOf(stage, request)).toMatchObject({ kind: "verdict", verdict: { kind: "publish" } });
  });
});
