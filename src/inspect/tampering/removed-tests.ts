import type { Finding } from "../../handoff/finding.ts";
import type { TestCase } from "./cases.ts";
import { importsOf, isAboutGone, resolves, type TestFacts } from "./facts.ts";
import { tampering, type CodePair } from "./source.ts";

/** V01 and V02: test files that are gone, and tests that are gone from files that stay. */
export function removedTests(facts: TestFacts): Finding[] {
  const deleted = facts.code.filter((pair) => pair.role === "test" && pair.deleted && pair.before !== null);
  const inDeleted = new Set(deleted.map(({ path }) => path));
  // What could not be read in the result is a finding of its own: nobody knows which tests are left.
  const unread = new Set(facts.code.filter((pair) => pair.after === null && !pair.deleted).map(({ path }) => path));
  const kept = facts.removed.filter(({ source }) => !inDeleted.has(source.path) && !unread.has(source.path));
  return [
    ...deleted.flatMap((pair) => deletedFile(pair, facts)),
    ...[...Map.groupBy(kept, ({ source }) => source.path).values()].flatMap((some) => removedCases(some, facts)),
    ...fewerRows(facts),
  ];
}

/** A file is forgiven when its tests are found elsewhere (60 % of the titles, as git's renames), or what it tests is gone as well. */
function deletedFile({ path, before }: CodePair, facts: TestFacts): Finding[] {
  const cases = facts.before.filter(({ source }) => source.path === path);
  if (before === null || cases.length === 0) return [];
  const lost = facts.removed.filter(({ source }) => source.path === path);
  const seen = { rule: "v01-test-file-deleted" as const, path, line: null };
  const titles = lost.map(({ title }) => title).join("\n");
  const to = [
    ...new Set(facts.pairs.filter((pair) => pair.before.source.path === path).map((pair) => pair.after.source.path)),
  ];
  if (lost.length === 0) {
    const message = `The test file is gone; all of its ${cases.length} tests are in ${quoted(to)}.`;
    return [tampering({ ...seen, level: "info", message, before: null, after: to.join("\n") })];
  }
  if (subjectsDeleted(before, facts) || lost.every((one) => isAboutGone(one, facts))) {
    const message = `The test file is gone together with what it tests: ${lost.length} tests.`;
    return [tampering({ ...seen, level: "info", message, before: titles, after: null })];
  }
  if (lost.length <= 0.4 * cases.length) return removedCases(lost, facts);
  const message = `The test file is deleted and ${lost.length} of its ${cases.length} tests are nowhere in the change.`;
  return [tampering({ ...seen, level: "block", message, before: titles, after: null })];
}

function subjectsDeleted(source: NonNullable<CodePair["before"]>, { code }: TestFacts): boolean {
  const subjects = importsOf(source).filter((specifier) => specifier.startsWith("."));
  const gone = code.filter((pair) => pair.deleted && pair.role === "source");
  return subjects.length > 0 && subjects.every((one) => gone.some(({ path }) => resolves(source.path, one, path)));
}

/**
 * Lost tests of one file. With as many tests and assertions in the file as before it is a rewrite, which a person looks at (`warn`); the
 * base's own tests, which verify runs against the result, tell whether something was hidden by it.
 */
function removedCases(lost: readonly TestCase[], facts: TestFacts): Finding[] {
  const path = lost[0]?.source.path ?? "";
  const of = (cases: readonly TestCase[]) => cases.filter(({ source }) => source.path === path);
  const [was, now] = [of(facts.before), of(facts.after)];
  const isRewrite = rowsIn(now) >= rowsIn(was) && weightIn(now) >= weightIn(was);
  const newRows = of(facts.added).reduce((sum, { rows }) => sum + (rows > 1 ? rows : 0), 0);
  return lost.map((one) => {
    const name = JSON.stringify(one.title);
    const seen = { rule: "v02-test-removed" as const, path, line: one.line, before: one.text, after: null };
    if (isGroup(one, facts))
      return tampering({
        ...seen,
        level: "info",
        message: `The test ${name} is gone; all that it held is still there.`,
      });
    if (isAboutGone(one, facts))
      return tampering({
        ...seen,
        level: "info",
        message: `The test ${name} went with the exported name that it tests.`,
      });
    if (one.assertions.length === 0 && one.bodyNode === null)
      return tampering({ ...seen, level: "info", message: `The test ${name}, which had no body, was removed.` });
    if (newRows >= lost.length)
      return tampering({ ...seen, level: "info", message: `The test ${name} seems to be a row of a new table now.` });
    if (isRewrite)
      return tampering({
        ...seen,
        level: "warn",
        message: `The test ${name} is gone; the file has as many tests and assertions as before.`,
      });
    return tampering({ ...seen, level: "block", message: `The test ${name} is gone.` });
  });
}

/** A test that asserts nothing itself and only held others (`t.test` inside a test of tap): they are all found. */
function isGroup({ source, bodyNode, assertions }: TestCase, { before, removed }: TestFacts): boolean {
  if (bodyNode === null || assertions.length > 0) return false;
  const isInside = ({ bodyNode: other, source: from }: TestCase) =>
    from === source &&
    other !== null &&
    other !== bodyNode &&
    (other.start ?? 0) >= (bodyNode.start ?? 0) &&
    (other.end ?? 0) <= (bodyNode.end ?? 0);
  return before.some(isInside) && !removed.some(isInside);
}

/** Rows that are gone, unless they stand in another table of the change now. As for tests, a file with as many cases is a rewrite. */
function fewerRows({ pairs, before: was, after: now }: TestFacts): Finding[] {
  const lost = lostRows(was, now);
  return pairs
    .filter(({ before, after }) => after.rows < before.rows)
    .flatMap(({ before, after }) => {
      const here = new Set(after.table);
      const missing = before.table.filter((row) => !here.has(row));
      const moved = missing.length - missing.filter((row) => take(lost.get(row), () => true)).length;
      if (before.rows - after.rows <= moved) return [];
      const { path } = after.source;
      const of = (cases: readonly TestCase[]) => cases.filter(({ source }) => source.path === path);
      const isRewrite = rowsIn(of(now)) >= rowsIn(of(was)) && weightIn(of(now)) >= weightIn(of(was));
      const rows = `The table of the test ${JSON.stringify(after.title)} has ${after.rows} rows instead of ${before.rows}`;
      const message = isRewrite ? `${rows}; the file has as many tests and assertions as before.` : `${rows}.`;
      const text = (count: number) => `${count} rows`;
      return [
        tampering({
          rule: "v02-test-removed",
          level: isRewrite ? "warn" : "block",
          path,
          line: after.line,
          message,
          before: text(before.rows),
          after: text(after.rows),
        }),
      ];
    });
}

/** Different sets of matchers that one row is looked up under; more are nobody's. */
const waysMax = 100;

/** How often a row is lost, by what was asked of it. */
type Lost = Map<string, { asks: ReadonlySet<string>; times: number }>;

/** Rows that no table of a test which runs and asks as much has any more. */
function lostRows(was: readonly TestCase[], now: readonly TestCase[]): Map<string, Lost> {
  const lost = new Map<string, Lost>();
  for (const one of was) {
    const asks = matchersOf(one);
    const key = [...asks].join();
    for (const row of one.table) {
      const some: Lost = lost.get(row) ?? new Map();
      some.set(key, { asks, times: (some.get(key)?.times ?? 0) + 1 });
      lost.set(row, some);
    }
  }
  for (const one of now) {
    if (one.assertions.length === 0 || one.skipped !== null) continue;
    const asks = matchersOf(one);
    for (const row of one.table) take(lost.get(row), (wanted) => [...wanted].every((matcher) => asks.has(matcher)));
  }
  return lost;
}

/** Takes one of a row's losses. Out: whether there was one that fits. */
function take(lost: Lost | undefined, fits: (asks: ReadonlySet<string>) => boolean): boolean {
  let looked = 0;
  for (const [key, { asks, times }] of lost ?? []) {
    looked += 1;
    if (looked > waysMax) return false;
    if (!fits(asks)) continue;
    if (times === 1) lost?.delete(key);
    else lost?.set(key, { asks, times: times - 1 });
    return true;
  }
  return false;
}

/** What a test asks of each of its rows. */
function matchersOf({ assertions }: TestCase): ReadonlySet<string> {
  return new Set(assertions.map(({ matcher, negated }) => `${negated} ${matcher}`));
}

function rowsIn(cases: readonly TestCase[]): number {
  return cases.reduce((sum, { rows }) => sum + rows, 0);
}

/** Assertions in all tests of a list, each as often as its table has rows. */
export function weightIn(cases: readonly TestCase[]): number {
  return cases.reduce(
    (sum, { rows, assertions }) => sum + rows * assertions.reduce((all, { weight }) => all + weight, 0),
    0,
  );
}

function quoted(paths: readonly string[]): string {
  return paths.map((path) => JSON.stringify(path)).join(", ");
}
