import { readAva } from "./report-ava.ts";
import { readJest } from "./report-jest.ts";
import { readJunit } from "./report-junit.ts";
import { readMocha } from "./report-mocha.ts";
import type { Runner } from "./runner.ts";
import type { TestCounts } from "./counts.ts";

/** Tests of one report that are read; more is no test suite, or a report that wants to be large. */
const testsMax = 100_000;
/** UTF-16 code units kept of a test's name and of what it said when it failed. */
const nameMax = 300;
const whyMax = 600;

export type TestStatus = "passed" | "failed" | "skipped";

/** One test as a runner's report names it, before its name is made safe and unique. */
export interface ReportedTest {
  /** Path below the workspace; null when the report does not say. */
  file: string | null;
  /** Names of the suites around it and its own. */
  titles: readonly string[];
  status: TestStatus;
  /** What a failed test said. */
  why?: string;
}

/** What one runner's reader finds: the tests, the files that could not be loaded, and the report's own sums. */
export interface ReadReport {
  tests: ReportedTest[];
  brokenFiles: string[];
  /** As the report itself sums up; null when it does not. */
  sums: TestCounts | null;
}

export interface NamedTest {
  /** What it is looked up by on another side: where it lies, what it is called in full, and which of several that are called so. */
  id: string;
  /** For people: `file > suite > test`; a second test of the same name ends in ` (2)`. Another test can be called that, so nothing is looked up by it. */
  name: string;
  file: string | null;
  status: TestStatus;
  why: string;
}

/** A runner's report, checked. */
export interface TestReport {
  runner: Runner;
  /** By id. */
  tests: ReadonlyMap<string, NamedTest>;
  /** Test files that ended before their tests could be named. */
  brokenFiles: readonly string[];
  counts: TestCounts;
  /** What the output of the same run says; null when it says nothing, absent before it was looked at. */
  printed?: TestCounts | null;
}

export type ReportRead = { kind: "read"; report: TestReport } | { kind: "unreadable"; reason: string };

/**
 * Reads a runner's report strictly: it was written by a process in which the code under test ran. In: the file's text, and the
 * directory that file names in it lie below. Out: unreadable for anything that is not that runner's format or contradicts its own sums.
 */
export function readTestReport(runner: Runner, text: string, root: string): ReportRead {
  const read = readSafely(runner, text);
  if (read === null) return unreadable(`its test report is not one that ${runner} writes`);
  if (read.tests.length + read.brokenFiles.length > testsMax)
    return unreadable(`its test report names more than ${testsMax} tests`);
  const counts = countsOf(read.tests);
  const { sums } = read;
  if (sums !== null && (sums.passed < counts.passed || sums.failed < counts.failed)) {
    return unreadable(
      `the sums of its test report (${sums.passed} passed, ${sums.failed} failed) contradict the tests it names (${counts.passed}, ${counts.failed})`,
    );
  }
  const brokenFiles = read.brokenFiles.map((file) => safe(below(file, root)));
  return { kind: "read", report: { runner, tests: named(read.tests, root), brokenFiles, counts: sums ?? counts } };
}

/** Whether the report itself says that something is red. */
export function reportsRed({ counts, brokenFiles }: TestReport): boolean {
  return counts.failed > 0 || brokenFiles.length > 0;
}

/** A forged report can be one on which a reader gives up, as with a tag too long for the stack; it is none then. */
function readSafely(runner: Runner, text: string): ReadReport | null {
  try {
    return readers[runner](text, testsMax);
  } catch {
    return null;
  }
}

const readers: Record<Runner, (text: string, testsMax: number) => ReadReport | null> = {
  vitest: readJest,
  jest: readJest,
  "node:test": readJunit,
  mocha: readMocha,
  ava: readAva,
};

function named(tests: readonly ReportedTest[], root: string): Map<string, NamedTest> {
  const found = new Map<string, NamedTest>();
  const [called, shown] = [new Map<string, number>(), new Map<string, number>()];
  for (const { file, titles, status, why = "" } of tests) {
    const at = file === null ? null : below(file, root);
    const path = at === null ? null : safe(at);
    // Every title a string of its own and in full: joined or shortened, two of them can be one.
    const full = JSON.stringify([at, titles]);
    const id = `${full} ${count(called, full)}`;
    const name = [...(path === null ? [] : [path]), ...titles.map(titleOf)]
      .join(" > ")
      .slice(0, nameMax)
      .toWellFormed();
    const times = count(shown, name);
    found.set(id, { id, name: times === 1 ? name : `${name} (${times})`, file: path, status, why: lines(why) });
  }
  return found;
}

/** How many times it was met, with this one. */
function count(met: Map<string, number>, what: string): number {
  const times = (met.get(what) ?? 0) + 1;
  met.set(what, times);
  return times;
}

function countsOf(tests: readonly ReportedTest[]): TestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status } of tests) counts[status] += 1;
  return counts;
}

function below(file: string, root: string): string {
  const plain = file.replace(/^file:\/\//, "");
  return plain.startsWith(`${root}/`) ? plain.slice(root.length + 1) : plain;
}

/** A test may have no title; every name in a paper has a letter. */
function titleOf(title: string): string {
  return title === "" ? "(no name)" : safe(title);
}

/** Names come from the code under test: one line, no control or direction characters. */
function safe(text: string): string {
  return text
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, "\ufffd")
    .slice(0, nameMax)
    .toWellFormed();
}

function lines(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "")
    .trim()
    .slice(0, whyMax)
    .toWellFormed();
}

function unreadable(reason: string): ReportRead {
  return { kind: "unreadable", reason };
}
