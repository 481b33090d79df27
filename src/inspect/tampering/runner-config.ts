import type { Finding } from "../../handoff/finding.ts";
import { foldPath } from "../fold-path.ts";
import { textOf, type Sides } from "../sides.ts";
import { configPairs, weakerSettings, type ConfigPair, type SettingRule } from "./config-pairs.ts";
import { tampering } from "./source.ts";

const name =
  /(^|\/)(vitest|vite|jest|playwright|cypress|karma|ava|tap|wdio|nyc|c8)(-ct)?(\.[\w-]+)*\.(config|conf|workspace|projects?)(\.[\w-]+)*\.([cm]?[jt]s|json)$|(^|\/)\.(mocharc|nycrc|c8rc|jestrc|taprc)(\.([cm]?js|jsonc?|ya?ml))?$/;
/** Where package.json configures a runner. */
const inManifest = /^(jest|vitest|ava|mocha|tap|nyc|c8|playwright)\./;
const times = 4;

const runner: readonly SettingRule[] = [
  {
    key: /(^|\.)(exclude|testPathIgnorePatterns|testIgnore|modulePathIgnorePatterns|ignore|excludeSpecPattern)(\.\*)?$/,
    weaker: "grows",
    says: "has one entry more, so fewer tests run",
  },
  {
    key: /(^|\.)(include|testMatch|testRegex|spec|specPattern|files|roots|projects|workspace|includeSource)\.\*$/,
    weaker: "shrinks",
    says: "has one entry less, so fewer tests run",
  },
  {
    key: /(^|\.)(include|testMatch|testRegex|spec|specPattern|testDir|grep|grepInvert|testNamePattern|fgrep|invert|match|shard)$/,
    weaker: "changes",
    says: "chooses other tests",
  },
  {
    key: /(^|\.)(grep|grepInvert|testNamePattern|fgrep|invert|shard|match\.\*)$/,
    weaker: "grows",
    says: "chooses only some tests",
  },
  {
    key: /(^|\.)test\.(dir|root)$|^(root|rootDir|testDir)$/,
    weaker: "grows",
    says: "looks for tests in another place",
  },
  {
    key: /(^|\.)test\.(dir|root)$|^(root|rootDir)$/,
    weaker: "changes",
    says: "looks for tests in another place",
  },
  {
    key: /(^|\.)(alias|moduleNameMapper)\.\^?\\?\.{1,2}\\?\//,
    weaker: "grows",
    says: "puts another file in the place of one of the repository",
  },
  { key: /(^|\.)onUnhandledError$/, weaker: "changes", says: "decides otherwise which errors count" },
  { key: /(^|\.)onUnhandledError$/, weaker: "grows", says: "decides which errors count" },
  {
    key: /(^|\.)(passWithNoTests|allowOnly|dangerouslyIgnoreUnhandledErrors|forceExit|allowUncaught|failZeroTest|pass-with-no-tests|ignoreTestFailures)$/,
    weaker: "on",
    says: "lets a run pass that did not",
  },
  {
    key: /(^|\.)(forbidOnly|forbid-only|forbidPending|failWithoutAssertions|failOnConsole|requireAssertions|errorOnDeprecated|typecheck\.enabled|injectGlobals|checkLeaks|check-leaks|strict)$/,
    weaker: "off",
    says: "no longer makes a run fail",
  },
  { key: /(^|\.)(retry|retries|retry\.count)$/, weaker: "higher", says: "lets a red test run again more often" },
  { key: /(^|\.)(bail|maxFailures)$/, weaker: "higher", says: "ends the run after the first failures" },
  {
    key: /(^|\.)(setupFiles|setupFilesAfterEnv|globalSetup|globalTeardown|require|reporter|runner|testRunner|testEnvironment|snapshotResolver|resolveSnapshotPath)(\.\*)?$/,
    weaker: "changes",
    says: "is another program that runs before or around the tests",
  },
  {
    key: /(^|\.)(setupFiles|setupFilesAfterEnv|globalSetup|testRunner|snapshotResolver|resolveSnapshotPath)(\.\*)?$/,
    weaker: "grows",
    says: "is one more program that runs before or around the tests",
  },
];

const coverage: readonly SettingRule[] = [
  {
    key: /(^|\.)(thresholds?|coverageThreshold|check)\..*(lines|branches|functions|statements|global)$|^(nyc\.|c8\.)?(lines|branches|functions|statements)$/,
    weaker: "lower",
    says: "asks for less coverage",
  },
  {
    key: /(^|\.)(coverage\.exclude|coveragePathIgnorePatterns|nyc\.exclude|c8\.exclude)(\.\*)?$/,
    weaker: "grows",
    says: "leaves more code out of the coverage",
  },
  {
    key: /(^|\.)(coverage\.include|collectCoverageFrom)\.\*$/,
    weaker: "shrinks",
    says: "leaves more code out of the coverage",
  },
  { key: /(^|\.)collectCoverageFrom\.\*$/, weaker: "grows", says: "may leave more code out of the coverage" },
  {
    key: /(^|\.)(coverage\.enabled|collectCoverage|check-coverage|checkCoverage|thresholds\.perFile|thresholds\.100|coverage\.all)$/,
    weaker: "off",
    says: "no longer asks for coverage",
  },
  {
    key: /(^|\.)(thresholds?|coverage)\.(autoUpdate|thresholdAutoUpdate)$/,
    weaker: "on",
    says: "lets the thresholds follow what is measured",
  },
];

/** V20 and V21: runs that leave tests out or pass without them, and lower coverage. More of either is quiet. */
export function weakerRunner(sides: readonly Sides[]): Finding[] {
  const { pairs, unread } = configPairs(sides, name);
  const manifests = configPairs(sides, /(^|\/)package\.json$/).pairs.map((pair) => ({
    ...pair,
    before: pair.before.filter(({ key }) => inManifest.test(key)),
    after: pair.after.filter(({ key }) => inManifest.test(key)),
  }));
  return [
    ...unread,
    ...[...pairs, ...manifests].flatMap((pair) => [
      ...weakerSettings(withoutCoverage(pair), "v20-runner-weaker", runner),
      ...slower(pair),
      ...newlyChosen(pair),
      ...weakerSettings(pair, "v21-coverage-lower", coverage).filter(isExclusion),
    ]),
    ...sides.flatMap(({ entry, before, after }) => deleted(entry.path, before, after, pairs)),
  ];
}

/** `coverage.exclude` is V21's. */
function withoutCoverage(pair: ConfigPair): ConfigPair {
  const other = (settings: ConfigPair["before"]) => settings.filter(({ key }) => !/coverage|^nyc\.|^c8\./i.test(key));
  // Everything that nyc and c8 are told is about coverage.
  if (/(nyc|c8)(rc)?(\.[\w-]+)*$/.test(foldPath(pair.path))) return { ...pair, before: [], after: [] };
  return { ...pair, before: other(pair.before), after: other(pair.after) };
}

/** `collectCoverageFrom` grows by what is looked at as well: only `!…` leaves something out. */
function isExclusion({ message, after }: Finding): boolean {
  return !message.includes("may leave") || after?.includes('"!') === true;
}

/** The first patterns that say which tests there are: until now the runner found all of them. */
function newlyChosen({ path, before, after, added, deleted: gone }: ConfigPair): Finding[] {
  const choosing = /(^|\.)test\.include\.\*$|^(jest\.)?(testMatch|testRegex)(\.\*)?$/;
  if (added || gone || before.some(({ key }) => choosing.test(key))) return [];
  const chosen = after.filter(({ key }) => choosing.test(key));
  const [first] = chosen;
  if (first === undefined) return [];
  const message = `The setting ${JSON.stringify(first.key)} chooses tests, where the runner found all of them.`;
  const text = chosen.map(({ key, value }) => `${key}: ${JSON.stringify(value)}`).join("\n");
  return [
    tampering({
      rule: "v20-runner-weaker",
      level: "block",
      path,
      line: first.line,
      message,
      before: null,
      after: text,
    }),
  ];
}

/** A test that may take four times as long no longer says that the program is fast enough. */
function slower({ path, before, after, added, deleted: gone }: ConfigPair): Finding[] {
  if (added || gone) return [];
  return after.flatMap((now) => {
    if (!/(^|\.)(testTimeout|timeout|hookTimeout)$/.test(now.key) || typeof now.value !== "number") return [];
    const was = before.find(({ key }) => key === now.key)?.value;
    if (typeof was !== "number" || now.value < was * times) return [];
    const message = `The setting ${JSON.stringify(now.key)} is ${times} times as long or longer.`;
    return [
      tampering({
        rule: "v20-runner-weaker",
        level: "block",
        path,
        line: now.line,
        message,
        before: String(was),
        after: String(now.value),
      }),
    ];
  });
}

function deleted(
  path: string,
  before: Uint8Array | null,
  after: Uint8Array | null,
  pairs: readonly ConfigPair[],
): Finding[] {
  const gone = pairs.some((pair) => pair.path === path && pair.deleted);
  if (!gone || before === null || after !== null) return [];
  const message = "The runner's configuration is deleted: nobody knows which tests run instead.";
  return [
    tampering({
      rule: "v20-runner-weaker",
      level: "block",
      path,
      line: null,
      message,
      before: textOf(before)?.slice(0, 200) ?? null,
      after: null,
    }),
  ];
}
