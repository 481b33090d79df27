import { describe, expect, test } from "vitest";
import type { PlannedCheck } from "../../src/checks/detect.ts";
import { runCheck } from "../../src/checks/run.ts";
import type { NotRunCause } from "../../src/handoff/report.ts";
import { checkoutTree } from "../../src/workspace/checkout.ts";
import { copyTrees, viewRepository } from "../../src/workspace/store.ts";
import { fixtureRepository, type FixtureFile } from "../workspace/repository.ts";
import { realSandbox } from "./sandbox.ts";

const real = realSandbox();

async function run(
  command: string[][],
  options: Partial<PlannedCheck> & {
    files?: Record<string, FixtureFile>;
    signal?: AbortSignal;
    memoryBytes?: number;
  } = {},
) {
  const { files = { "package.json": "{}" }, signal, memoryBytes = 2 ** 32, ...rest } = options;
  using fixture = fixtureRepository(files);
  await using view = await viewRepository(fixture.root, fixture.dir);
  await using store = await copyTrees(view, [fixture.tree], fixture.dir, real.sandbox.user);
  await using checkout = await checkoutTree(store, { tree: fixture.tree, name: "check" });
  const check: PlannedCheck = { name: "check", kind: "tests", command, env: {}, timeoutMs: 20_000, ...rest };
  const limits = { timeoutMs: 1, output: { headBytes: 65_536, tailBytes: 65_536 }, memoryBytes };
  const profile = { workspace: { host: checkout.root, mode: "workspace-write" as const }, limits };
  const ran = await runCheck({ sandbox: real.sandbox, check, profile, signal });
  return "ms" in ran.outcome ? { ...ran, outcome: { ...ran.outcome, ms: 0 } } : ran;
}

const sh = (text: string) => ["sh", "-c", text];

describe("runCheck", () => {
  test("passes by exit code, with the last line as evidence", async () => {
    expect(await run([sh("echo one; echo two; echo three")])).toEqual({
      outcome: { kind: "passed", ms: 0, evidence: "three" },
      counts: null,
    });
  });

  test("fails by exit code, with what both streams said last", async () => {
    expect(await run([sh("printf '\\033[31mout\\033[0m\\n'; echo err >&2; exit 3")])).toEqual({
      outcome: { kind: "failed", ms: 0, exit_code: 3, evidence: expect.stringMatching(/^(out\nerr|err\nout)$/) },
      counts: null,
    });
  });

  test("ends at the first step that fails", async () => {
    const { outcome } = await run([sh("echo first"), sh("echo second; exit 1"), sh("echo third")]);
    expect(outcome).toEqual({ kind: "failed", ms: 0, exit_code: 1, evidence: "first\nsecond" });
  });

  test("puts counts of a known runner first", async () => {
    const ran = await run([sh("printf '      Tests  1 failed | 2 passed (3)\\n'; exit 1")]);
    expect(ran.counts).toEqual({ passed: 2, failed: 1, skipped: 0 });
    expect(ran.outcome).toMatchObject({ evidence: "3 tests: 2 passed, 1 failed\nTests  1 failed | 2 passed (3)" });
  });

  test("finds the programs of the dependencies before those of the system", async () => {
    const files = { "node_modules/.bin/env": { executable: "#!/bin/sh\necho from node_modules\n" } };
    expect((await run([["env"]], { files })).outcome).toMatchObject({ kind: "passed", evidence: "from node_modules" });
  });

  test("can ask git about the tree, and cannot write its history", async () => {
    const read = "git status --porcelain && git diff --stat && git log --format=%s";
    expect((await run([sh(read)])).outcome).toMatchObject({
      kind: "passed",
      evidence: "The state Airlock started from",
    });
    const write = "git -c user.name=a -c user.email=b commit --quiet --allow-empty --message x";
    expect((await run([sh(write)])).outcome).toMatchObject({ kind: "failed" });
  });

  test("gives a list to no shell", async () => {
    expect((await run([["printf", "%s", "$(id) && `id` *"]])).outcome).toMatchObject({ evidence: "$(id) && `id` *" });
  });

  test("has the sandbox's environment, npm's script variables and nothing of the host", async () => {
    const env = { npm_package_name: "demo" };
    const text = 'echo "$CI $NO_COLOR $npm_package_name $npm_config_script_shell [$AIRLOCK_TEST_CANARY]"';
    process.env["AIRLOCK_TEST_CANARY"] = "leaked";
    try {
      expect((await run([sh(text)], { env })).outcome).toMatchObject({ evidence: "true 1 demo /bin/sh []" });
    } finally {
      delete process.env["AIRLOCK_TEST_CANARY"];
    }
  });

  const notRun: [string, NotRunCause, string[][], RegExp][] = [
    [
      "a missing program",
      "missing-tool",
      [["no-such-program"]],
      /^a program it needs is missing \(exit code 127\): .*no-such-program/,
    ],
    ["a missing program of a script", "missing-tool", [sh("no-such-program --x")], /^a program it needs is missing/],
    [
      "a file that is no program",
      "missing-tool",
      [sh("./package.json")],
      /^a program it needs cannot be executed \(exit code 126\)/,
    ],
    ["a kill for lack of memory", "limit", [sh("kill -9 $$")], /^it was killed \(signal 9\)/],
    [
      "a file that grows too large",
      "limit",
      [sh("kill -XFSZ $$")],
      /^it met the sandbox's limit "file-size"\. It wrote past/,
    ],
    [
      "a full JavaScript heap",
      "limit",
      [sh("echo 'FATAL ERROR: heap out of memory' >&2; kill -6 $$")],
      /^it ran out of memory/,
    ],
  ];
  test.each(notRun)("calls %s not run", async (_, cause, command, reason) => {
    expect((await run(command)).outcome).toEqual({ kind: "not_run", cause, reason: expect.stringMatching(reason) });
  });

  test("calls a test run not run whose worker is out of memory, and passes it with enough", async () => {
    const worker =
      "node -e 'const a=[]; for (let i=0;i<16;i++) a.push(Buffer.alloc(32<<20,1)); setTimeout(()=>{},400)'";
    const runner = [sh(`${worker} || { echo '1 worker failed'; exit 1; }; echo all passed`)];
    expect((await run(runner, { memoryBytes: 300 * 2 ** 20 })).outcome).toEqual({
      kind: "not_run",
      cause: "limit",
      reason: expect.stringMatching(/^it met the sandbox's limit "memory"\. .*300 MiB/),
    });
    expect((await run(runner)).outcome).toMatchObject({ kind: "passed", evidence: "all passed" });
  });

  test("calls a check not run that did not end in its time, all steps together", async () => {
    const { outcome } = await run([sh("sleep 1.5"), sh("sleep 30")], { timeoutMs: 2_500 });
    expect(outcome).toEqual({ kind: "not_run", cause: "time-out", reason: "it did not end within 2.5 s" });
  });

  test("calls a crash a failure", async () => {
    expect((await run([sh("kill -11 $$")])).outcome).toMatchObject({ kind: "failed", exit_code: 139 });
  });

  test("stops when the run is cancelled", async () => {
    const { outcome } = await run([sh("sleep 30")], { signal: AbortSignal.timeout(500) });
    expect(outcome).toEqual({ kind: "not_run", cause: "cancelled", reason: "the run was cancelled" });
  });
});
