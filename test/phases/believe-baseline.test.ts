import { describe, expect, test } from "vitest";
import { BaselinePaper } from "../../src/handoff/baseline.ts";
import { believeBaseline, type Reading } from "../../src/phases/believe-baseline.ts";
import { digest, task } from "../record/papers.ts";
import { baselinePaper, entry, environment, reading, withRun } from "./baseline-papers.ts";

const config = task().config;

/** Which checks' base is taken from the paper, and what is said of the others. */
function believed(paper: BaselinePaper, by: Reading) {
  const belief = believeBaseline(BaselinePaper.parse(paper), by);
  if (belief.kind === "none") return belief.why;
  return { taken: [...belief.baseline.runs.keys()], here: belief.here.map(({ check, why }) => `${check}: ${why}`) };
}

test("a green paper of the same Task, commit and machine stands for the base, with the names of its tests", () => {
  const belief = believeBaseline(baselinePaper(), reading());
  expect(belief).toMatchObject({ kind: "some", here: [], baseline: { tree: task().start.tree } });
  const tests = belief.kind === "some" ? belief.baseline.runs.get("tests") : undefined;
  expect(tests).toEqual({
    outcome: { kind: "passed", ms: 12, evidence: "" },
    counts: { passed: 1, failed: 0, skipped: 1 },
    report: {
      kind: "read",
      report: {
        runner: "node:test",
        brokenFiles: [],
        counts: { passed: 1, failed: 0, skipped: 1 },
        printed: { passed: 1, failed: 0, skipped: 1 },
        tests: new Map([
          [
            '["test/sum.test.ts",["adds"]] 1',
            {
              id: '["test/sum.test.ts",["adds"]] 1',
              name: "test/sum.test.ts > adds",
              file: "test/sum.test.ts",
              status: "passed",
              why: "",
            },
          ],
          [
            '["test/sum.test.ts",["later"]] 1',
            {
              id: '["test/sum.test.ts",["later"]] 1',
              name: "test/sum.test.ts > later",
              file: "test/sum.test.ts",
              status: "skipped",
              why: "",
            },
          ],
        ]),
      },
    },
  });
});

const elsewhere = (part: string) => `it was made in another environment: ${part}`;

describe("a paper that is about something else is not used at all", () => {
  test.each<[string, Partial<BaselinePaper>, Reading, string]>([
    ["the repository does not ask", {}, reading({}, { verify: config.verify }), "the configuration has no use for one"],
    [
      "the checks may use the network",
      {},
      reading({}, { network: { ...config.network, verify: { allow: ["a.test"], deny: [] } } }),
      "the configuration has no use for one",
    ],
    [
      "setup commands make files",
      {},
      reading({}, { setup: { ...config.setup, commands: [["make"]] } }),
      "the configuration has no use for one",
    ],
    ["another Task", { task_digest: digest("b") }, reading(), "it was made for another Task"],
    ["another base", { base: { ...task().start, tree: "9".repeat(40) } }, reading(), "it is of another commit"],
    ["another image", { environment: { ...environment, image: "ubuntu24 1" } }, reading(), elsewhere("image")],
    [
      "an image that is not said there",
      { environment: { ...environment, image: null } },
      reading(),
      elsewhere("image"),
    ],
    [
      "an image that is said on neither side",
      { environment: { ...environment, image: null } },
      reading({ environment: { ...environment, image: null } }),
      "this machine does not say which image it is",
    ],
    ["another kernel", { environment: { ...environment, kernel: "5" } }, reading(), elsewhere("kernel")],
    ["another processor", { environment: { ...environment, arch: "arm64" } }, reading(), elsewhere("arch")],
    [
      "other dependencies",
      { environment: { ...environment, dependencies: digest("0") } },
      reading(),
      elsewhere("dependencies"),
    ],
    [
      "another node, and other walls",
      {
        environment: {
          ...environment,
          programs: { ...environment.programs, node: digest("0") },
          sandbox: { ...environment.sandbox, overlay: "none" },
        },
      },
      reading(),
      elsewhere("programs, sandbox"),
    ],
    [
      "a check that is named twice",
      { runs: [...baselinePaper().runs, ...baselinePaper().runs] },
      reading(),
      "it names a check twice",
    ],
    [
      "nothing green",
      { runs: [{ check: "lint", outcome: { kind: "not_run", cause: "install", reason: "no" }, counts: null }] },
      reading(),
      "it holds nothing to believe (lint: it is not green there)",
    ],
  ])("%s", (_title, more, by, why) => {
    expect(believed(baselinePaper(more), by)).toBe(why);
  });
});

const red = { kind: "failed", ms: 1, exit_code: 1, evidence: "" } as const;
const green = baselinePaper().runs[1]?.tests;
if (green === undefined) throw new Error("the paper has no tests");

describe("what a forger would have something from runs here, and the rest is taken", () => {
  test.each<[string, BaselinePaper, string]>([
    [
      "a red base, behind which a regression would look old",
      withRun("tests", { outcome: red }),
      "it is not green there",
    ],
    ["no numbers", withRun("tests", { counts: null }), "its numbers are not those of a green run"],
    [
      "no test at all",
      withRun("tests", { counts: { passed: 0, failed: 0, skipped: 2 } }),
      "its numbers are not those of a green run",
    ],
    [
      "no report of a runner that writes one",
      withRun("tests", { tests: undefined }),
      "the report of its runner is missing",
    ],
    [
      "another runner's",
      withRun("tests", { tests: { ...green, runner: "jest" } }),
      "the report of its runner is missing",
    ],
    [
      "lower numbers than its report's",
      withRun("tests", { counts: { passed: 1, failed: 0, skipped: 0 } }),
      "its numbers are not those of its report",
    ],
    [
      "no output that confirms its report",
      withRun("tests", { tests: { ...green, printed: null } }),
      "what it printed does not confirm its report",
    ],
    [
      "an output that counts others",
      withRun("tests", { tests: { ...green, printed: { passed: 2, failed: 0, skipped: 0 } } }),
      "what it printed does not confirm its report",
    ],
    [
      "more names than it counts",
      withRun("tests", {
        tests: { ...green, tests: [...green.tests, { id: "b", name: "b", file: null, status: "passed" }] },
      }),
      "its report contradicts itself",
    ],
    [
      "one name twice",
      withRun("tests", { tests: { ...green, tests: [...green.tests.slice(0, 1), ...green.tests.slice(0, 1)] } }),
      "its report contradicts itself",
    ],
  ])("%s", (_title, paper, why) => {
    expect(believed(paper, reading())).toEqual({ taken: ["lint"], here: [`tests: ${why}`] });
  });

  test("a red test in a green run is no paper", () => {
    const forged = { ...green, tests: [{ id: "a", name: "a", file: null, status: "failed" }] };
    const runs = [{ ...baselinePaper().runs[1], tests: forged }];
    expect(BaselinePaper.safeParse({ ...baselinePaper(), runs }).success).toBe(false);
    expect(BaselinePaper.safeParse({ ...baselinePaper() }).success).toBe(true);
  });
});

describe("tests are taken only where the change leaves the base's tests alone", () => {
  const here = "tests: the change reaches tests of the base, their configuration or a manifest";
  test.each<[string, Reading["change"], boolean]>([
    ["source alone", [entry("src/sum.ts")], true],
    ["source and a new test", [entry("src/sum.ts"), entry("test/more.test.ts", "added")], true],
    ["a test that is there", [entry("test/sum.test.ts")], false],
    ["a test that goes", [entry("test/sum.test.ts", "deleted")], false],
    ["a recorded expectation", [entry("src/__snapshots__/sum.snap")], false],
    ["data of the tests", [entry("test/fixtures/in.txt")], false],
    ["a runner's configuration that is new", [entry("vitest.config.ts", "added")], false],
    ["a manifest", [entry("package.json")], false],
    ["a lockfile that is new", [entry("packages/a/package-lock.json", "added")], false],
  ])("%s", (_title, change, taken) => {
    expect(believed(baselinePaper(), reading({ change }))).toEqual(
      taken ? { taken: ["lint", "tests"], here: [] } : { taken: ["lint"], here: [here] },
    );
  });

  test("a check whose runner is unknown has numbers and no report", () => {
    const plan = baselinePaper().plan.map((check) => ({ ...check, command: [["make", check.name]] }));
    const paper = { ...withRun("tests", { tests: undefined }), plan };
    expect(believed(paper, reading())).toEqual({ taken: ["lint", "tests"], here: [] });
    expect(believed({ ...baselinePaper(), plan }, reading())).toEqual({
      taken: ["lint"],
      here: ["tests: it has a report that nobody asked for"],
    });
  });
});
