import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Report } from "../../src/handoff/report.ts";
import { seal } from "../../src/handoff/seal.ts";
import { Task } from "../../src/handoff/task.ts";
import { verify, type VerifyRequest } from "../../src/phases/verify.ts";
import { localChange } from "../../src/workspace/local.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { digest } from "../record/papers.ts";
import { plainGit, writeFiles } from "../workspace/repository.ts";
import { requestFor } from "./change-request.ts";
import { cartFiles, type LocalScene, localScene } from "./local-scene.ts";

const real = realSandbox();
const right = (cartFiles()["src/cart.ts"] ?? "").replace("item.cents,", "item.cents * item.quantity,");
const wrong = right.replace("item.quantity,", "(item.quantity - 1),");

const verified = (on: LocalScene, request: VerifyRequest) =>
  verify(request, {
    sandbox: real.sandbox,
    ground: on.ground,
    audit: on.audit,
    onProgress: on.ground.onProgress,
    signal: on.ground.signal,
  });

const classes = (report: Report) => Object.fromEntries(report.checks.map((check) => [check.name, check.class]));

test("the Report says whose it is, what was checked and what each check saw on both sides", async () => {
  await using on = await localScene(real.sandbox);
  const request = await requestFor(on, { "src/cart.ts": right });
  const report = await verified(on, request);
  expect(Report.safeParse(report).success).toBe(true);
  expect(report).toMatchObject({
    task_digest: request.digests.task,
    solution_digest: request.digests.solution,
    base: request.task.start,
    head_tree: request.solution.tree,
    findings: [],
    certificate: real.sandbox.certificate,
    audit_head: on.audit.head,
  });
  expect(classes(report)).toEqual({
    types: "not configured",
    lint: "pass",
    tests: "pass",
    build: "pass",
    secrets: "pass",
    audit: "not configured",
  });
  expect(on.audit.entries.at(-1)).toMatchObject({
    event: "verify.done",
    data: { tree: request.solution.tree, checks: expect.arrayContaining(["tests: pass"]), findings: 0 },
  });
  expect(on.said).toEqual(expect.arrayContaining(["tests on base: started", "tests on head: passed"]));
});

test("a change that breaks a test regresses, and the second, lonely try is told as such", async () => {
  await using on = await localScene(real.sandbox);
  const report = await verified(on, await requestFor(on, { "src/cart.ts": wrong }));
  expect(classes(report)["tests"]).toBe("regressed");
  expect(on.said).toContain("tests on head once more, alone: started");
});

test("what the change holds is inspected too, not only run", async () => {
  await using on = await localScene(real.sandbox);
  const request = await requestFor(on, {});
  plainGit(on.repository.root, "rm", "--quiet", "test/cart.test.ts");
  const head = on.repository.recommit();
  const change = await localChange(on.local, request.task.start.tree, head.tree);
  const report = await verified(on, { ...request, solution: { ...request.solution, change, tree: head.tree } });
  expect(report.findings).toMatchObject([{ path: "test/cart.test.ts" }]);
});

describe("a Solution that was altered on the way is refused", () => {
  test.each<[string, RegExp, (request: VerifyRequest) => Partial<VerifyRequest["solution"]>]>([
    ["it names another Task", /^The Solution's task is e{64}, expected/, () => ({ task_digest: digest("e") })],
    [
      "it began at another commit",
      /^The Solution's base is /,
      ({ solution }) => ({ base: { ...solution.base, commit: "0".repeat(40) } }),
    ],
    ["its change does not make its tree", /tree/, ({ task }) => ({ tree: task.start.tree })],
    ["its tree is made of another change", /tree/, () => ({ change: [] })],
  ])("%s", async (_title, says, spoil) => {
    await using on = await localScene(real.sandbox);
    const request = await requestFor(on, { "src/cart.ts": right });
    const solution = { ...request.solution, ...spoil(request) };
    await expect(verified(on, { ...request, solution })).rejects.toMatchObject({
      code: "tree-mismatch",
      message: expect.stringMatching(says),
    });
    expect(on.audit.entries.map(({ event }) => event)).not.toContain("verify.done");
  });
});

test("the checks are the base's: a change cannot rewrite how it is judged", async () => {
  await using on = await localScene(real.sandbox);
  const manifest = (cartFiles()["package.json"] ?? "").replace('"node --test"', '"true"');
  const request = await requestFor(on, { "src/cart.ts": wrong, "package.json": manifest });
  expect(classes(await verified(on, request))["tests"]).toBe("regressed");
});

test("checks whose dependencies are not installed did not run, which is no pass", async () => {
  await using on = await localScene(real.sandbox, {
    ...cartFiles(),
    "package.json": JSON.stringify({ scripts: { test: "node --test" }, dependencies: { a: "1" } }),
    "yarn.lock": "",
  });
  const report = await verified(on, await requestFor(on, { "src/cart.ts": right }));
  expect(classes(report)["tests"]).toBe("not run");
  expect(report.checks.find(({ name }) => name === "tests")?.head).toMatchObject({
    kind: "not_run",
    reason: expect.stringContaining("yarn.lock is neither a lockfile of yarn 1"),
  });
});

describe("a change that leads out of the tree is never written to a disk", () => {
  test.each<[string, string, string]>([
    ["a link to a place of this machine", "package.json", "/etc/passwd"],
    ["a link upwards", "src/link", "../../outside"],
  ])("%s", async (_title, path, target) => {
    await using on = await localScene(real.sandbox);
    const request = await requestFor(on, {});
    rmSync(join(on.repository.root, path), { force: true });
    writeFiles(on.repository.root, { [path]: { link: target } });
    const head = on.repository.recommit();
    const change = await localChange(on.local, request.task.start.tree, head.tree);
    const solution = { ...request.solution, change, tree: head.tree };
    await expect(verified(on, { ...request, solution })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining(JSON.stringify(path)),
    });
    expect(on.said).toEqual([]);
  });

  test("one that is only too large, or has hidden characters, is still checked: publish refuses it", async () => {
    await using on = await localScene(real.sandbox);
    const request = await requestFor(on, { "src/cart.ts": `${right}// \u202e\n` });
    const { config } = request.task;
    const task = { ...request.task, config: { ...config, limits: { ...config.limits, change_bytes: 1 } } };
    const digests = { ...request.digests, task: seal(Task, task).digest };
    const solution = { ...request.solution, task_digest: digests.task };
    expect(classes(await verified(on, { ...request, task, digests, solution }))["tests"]).toBe("pass");
  });
});

test("the program of a trusted check is found by the trusted package.json, not by the change's", async () => {
  await using on = await localScene(real.sandbox, {
    "package.json": JSON.stringify({ scripts: { lint: "node bin/lint.mjs" } }),
    "bin/lint.mjs": "process.exit(0);\n",
  });
  const request = await requestFor(on, { "bin/lint.mjs": "// nothing\n", "package.json": "{}" });
  const { findings } = await verified(on, request);
  expect(findings).toContainEqual(expect.objectContaining({ rule: "check-configuration", path: "bin/lint.mjs" }));
});
