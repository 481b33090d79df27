import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { oneJob, recordRun, type RecordedRun } from "./recorded-run.ts";
import { createRunner } from "./runner.ts";

const actionDirectory = path.join(import.meta.dirname, "fake-action");

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "airlock-runner-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function go(run: RecordedRun): Promise<RecordedRun> {
  const runner = createRunner({ dir, actionDirectory });
  runner.onDispatch(run);
  await runner.idle();
  return run;
}

describe("what a step may do to its job", () => {
  it("hides secrets, the job's token and added masks in log and summary", async () => {
    const text = oneJob(`
      - run: |
          echo "key $KEY token $TOKEN"
          echo "::add-mask::hush-hush"
          echo "and hush-hush"
        env: { KEY: "\${{ secrets.KEY }}", TOKEN: "\${{ github.token }}" }
      - uses: OWNER/airlock@v1
        with: { do: show, github-token: "\${{ secrets.GITHUB_TOKEN }}" }
`);
    const run = await go(recordRun({ text, secrets: { KEY: "sk-top-secret" } }));
    expect(run.log().slice(1, 3)).toEqual(["only: key *** token ***", "only: and ***"]);
    expect(run.updates.findLast((update) => update.jobs)?.jobs?.[0]?.summary).toBe("# done ***\n");
  });

  it("drops a job output that carries a secret", async () => {
    const text = `
on: workflow_dispatch
jobs:
  one:
    runs-on: ubuntu-24.04
    outputs: { leak: "\${{ steps.s.outputs.leak }}", fine: "\${{ steps.s.outputs.fine }}" }
    steps: [{ id: s, run: 'echo "leak=$KEY" >> $GITHUB_OUTPUT; echo "fine=yes" >> $GITHUB_OUTPUT', env: { KEY: "\${{ secrets.KEY }}" } }]
  two:
    needs: one
    runs-on: ubuntu-24.04
    steps: [{ run: 'echo "got [$LEAK] [$FINE]"', env: { LEAK: "\${{ needs.one.outputs.leak }}", FINE: "\${{ needs.one.outputs.fine }}" } }]
`;
    const run = await go(recordRun({ text, secrets: { KEY: "sk-top-secret" } }));
    expect(run.log()).toContain("two: got [] [yes]");
    expect(run.log()).toContain("one: ##[warning]Skip output 'leak' since it may contain secret.");
  });

  it("takes over environment, path and outputs from the files, and outputs that are printed raw", async () => {
    const text = oneJob(`
      - id: s
        run: |
          echo "A=from file" >> "$GITHUB_ENV"
          echo "/opt/first" >> "$GITHUB_PATH"
          echo "::set-output name=raw::printed"
          echo "::stop-commands::pause"
          echo "::set-output name=quiet::ignored"
          echo "::pause::"
      - run: 'echo "$A|$\{PATH%%:*}|$RAW|$QUIET"'
        env: { RAW: "\${{ steps.s.outputs.raw }}", QUIET: "\${{ steps.s.outputs.quiet }}" }
`);
    expect((await go(recordRun({ text }))).log()).toContain("only: from file|/opt/first|printed|");
  });

  it("refuses NODE_OPTIONS from one step to the next", async () => {
    const run = await go(
      recordRun({ text: oneJob(`      - run: 'echo "NODE_OPTIONS=--require x" >> "$GITHUB_ENV"'`) }),
    );
    expect(run.conclusions()["only"]).toBe("failure");
  });

  it("keeps one step's inputs from the next", async () => {
    const text = oneJob(`
      - uses: OWNER/airlock@v1
        with: { do: print, text: first }
      - run: 'env | grep -c "^INPUT_" || true'
`);
    expect((await go(recordRun({ text }))).log()).toContain("only: 0");
  });
});

describe("conditions", () => {
  const jobs = (first: string) => `
on: workflow_dispatch
jobs:
  a: { runs-on: x, steps: [{ run: "${first}" }] }
  b: { runs-on: x, needs: a, steps: [{ run: "true" }] }
  c: { runs-on: x, needs: b, if: "always() && needs.b.result == 'skipped'", steps: [{ run: "true" }] }
  d: { runs-on: x, needs: b, if: failure(), steps: [{ run: "true" }] }
  e: { runs-on: x, needs: c, steps: [{ run: "true" }] }
`;

  it.each([
    ["true", { a: "success", b: "success", c: "skipped", d: "skipped", e: "skipped", run: "success" }],
    ["false", { a: "failure", b: "skipped", c: "success", d: "success", e: "skipped", run: "failure" }],
  ])("follow the needs, and the needs of needs, after `%s`", async (first, conclusions) => {
    expect((await go(recordRun({ text: jobs(first) }))).conclusions()).toEqual(conclusions);
  });

  it("follow the steps: success by default, failure() and always() after a failed one", async () => {
    const text = oneJob(`
      - { id: bad, run: "exit 3", continue-on-error: true }
      - { id: worse, run: "exit 4" }
      - { id: next, run: "true" }
      - { id: fails, if: failure(), run: "true" }
      - { id: last, if: "\${{ always() }}", run: 'echo "$ALL"', env: { ALL: "\${{ steps.bad.outcome }} \${{ steps.bad.conclusion }} \${{ steps.worse.outcome }} \${{ steps.next.outcome }} \${{ steps.fails.outcome }} \${{ job.status }}" } }
`);
    const run = await go(recordRun({ text }));
    expect(run.log()).toContain("only: failure success failure skipped success failure");
    expect(run.conclusions()["only"]).toBe("failure");
  });

  it("run what must always run after the job's time is over, and end the job as cancelled", async () => {
    const text = `
on: workflow_dispatch
jobs:
  slow:
    runs-on: x
    timeout-minutes: 0.02
    steps:
      - uses: OWNER/airlock@v1
        with: { do: hang }
      - run: echo never
      - { if: always(), run: echo swept }
  after: { needs: slow, runs-on: x, steps: [{ run: "true" }] }
`;
    const run = await go(recordRun({ text }));
    expect(run.conclusions()).toEqual({ slow: "cancelled", after: "skipped", run: "cancelled" });
    expect(run.log()).toContain("slow: swept");
    expect(run.log()).not.toContain("slow: never");
  });

  it("fail a step that is over its own time", async () => {
    const run = await go(recordRun({ text: oneJob(`      - { run: sleep 100, timeout-minutes: 0.01 }`) }));
    expect(run.conclusions()).toEqual({ only: "failure", run: "failure" });
  });
});
