import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { digest } from "../record/papers.ts";

const main = join(import.meta.dirname, "../../src/action/main.ts");

const runner = {
  GITHUB_REPOSITORY: "octo/demo",
  GITHUB_REPOSITORY_ID: "1",
  GITHUB_RUN_ID: "77",
  GITHUB_RUN_ATTEMPT: "1",
  GITHUB_API_URL: "http://127.0.0.1:9",
  GITHUB_SERVER_URL: "http://127.0.0.1:9",
};

/** The action as a runner starts it, with nothing in the environment but what is named. */
function run(environment: Record<string, string>) {
  using temporary = temporaryDirectory();
  const env = { PATH: process.env["PATH"], RUNNER_TEMP: temporary.path, ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main], {
    env,
    encoding: "utf8",
    cwd: temporary.path,
  });
  return { status, lines: stdout.trimEnd().split("\n"), stderr };
}

const gate = {
  INPUT_PHASE: "gate",
  "INPUT_GITHUB-TOKEN": "ghs_0123456789",
  "INPUT_APP-BOT-ID": "42",
  INPUT_VERB: "fix",
  INPUT_ISSUE: "1",
  INPUT_TRIGGER: "comment",
  INPUT_ID: "2",
  INPUT_REQUESTER: "3",
};

describe("the action as a process", () => {
  test("outside GitHub Actions it fails and says what to use instead", () => {
    expect(run(gate)).toEqual({
      status: 1,
      lines: [
        "fix: Use the `airlock` command outside GitHub Actions.",
        expect.stringMatching(/^::error::This is not a GitHub Actions runner: .*GITHUB_REPOSITORY/),
        "::endgroup::",
      ],
      stderr: "",
    });
  });

  test("an input that is no part of the phase ends it before it begins", () => {
    const { status, lines } = run({ ...runner, ...gate, "INPUT_OPENAI-API-KEY": "sk-0123456789" });
    expect(status).toBe(1);
    expect(lines.join("\n")).toContain('"openai-api-key"');
    expect(lines.join("\n")).not.toMatch(/sk-0123456789|ghs_0123456789/);
  });

  test("no value of an input becomes a command of the runner", () => {
    const hostile = "x\n::set-output name=proceed::true\n##[add-path]/tmp\r\n::stop-commands::y";
    const { status, lines } = run({ ...runner, ...gate, INPUT_PHASE: hostile });
    const commands = lines.filter((line) => /^\s*::/.test(line) || line.startsWith("##["));
    expect(status).toBe(1);
    expect(commands.map((line) => line.slice(0, 10))).toEqual(["::error::T", "::endgroup"]);
  });

  test("a request that is none leaves a Stop, and the error names what to do", () => {
    using temporary = temporaryDirectory();
    writeFiles(temporary.path, { output: "", summary: "" });
    const files = { GITHUB_OUTPUT: `${temporary.path}/output`, GITHUB_STEP_SUMMARY: `${temporary.path}/summary` };
    expect(run({ ...runner, ...gate, ...files, INPUT_VERB: "deploy" })).toEqual({
      status: 1,
      lines: [
        "::group::Airlock: gate",
        "::add-mask::ghs_0123456789",
        "fix: Comment `/agent fix` on the issue instead of starting the workflow by hand.",
        expect.stringMatching(/^::error::The workflow's inputs are not a request/),
        "::endgroup::",
      ],
      stderr: "",
    });
    expect(readFileSync(files.GITHUB_OUTPUT, "utf8")).toMatch(/^paper<<(\S+)\n\/.*\/airlock-paper\n\1\n$/);
    expect(readFileSync(files.GITHUB_STEP_SUMMARY, "utf8")).toContain("### Airlock gate: failed");
  });

  test("a forgotten setting leaves a Stop that names it", () => {
    using temporary = temporaryDirectory();
    writeFiles(temporary.path, { output: "", summary: "" });
    const files = { GITHUB_OUTPUT: `${temporary.path}/output`, GITHUB_STEP_SUMMARY: `${temporary.path}/summary` };
    const { status } = run({ ...runner, ...gate, ...files, RUNNER_TEMP: temporary.path, "INPUT_APP-BOT-ID": "" });
    expect(status).toBe(1);
    expect(JSON.parse(readFileSync(join(temporary.path, "airlock-paper/stop.json"), "utf8"))).toMatchObject({
      phase: "gate",
      kind: "failed",
      message: expect.stringContaining("the variable AIRLOCK_BOT_ID is not set"),
      next: expect.stringContaining("Settings → Secrets and variables → Actions"),
    });
    expect(readFileSync(files.GITHUB_OUTPUT, "utf8")).toMatch(/^paper<</);
  });

  test("a summary that cannot be written hides neither the error nor the fix", () => {
    const { status, lines } = run({ ...runner, ...gate, INPUT_VERB: "deploy" });
    expect(status).toBe(1);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^The job's summary was not written: .*GITHUB_STEP_SUMMARY/),
        "fix: Comment `/agent fix` on the issue instead of starting the workflow by hand.",
        expect.stringMatching(/^::error::The workflow's inputs are not a request/),
      ]),
    );
  });

  test("a paper that is not there is named, on paper as well", () => {
    using temporary = temporaryDirectory();
    const verify = {
      RUNNER_TEMP: temporary.path,
      INPUT_PHASE: "verify",
      INPUT_REPOSITORY: ".",
      "INPUT_DROP-SUDO": "true",
      "INPUT_SEPARATE-USER": "auto",
      INPUT_TASK: "papers/task",
      "INPUT_TASK-DIGEST": digest("a"),
      INPUT_SOLUTION: "papers/solution",
      "INPUT_SOLUTION-DIGEST": digest("b"),
    };
    expect(run({ ...runner, ...verify })).toMatchObject({
      status: 1,
      lines: expect.arrayContaining(["::error::The paper papers/task/task.json cannot be read."]),
    });
    expect(readFileSync(join(temporary.path, "airlock-paper/stop.json"), "utf8")).toContain('"phase":"verify"');
  });

  /** Prints, when the process ends, what stands in its environment. */
  const telling = `--import=data:text/javascript,${encodeURIComponent(
    "process.on('exit',()=>console.log('planted:'+process.env.AIRLOCK_DEPLOY_TOKEN))",
  ).replaceAll("'", "%27")}`;

  test.each([
    ["solve", /^planted:ghp_[A-Za-z0-9]{36}$/],
    ["verify", /^planted:undefined$/],
  ])("in %s its own environment holds a planted credential, or none", (phase, planted) => {
    const { lines } = run({ ...runner, INPUT_PHASE: phase, NODE_OPTIONS: telling });
    expect(lines.at(-1)).toMatch(planted);
  });
});
