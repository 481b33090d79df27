import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { unzipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { oneJob, recordRun, type RecordedRun } from "./recorded-run.ts";
import { createRunner, type RunnerOptions } from "./runner.ts";

const actionDirectory = path.join(import.meta.dirname, "fake-action");
const upload = "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02";
const download = "actions/download-artifact@634f93cb2916e3fdff6788551b99b062d0335ce0";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "airlock-runner-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function go(run: RecordedRun, options: Partial<RunnerOptions> = {}): Promise<RecordedRun> {
  const runner = createRunner({ dir, actionDirectory, ...options });
  runner.onDispatch(run);
  await runner.idle();
  return run;
}

const Seen = z.object({
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
  event: z.unknown(),
  uid: z.number(),
});

function seenIn(run: RecordedRun): z.infer<typeof Seen> {
  const zip = run.artifacts.get(500)?.zip ?? Buffer.alloc(0);
  return Seen.parse(JSON.parse(Buffer.from(unzipSync(zip)["seen.json"] ?? []).toString()));
}

describe("the road of papers", () => {
  const text = `
name: papers
run-name: 'airlock \${{ inputs.verb }} #\${{ inputs.issue }}'
on:
  workflow_dispatch:
    inputs:
      verb: { type: string, required: true }
      issue: { type: string, required: true }
permissions: {}
jobs:
  gate:
    runs-on: ubuntu-24.04
    permissions: { contents: read, pull-requests: read }
    outputs:
      proceed: \${{ steps.gate.outputs.proceed }}
      nothing: \${{ steps.gate.outputs.never-set }}
      artifact: \${{ steps.upload.outputs.artifact-id }}
    steps:
      - id: gate
        uses: OWNER/airlock@0000000000000000000000000000000000000000
        with: { do: show, github-token: "\${{ github.token }}", text: "\${{ inputs.verb }} \${{ vars.BOT }}" }
      - id: upload
        if: always() && steps.gate.outputs.paper != ''
        uses: ${upload}
        with: { name: "paper-\${{ github.run_attempt }}", path: "\${{ steps.gate.outputs.paper }}", if-no-files-found: error }
  solve:
    needs: gate
    if: needs.gate.outputs.proceed == 'true' && needs.gate.outputs.nothing == ''
    runs-on: ubuntu-24.04
    permissions: { contents: read }
    steps:
      - uses: ${download}
        with: { artifact-ids: "\${{ needs.gate.outputs.artifact }}", path: "\${{ runner.temp }}/papers/task" }
      - id: look
        uses: OWNER/airlock@0000000000000000000000000000000000000000
        with: { do: exists, text: "\${{ runner.temp }}/papers/task/seen.json" }
      - run: 'test "$SEEN" = true && test ! -e "$OTHER"'
        env: { SEEN: "\${{ steps.look.outputs.exists }}", OTHER: "\${{ runner.temp }}/paper" }
`;

  it("passes an artifact by its id from job to job, each on a machine of its own", async () => {
    const run = await go(recordRun({ text, inputs: { verb: "fix", issue: "7" }, vars: { BOT: "88" } }));
    expect(run.log().filter((line) => line.includes("##[error]"))).toEqual([]);
    expect(run.conclusions()).toEqual({ gate: "success", solve: "success", run: "success" });
    expect(run.updates[0]).toEqual({ status: "queued", title: "airlock fix #7" });
    expect(run.artifacts.get(500)?.name).toBe("paper-1");
    expect(await readdir(path.join(dir, "4711-1"))).toEqual([]);
  });

  it("gives the action its inputs, the dispatch event and GitHub's variables, and nothing of the host", async () => {
    process.env["AIRLOCK_TEST_CANARY"] = "canary";
    const run = await go(recordRun({ text, inputs: { verb: "fix", issue: "7" }, vars: { BOT: "88" } }));
    delete process.env["AIRLOCK_TEST_CANARY"];
    const { env, cwd, event } = seenIn(run);
    expect(cwd).toBe(env["GITHUB_WORKSPACE"]);
    expect(event).toEqual({ inputs: { verb: "fix", issue: "7" }, sender: { id: 12 } });
    const shown = Object.entries(env).filter(([name]) =>
      /^(INPUT_|GITHUB_(?!OUTPUT|ENV|PATH|STATE|STEP|EVENT_PATH|WORKSPACE))/.test(name),
    );
    expect(shown.map(([name, value]) => `${name}=${value}`).toSorted()).toMatchInlineSnapshot(`
      [
        "GITHUB_ACTIONS=true",
        "GITHUB_ACTOR=airlock-app[bot]",
        "GITHUB_ACTOR_ID=12",
        "GITHUB_API_URL=http://127.0.0.1:9/api/v3",
        "GITHUB_BASE_REF=",
        "GITHUB_EVENT_NAME=workflow_dispatch",
        "GITHUB_GRAPHQL_URL=http://127.0.0.1:9/graphql",
        "GITHUB_HEAD_REF=",
        "GITHUB_JOB=gate",
        "GITHUB_REF=refs/heads/main",
        "GITHUB_REF_NAME=main",
        "GITHUB_REF_TYPE=branch",
        "GITHUB_REPOSITORY=octo/garden",
        "GITHUB_REPOSITORY_ID=99",
        "GITHUB_REPOSITORY_OWNER=octo",
        "GITHUB_REPOSITORY_OWNER_ID=7",
        "GITHUB_RETENTION_DAYS=90",
        "GITHUB_RUN_ATTEMPT=1",
        "GITHUB_RUN_ID=4711",
        "GITHUB_RUN_NUMBER=3",
        "GITHUB_SERVER_URL=http://127.0.0.1:9",
        "GITHUB_SHA=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "GITHUB_TRIGGERING_ACTOR=airlock-app[bot]",
        "GITHUB_WORKFLOW=papers",
        "GITHUB_WORKFLOW_REF=octo/garden/.github/workflows/test.yml@refs/heads/main",
        "GITHUB_WORKFLOW_SHA=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "INPUT_DO=show",
        "INPUT_GITHUB-TOKEN=job-token-0",
        "INPUT_TEXT=fix 88",
        "INPUT_WITH_DEFAULT=forty two",
      ]
    `);
    expect(
      Object.keys(env)
        .filter((name) => !/^(INPUT|GITHUB|RUNNER)_/.test(name))
        .toSorted(),
    ).toEqual(["ACTIONS_RUNTIME_TOKEN", "CI", "HOME", "LANG", "PATH"]);
  });

  it("grants each job a token of its own that ends with the job", async () => {
    const run = await go(recordRun({ text, inputs: { verb: "fix", issue: "7" } }));
    expect(run.grants).toEqual([
      { token: "job-token-0", permissions: { contents: "read", pull_requests: "read" }, revoked: true },
      { token: "job-token-1", permissions: { contents: "read" }, revoked: true },
    ]);
  });

  it("lets a story act between two jobs", async () => {
    const seen: string[] = [];
    const between = async (job: string) => void seen.push(job);
    await go(recordRun({ text, inputs: { verb: "fix", issue: "7" } }), { between });
    expect(seen).toEqual(["gate", "solve"]);
  });

  it("stays green when a job fails that may, and runs what asks nothing of it", async () => {
    const jobs = (may: string) => `on: workflow_dispatch
jobs:
  first: { runs-on: x, ${may}steps: [{ run: exit 1 }] }
  left: { runs-on: x, needs: first, steps: [{ run: "true" }] }
  second: { runs-on: x, needs: [first, left], if: "\${{ !cancelled() }}", steps: [{ run: "true" }] }
`;
    const ends = { first: "failure", left: "skipped", second: "success" };
    const may = await go(recordRun({ text: jobs("continue-on-error: true, ") }));
    expect(may.conclusions()).toEqual({ ...ends, run: "success" });
    expect((await go(recordRun({ text: jobs("") }))).conclusions()).toEqual({ ...ends, run: "failure" });
  });

  it("runs the steps as another user when asked, in directories which that user can reach", async () => {
    if (process.getuid?.() !== 0) return;
    const asUser = { uid: 61_000, gid: 61_000 };
    const run = await go(recordRun({ text, inputs: { verb: "fix", issue: "7" } }), { asUser });
    expect(run.conclusions()).toEqual({ gate: "success", solve: "success", run: "success" });
    expect(seenIn(run).uid).toBe(61_000);
  });
});

describe("runs of one concurrency group", () => {
  const text = (queue: string) =>
    oneJob(`      - run: echo "$N"\n        env: { N: "\${{ inputs.n }}" }`).replace(
      "on: workflow_dispatch\n",
      `on: { workflow_dispatch: { inputs: { n: { type: string }, issue: { type: string } } } }
concurrency: { group: "airlock-\${{ inputs.issue }}", cancel-in-progress: false${queue} }\n`,
    );

  async function three(queue: string): Promise<{ order: string[]; conclusions: unknown[] }> {
    const order: string[] = [];
    const runner = createRunner({
      dir,
      actionDirectory,
      onLog: ({ text }) => void (/^\d$/.test(text) && order.push(text)),
    });
    const runs = ["1", "2", "3"].map((n) => recordRun({ text: text(queue), id: Number(n), inputs: { n, issue: "7" } }));
    for (const run of runs) runner.onDispatch(run);
    await runner.idle();
    return { order, conclusions: runs.map((run) => run.conclusions()["run"]) };
  }

  it("all wait their turn with `queue: max`", async () => {
    expect(await three(", queue: max")).toEqual({
      order: ["1", "2", "3"],
      conclusions: ["success", "success", "success"],
    });
  });

  it("replace the one that waits without it", async () => {
    expect(await three("")).toEqual({ order: ["1", "3"], conclusions: ["success", "cancelled", "success"] });
  });
});

describe("what is not imitated fails loudly", () => {
  it.each([
    ["an unknown action", oneJob("      - uses: actions/cache@v4\n        with: { path: x, key: y }"), "actions/cache"],
    ["an input of a known action", oneJob(`      - uses: ${upload}\n        with: { path: x, colour: red }`), "colour"],
    [
      "a matrix",
      "on: workflow_dispatch\njobs: { a: { runs-on: x, strategy: { matrix: { n: [1] } }, steps: [{ run: 'true' }] } }",
      "strategy",
    ],
    ["another shell", oneJob("      - { run: x, shell: pwsh }"), "pwsh"],
    [
      "a file GitHub refuses",
      "on: workflow_dispatch\njobs: { a: { runs-on: x, permissions: { content: read }, steps: [{ run: x }] } }",
      "content",
    ],
    [
      "a workflow that cannot be dispatched",
      "on: push\njobs: { a: { runs-on: x, steps: [{ run: 'true' }] } }",
      "workflow_dispatch",
    ],
    [
      "an unknown context",
      "on: workflow_dispatch\njobs: { a: { runs-on: x, if: foo.bar, steps: [{ run: 'true' }] } }",
      "foo",
    ],
  ])("%s", async (_what, text, named) => {
    const run = recordRun({ text });
    await expect(go(run)).rejects.toThrow(named);
    expect(run.conclusions()["run"]).toBe("failure");
  });

  it("an input that the action does not declare fails its step", async () => {
    const run = await go(
      recordRun({ text: oneJob("      - uses: OWNER/airlock@v1\n        with: { do: print, colour: red }") }),
    );
    expect(run.conclusions()["only"]).toBe("failure");
  });
});
