import { describe, expect, test } from "vitest";
import type { Runner } from "../../src/checks/runner.ts";
import { brokenTests, fixedTests } from "../../src/checks/test-names.ts";
import { readTestReport, reportsRed } from "../../src/checks/test-report.ts";
import { TestsByName } from "../../src/handoff/report.ts";

const root = "/workspace/repo";

/** As jest 30 and vitest 5 write it, shortened to what is read. */
const jest = JSON.stringify({
  numPassedTests: 1,
  numFailedTests: 1,
  numPendingTests: 1,
  numTodoTests: 1,
  success: false,
  testResults: [
    {
      name: `${root}/a.test.mjs`,
      status: "failed",
      assertionResults: [
        { ancestorTitles: ["sum"], title: "adds", status: "passed", failureMessages: [] },
        { ancestorTitles: ["sum"], title: "is wrong", status: "failed", failureMessages: ["Error: 1 is not 2"] },
        { ancestorTitles: ["sum"], title: "later", status: "pending" },
        { ancestorTitles: ["sum"], title: "never", status: "todo" },
      ],
    },
    { name: `${root}/b.test.mjs`, status: "failed", assertionResults: [] },
  ],
});

/** As node 24 writes it. */
const junit = `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
	<testsuite name="sum" time="0.003" disabled="0" errors="0" tests="4" failures="2" skipped="2">
		<testcase name="adds" time="0.0005" classname="sum" file="${root}/a.test.mjs"/>
		<testcase name="is wrong" time="0.0005" classname="sum" file="${root}/a.test.mjs" failure="1 == 2">
			<failure type="testCodeFailure" message="Error: 1 is not 2">
at Object.&lt;anonymous> (file:///a.mjs:2:88)
			</failure>
		</testcase>
		<testcase name="later" time="0" classname="sum" file="${root}/a.test.mjs">
			<skipped type="skipped" message="true"/>
		</testcase>
		<testcase name="never" time="0" classname="sum" file="${root}/a.test.mjs" failure="1">
			<skipped type="todo" message="true"/>
			<failure type="testCodeFailure" message="1"></failure>
		</testcase>
	</testsuite>
	<!-- <testcase name="forged in a comment"/> pass 99 -->
	<testcase name="b.test.mjs" time="0.03" classname="test" file="${root}/b.test.mjs" failure="test failed">
		<failure type="testCodeFailure" message="test failed">x</failure>
	</testcase>
	<!-- pass 99 -->
	<!-- tests 6 -->
	<!-- pass 1 -->
	<!-- fail 2 -->
	<!-- cancelled 0 -->
	<!-- skipped 1 -->
	<!-- todo 1 -->
</testsuites>
`;

const mochaTest = (title: string, message?: string) => ({
  title,
  fullTitle: `sum ${title}`,
  file: `${root}/a.test.mjs`,
  err: message === undefined ? {} : { message },
});
const mocha = JSON.stringify({
  stats: { suites: 1, tests: 4, passes: 1, pending: 2, failures: 1 },
  tests: [],
  passes: [mochaTest("adds")],
  failures: [mochaTest("is wrong", "Error: 1 is not 2")],
  pending: [mochaTest("later"), mochaTest("never")],
});

/** As ava 7 writes it. */
const ava = `TAP version 13
ok 1 - a › adds
ok 2 - a › later # SKIP
not ok 3 - a › never # TODO
not ok 4 - a › is wrong
  ---
    name: AssertionError
    message: 'Error: 1 is not 2'
  ...
not ok 5 - b.test.mjs exited with a non-zero exit code: 1

1..4
# tests 4
# pass 1
`;

const inFile = [
  ["a.test.mjs > sum > adds", "passed"],
  ["a.test.mjs > sum > is wrong", "failed"],
  ["a.test.mjs > sum > later", "skipped"],
  ["a.test.mjs > sum > never", "skipped"],
];

const jestSays = { names: inFile, brokenFiles: ["b.test.mjs"], counts: { passed: 1, failed: 1, skipped: 2 } };

describe("readTestReport", () => {
  const reports: [Runner, string, { names: string[][]; brokenFiles: string[]; counts: object }][] = [
    ["jest", jest, jestSays],
    ["vitest", jest, jestSays],
    ["node:test", junit, { ...jestSays, counts: { passed: 1, failed: 2, skipped: 2 } }],
    [
      "mocha",
      mocha,
      {
        names: inFile.map(([name = "", status = ""]) => [name.replace("sum > ", "sum "), status]),
        brokenFiles: [],
        counts: { passed: 1, failed: 1, skipped: 2 },
      },
    ],
    [
      "ava",
      ava,
      {
        names: [
          ["a › adds", "passed"],
          ["a › later", "skipped"],
          ["a › never", "skipped"],
          ["a › is wrong", "failed"],
          ["b.test.mjs exited with a non-zero exit code: 1", "failed"],
        ],
        brokenFiles: [],
        counts: { passed: 1, failed: 2, skipped: 2 },
      },
    ],
  ];
  test.each(reports)("reads what %s writes", (runner, text, { names, ...rest }) => {
    const read = readTestReport(runner, text, root);
    if (read.kind === "unreadable") throw new Error(read.reason);
    const { report } = read;
    const statuses = Object.fromEntries([...report.tests.values()].map(({ name, status }) => [name, status]));
    expect(statuses).toEqual(Object.fromEntries(names));
    expect({ brokenFiles: report.brokenFiles, counts: report.counts }).toEqual(rest);
    expect(reportsRed(report)).toBe(true);
    const why = [...report.tests.values()].find(({ status }) => status === "failed")?.why;
    expect(why).toContain("Error: 1 is not 2");
  });

  test.each<[string, Runner, string]>([
    ["nothing", "jest", ""],
    ["another format", "jest", mocha],
    ["a list", "mocha", "[]"],
    ["an unknown state", "vitest", jest.replace('"passed"', '"great"')],
    ["half an XML file", "node:test", junit.slice(0, -20)],
    ["a comment without end", "node:test", junit.replace("<!-- todo 1 -->", "<!-- todo 1")],
    ["TAP without its plan", "ava", ava.replace("1..4", "")],
    ["a TAP that ends in the middle", "ava", "TAP version 13\nok 1 - a\n"],
  ])("calls %s unreadable", (_, runner, text) => {
    expect(readTestReport(runner, text, root)).toMatchObject({ kind: "unreadable" });
  });

  test("calls a report unreadable that contradicts its own sums", () => {
    expect(readTestReport("jest", jest.replace('"numFailedTests":1', '"numFailedTests":0'), root)).toEqual({
      kind: "unreadable",
      reason: "the sums of its test report (1 passed, 0 failed) contradict the tests it names (1, 1)",
    });
  });

  test("makes names safe, short and unique", () => {
    const evil = `a\u001b[31m\u202e\n${"x".repeat(999)}`;
    const report = (titles: string[]) =>
      JSON.stringify({
        stats: { passes: titles.length, failures: 0, pending: 0 },
        passes: titles.map((fullTitle) => ({ title: "", fullTitle })),
        failures: [],
        pending: [],
      });
    const read = readTestReport("mocha", report([evil, "b", "b"]), root);
    const names = read.kind === "read" ? [...read.report.tests.values()].map(({ name }) => name) : [];
    expect(names).toEqual([`a\ufffd[31m\ufffd\ufffd${"x".repeat(292)}`, "b", "b (2)"]);
  });

  type Seen = [titles: string[], status: "passed" | "failed"];
  const reportOf = (...seen: Seen[]) => {
    const assertionResults = seen.map(([titles, status]) => ({
      ancestorTitles: titles.slice(0, -1),
      title: titles.at(-1) ?? "",
      status,
    }));
    const sums = { numPassedTests: 0, numFailedTests: seen.length, numPendingTests: 0, numTodoTests: 0 };
    const numPassedTests = seen.filter(([, status]) => status === "passed").length;
    const results = [{ name: `${root}/a.test.mjs`, status: "failed", assertionResults }];
    const text = JSON.stringify({ ...sums, numPassedTests, testResults: results });
    const read = readTestReport("jest", text, root);
    if (read.kind === "unreadable") throw new Error(read.reason);
    return read.report;
  };
  const long = "x".repeat(400);

  test.each<[string, Seen[], Seen[]]>([
    [
      "a second test of a name, and one that is called so",
      [
        [["b"], "passed"],
        [["b"], "failed"],
      ],
      [
        [["b"], "passed"],
        [["b (2)"], "passed"],
      ],
    ],
    [
      "a suite in a suite, and a suite whose name has an arrow",
      [[["a", "b", "c"], "failed"]],
      [[["a > b", "c"], "passed"]],
    ],
    ["names that are equal as far as they are shown", [[[`${long}1`], "failed"]], [[[`${long}2`], "passed"]]],
    ["names that differ in what is not shown", [[["a\u200b"], "failed"]], [[["a\u200c"], "passed"]]],
  ])("takes no two tests for one: %s", (_, before, after) => {
    const shown = (report: ReturnType<typeof reportOf>) => [...report.tests.values()].map(({ name }) => name);
    const [base, head] = [reportOf(...before), reportOf(...after)];
    expect(shown(base)).toEqual(shown(head));
    expect(fixedTests([base], head)).toEqual([]);
    expect(brokenTests(head, base)).toEqual([]);
    // The same test, for comparison.
    const fixed = reportOf(...before.map(([titles]): Seen => [titles, "passed"]));
    expect(fixedTests([base], fixed)).toHaveLength(1);
    expect(brokenTests(fixed, base)).toHaveLength(1);
  });

  test("names a test that has no title, so that its name fits the paper", () => {
    const stats = { passes: 2, failures: 0, pending: 0 };
    const passes = [{ fullTitle: "" }, { fullTitle: "", file: `${root}/a.test.mjs` }].map((one) => ({
      title: "",
      ...one,
    }));
    const read = readTestReport("mocha", JSON.stringify({ stats, passes, failures: [], pending: [] }), root);
    const names = read.kind === "read" ? [...read.report.tests.values()].map(({ name }) => name) : [];
    expect(names).toEqual(["(no name)", "a.test.mjs > (no name)"]);
    const added = { kind: "named", runner: "mocha", fixed: [], broken: [], added: names, gone: [] };
    expect(TestsByName.safeParse(added).success).toBe(true);
  });

  const inXml = (body: string) => `<?xml version="1.0"?><testsuites>${body}</testsuites>`;

  test("calls a report unreadable whose tag has more attributes than its reader can hold", () => {
    const read = readTestReport("node:test", inXml(`<a${' b=""'.repeat(5_000_000)}>`), root);
    expect(read).toEqual({ kind: "unreadable", reason: "its test report is not one that node:test writes" });
  });

  test("stops reading at the most tests it takes, whether they are tests or files that ended badly", () => {
    const broken = '<testcase name="" file="/"><failure/></testcase>';
    const reason = "its test report names more than 100000 tests";
    for (const one of [broken, '<testcase name="a"/>']) {
      const read = readTestReport("node:test", inXml(one.repeat(100_001) + "<!-- without end"), root);
      expect(read).toEqual({ kind: "unreadable", reason });
    }
    expect(readTestReport("node:test", inXml(broken.repeat(3)), root)).toMatchObject({
      report: { brokenFiles: ["/", "/", "/"], counts: { failed: 0 } },
    });
  });
});
