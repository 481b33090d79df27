import type { Change } from "../change.ts";
import type { Finding } from "../handoff/finding.ts";
import type { NotRunCause, Proof } from "../handoff/report.ts";
import { findingOf } from "../inspect/finding-id.ts";
import { foldPath } from "../inspect/fold-path.ts";
import { isTestPath } from "../inspect/test-path.ts";
import { disagreement, redBesideGreen } from "./disagree.ts";
import { fewerTests } from "./judge-side.ts";
import type { Ran } from "./run.ts";
import { fixedTests, reportIn, shownNames, testsThat } from "./test-names.ts";
import type { NamedTest, TestReport } from "./test-report.ts";

/** Findings of one rule about one change. */
const findingsMax = 20;

/** The runs of one check of tests that a proof is read from. */
export interface Tested {
  base: Ran;
  /** The second run of a red base. */
  baseAgain?: Ran | undefined;
  head: Ran;
  /** The change's tests on the base's source. null: not run, because it has no tests or nothing else. */
  headTests: Ran | null;
}

/** What one check of tests says about the change: tests that prove it, or why it cannot say. */
export type Proving =
  | { kind: "seen"; failedBefore: NamedTest[]; redWithout: NamedTest[] }
  | { kind: "unknown"; reason: string };

/**
 * Which tests show that the change does something: those that failed on base and pass on head, and those that pass on head, are new or
 * lie in a changed file, and are red on the base's source. A test that is green there proves nothing.
 */
export function proving(tested: Tested, change: Change): Proving {
  const [base, head] = [reportIn(tested.base), reportIn(tested.head)];
  if (base === null || head === null) {
    return { kind: "unknown", reason: `the names of its tests are not known ${base === null ? "on base" : "on head"}` };
  }
  const again = tested.baseAgain === undefined ? [] : [reportIn(tested.baseAgain)];
  const bases = [base, ...again].filter((report) => report !== null);
  const failedBefore = fixedTests(bases, head);
  if (tested.headTests === null) return { kind: "seen", failedBefore, redWithout: [] };
  const without = reportIn(tested.headTests);
  if (without === null) {
    const reason = "the change's tests ended on the base's source without a report that could be read";
    return failedBefore.length > 0 ? { kind: "seen", failedBefore, redWithout: [] } : { kind: "unknown", reason };
  }
  const before = new Set(failedBefore.map(({ id }) => id));
  const candidates = changedTests({ base, head, change }).filter(({ id }) => !before.has(id));
  return { kind: "seen", failedBefore, redWithout: candidates.filter((test) => isRed(test, without)) };
}

/** The proof of a change from all its checks of tests. `bent`: ids of tests whose base version fails on head; their new version proves nothing. */
export function proofOf(all: readonly Proving[], bent: ReadonlySet<string>): Proof {
  const seen = all.filter((one) => one.kind === "seen");
  const strong = distinct(seen.flatMap(({ failedBefore }) => failedBefore));
  const weak = seen.flatMap(({ redWithout }) => redWithout).filter(({ id }) => !bent.has(id));
  const tests = shownNames(distinct([...strong, ...weak]));
  if (tests.length > 0) {
    return { kind: "proved", tests, failed_on_base: Math.min(strong.length, tests.length) };
  }
  const unknown = all.find((one) => one.kind === "unknown");
  return unknown ?? { kind: "none" };
}

/** Tests that pass on head and are new or could be others than on base: their file was changed, or nobody knows their file. */
function changedTests({ base, head, change }: { base: TestReport; head: TestReport; change: Change }): NamedTest[] {
  const changed = new Set(change.map(({ path }) => path));
  return testsThat(head, "passed").filter(({ id, file }) => !base.tests.has(id) || file === null || changed.has(file));
}

/** A test that two checks run, once. */
function distinct(tests: readonly NamedTest[]): NamedTest[] {
  return [...new Map(tests.map((test) => [test.id, test])).values()];
}

/** Failed there, or never got so far because its file, or without files the whole run, ended badly. */
function isRed({ id, file }: NamedTest, without: TestReport): boolean {
  const found = without.tests.get(id);
  if (found !== undefined) return found.status === "failed";
  return file === null ? without.counts.failed > 0 : without.brokenFiles.includes(file);
}

/** Tests of the base that the changed source breaks, and what is said of them. */
interface Broken {
  tests: NamedTest[];
  findings: Finding[];
}

/** The runs that V27 compares. `crossed`: the base's tests on head's source, and once more where that was red. */
interface Across {
  base: Ran;
  head: Ran;
  crossed: readonly Ran[];
}

/**
 * Rule V27: tests that passed on base and do not pass when the base's tests and configuration run against the changed source, while the
 * change's own version of them is not red. In: both runs of the crossed tree (a test must be red in each), and the outcome on head.
 * Where base and head pass, the crossed tree must pass as well: one that ends otherwise is a finding even if it names no test.
 */
export function brokenBaseTests({ base, head, crossed }: Across, change: Change): Broken {
  const none = { tests: [], findings: [] };
  if (base.outcome.kind !== "passed" && reportIn(base) === null) return none;
  const stopped = crossed.map(({ outcome }) => outcome).find((outcome) => outcome.kind === "not_run");
  if (stopped?.kind === "not_run") {
    const level = isChangesDoing(stopped.cause, [base, head]) ? "block" : "warn";
    return unnamed(unread(level, `could not be run: ${stopped.reason}`, change));
  }
  const green = crossed.find(({ outcome }) => outcome.kind === "passed");
  return green === undefined
    ? redAcross({ base, head, crossed }, change)
    : greenAcross({ base, head, crossed: [green] }, change);
}

/** What only the machine or the registry could have stopped says nothing of the change; nor does what stopped base or head too. */
function isChangesDoing(cause: NotRunCause, others: readonly Ran[]): boolean {
  if (!["time-out", "limit", "missing-tool", "other"].includes(cause)) return false;
  return others.every(({ outcome }) => outcome.kind !== "not_run" || outcome.cause !== cause);
}

/** A green run counts for what it ran: the source can keep the base's tests from being there. */
function greenAcross({ base, head, crossed }: Across, change: Change): Broken {
  const lost = lostTests({ base, head, crossed });
  if (lost.length > 0) return named(lost, "missing", change);
  for (const green of crossed) {
    const odd = disagreement(base, green);
    if (odd !== null) return unnamed(unread("block", `cannot be believed: ${odd}`, change));
    const fewer = fewerTests(base, green);
    if (fewer?.kind === "failed") {
      return unnamed(unread("block", `are fewer: ${fewer.evidence.split("\n")[0] ?? ""}`, change));
    }
  }
  return { tests: [], findings: [] };
}

function redAcross({ base, head, crossed }: Across, change: Change): Broken {
  const [before, after] = [reportIn(base), reportIn(head)];
  const reports = crossed.map(reportIn).filter((report) => report !== null);
  if (before !== null && reports.length === crossed.length) {
    const red = testsThat(before, "passed")
      .filter((test) => reports.every((report) => isRed(test, report)))
      .filter(({ id }) => after?.tests.get(id)?.status !== "failed");
    if (red.length > 0) return named(red, "red", change);
    const lost = lostTests({ base, head, crossed });
    if (lost.length > 0) return named(lost, "missing", change);
  }
  if (base.outcome.kind !== "passed") return { tests: [], findings: [] };
  const how = "fail without naming a test that passed on the base";
  if (head.outcome.kind === "passed") return unnamed(unread("block", how, change));
  return redBesideGreen(head) ? unnamed(unread("warn", how, change)) : { tests: [], findings: [] };
}

/** Passed on base, and in no crossed run: skipped there, or not there at all. Nothing where a run has no names. */
function lostTests({ base, head, crossed }: Across): NamedTest[] {
  const [before, after] = [reportIn(base), reportIn(head)];
  const reports = crossed.map(reportIn);
  if (before === null || reports.includes(null)) return [];
  return testsThat(before, "passed")
    .filter(({ id }) => reports.every((report) => report?.tests.get(id)?.status !== "passed"))
    .filter(({ id }) => after?.tests.get(id)?.status !== "failed");
}

function unnamed(one: Finding): Broken {
  return { tests: [], findings: [one] };
}

function named(tests: NamedTest[], state: "red" | "missing", change: Change): Broken {
  const findings = tests.slice(0, findingsMax).map(({ name, file }) => brokenOne({ name, file, state }, change));
  return { tests, findings };
}

const saysOf = {
  red: { verb: "fails against", after: "fails" },
  missing: { verb: "is skipped or not there when the base's tests run against", after: "does not run" },
};

function brokenOne(
  { name, file, state }: { name: string; file: string | null; state: "red" | "missing" },
  change: Change,
): Finding {
  const entry = change.find(({ path }) => path === file);
  const how = entry?.after === null ? "and the same change deletes it" : "and the same change alters it";
  const hidden = "once tests and configuration are as on the base";
  const { verb, after } = saysOf[state];
  const message = `A test that passed on the base ${verb} the changed source, ${entry === undefined ? hidden : how}.`;
  const path = entry?.path ?? firstTest(change);
  return finding({ level: "block", path, message, before: `passes: ${name}`, after: `${after}: ${name}` });
}

/** Nobody can say which test it is, so it is said of the first test that the change touches. */
function unread(level: Finding["level"], how: string, change: Change): Finding {
  const message = `The base's tests, put back over the changed source, ${how.replace(/\.$/, "")}.`;
  return finding({ level, path: firstTest(change), message, before: "the base's tests pass", after: null });
}

function finding(seen: Pick<Finding, "level" | "path" | "message" | "before" | "after">): Finding {
  return findingOf({ rule: "v27-base-test-broken", line: null, ...seen });
}

function firstTest(change: Change): string {
  const touched = change.filter(({ before }) => before !== null);
  return (touched.find(({ path }) => isTestPath(path)) ?? touched[0] ?? change[0])?.path ?? "";
}

/** Rule V28: the change has tests of its own, and not one of them is red without its source. */
export function toothlessTests(all: readonly { tested: Tested; proving: Proving }[], change: Change): Finding[] {
  const probed = all.filter(({ tested }) => tested.headTests !== null && reportIn(tested.headTests) !== null);
  const proved = all.some(({ proving }) => {
    return proving.kind === "seen" && proving.failedBefore.length + proving.redWithout.length > 0;
  });
  if (probed.length === 0 || proved) return [];
  const message = "The tests that the change adds or alters pass without its source as well, so they do not test it.";
  return change
    .filter(({ path, after }) => after !== null && isTestPath(foldPath(path)))
    .slice(0, findingsMax)
    .map(({ path, before, after }) =>
      findingOf({
        rule: "v28-tests-do-not-fail",
        level: "warn",
        path,
        line: null,
        message,
        before: before?.sha ?? null,
        after: after?.sha ?? null,
      }),
    );
}
