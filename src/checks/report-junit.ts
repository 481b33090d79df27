import type { TestCounts } from "./counts.ts";
import type { ReadReport, ReportedTest, TestStatus } from "./test-report.ts";

/** One tag of the report, its attributes still as text. */
const tag = /<(\/?)([a-z]+)((?: [a-z]+="[^"]*")*)(\/?)>/y;
const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/**
 * Reads the JUnit report of node:test; null when it is none or has no end. Sums stand in comments at its end (`<!-- pass 3 -->`); a
 * test that prints such a comment prints it before. A test with subtests is a suite there and is named only through them. Reading stops
 * after more than `testsMax` tests: the rest is not looked at.
 */
export function readJunit(text: string, testsMax: number): ReadReport | null {
  if (!text.startsWith("<?xml") || !text.trimEnd().endsWith("</testsuites>")) return null;
  const tests: (ReportedTest & { isFile: boolean })[] = [];
  const suites: string[] = [];
  const sums = new Map<string, number>();
  for (let at = text.indexOf("<", 1); at !== -1 && tests.length <= testsMax; at = text.indexOf("<", at + 1)) {
    if (text.startsWith("<!--", at)) {
      const end = text.indexOf("-->", at + 4);
      if (end === -1) return null;
      const [, word, number] = /^ (pass|fail|cancelled|skipped|todo) (\d+) $/.exec(text.slice(at + 4, end)) ?? [];
      if (word !== undefined) sums.set(word, Number(number));
      at = end;
      continue;
    }
    tag.lastIndex = at;
    const [, close, name, attributes = "", empty] = tag.exec(text) ?? [];
    if (name === "testsuite" && close === "/") suites.pop();
    else if (name === "testsuite" && empty !== "/") suites.push(attribute(attributes, "name") ?? "");
    else if (name === "testcase" && close !== "/") tests.push(testOf(attributes, suites));
    else if (name === "skipped") set(tests.at(-1), "skipped");
    else if (name === "failure" && close !== "/") fail(tests.at(-1), attribute(attributes, "message"));
  }
  const isBroken = ({ isFile, status }: (typeof tests)[number]) => isFile && status === "failed";
  return {
    tests: tests.filter((test) => !isBroken(test)),
    brokenFiles: tests.filter(isBroken).map(({ file }) => file ?? ""),
    sums: sumsOf(sums),
  };
}

function testOf(attributes: string, suites: readonly string[]): ReportedTest & { isFile: boolean } {
  const title = attribute(attributes, "name") ?? "";
  const file = attribute(attributes, "file");
  // node:test names a file that ended badly as a test of its own, by its path.
  const isFile = suites.length === 0 && file !== null && file.endsWith(`/${title}`);
  return { file, titles: [...suites, title], status: "passed", isFile };
}

function set(test: { status: TestStatus } | undefined, status: TestStatus): void {
  if (test !== undefined) test.status = status;
}

/** A test marked todo may fail; it is skipped then, as node:test counts it. */
function fail(test: ReportedTest | undefined, why: string | null): void {
  if (test === undefined || test.status === "skipped") return;
  test.status = "failed";
  test.why = why ?? "";
}

function sumsOf(sums: ReadonlyMap<string, number>): TestCounts | null {
  const [passed, failed] = [sums.get("pass"), sums.get("fail")];
  if (passed === undefined || failed === undefined) return null;
  return {
    passed,
    failed: failed + (sums.get("cancelled") ?? 0),
    skipped: (sums.get("skipped") ?? 0) + (sums.get("todo") ?? 0),
  };
}

function attribute(attributes: string, name: string): string | null {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1];
  return value === undefined ? null : unescapeXml(value);
}

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|(lt|gt|quot|apos|amp));/g, (whole, code: string | undefined, word: string) =>
    code === undefined ? (entities[word] ?? whole) : codePoint(Number(code)),
  );
}

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}
