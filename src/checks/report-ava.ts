import type { ReadReport, ReportedTest, TestStatus } from "./test-report.ts";

const result = /^(not )?ok \d+ - (.*)$/;
const directive = / # (SKIP|TODO)$/;

/**
 * Reads the TAP output of `ava --tap`; null when it is none or has no end. A test file that could not be loaded is a failed entry
 * by what ava says of it. The indented lines after a result are what it said.
 */
export function readAva(text: string): ReadReport | null {
  const lines = text.split("\n");
  if (lines[0] !== "TAP version 13" || !lines.some((line) => /^1\.\.\d+$/.test(line))) return null;
  const tests: ReportedTest[] = [];
  const said: string[][] = [];
  for (const line of lines) {
    const match = result.exec(line);
    if (match === null) {
      if (line.startsWith("    ")) said.at(-1)?.push(line.slice(4));
      continue;
    }
    const [, red, rest = ""] = match;
    const mark = directive.exec(rest)?.[1];
    const status: TestStatus = mark !== undefined ? "skipped" : red === undefined ? "passed" : "failed";
    tests.push({ file: null, titles: [rest.replace(directive, "")], status });
    said.push([]);
  }
  return {
    tests: tests.map((test, index) => ({ ...test, why: said[index]?.join("\n") ?? "" })),
    brokenFiles: [],
    sums: null,
  };
}
