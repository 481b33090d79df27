import type { Change } from "../change.ts";
import { foldPath } from "../inspect/fold-path.ts";
import { isTestPath } from "../inspect/test-path.ts";
import type { Placed } from "../workspace/apply.ts";

/** What belongs to the tests without being one: their folders' data, recorded expectations, and the runners' configuration. */
const testFolder = /(^|\/)(tests?|specs?|__tests__|__mocks__|__snapshots__|__fixtures__|e2e|fixtures)\//;
const snapshot = /\.snap$/;
const runnerConfiguration =
  /(^|\/)(vitest|vite|jest|ava|babel)[.-](config|workspace|setup|preset)([.-][a-z0-9]+)?\.[a-z]+$|(^|\/)\.mocharc(\.[a-z]+)?$|(^|\/)(mocha|jest|vitest|tests?)[._-]?setup\.[a-z]+$|(^|\/)setup[._-]?tests?\.[a-z]+$/;
export const packageManifest = /(^|\/)package\.json$/;
const manifest =
  /(^|\/)(package(-lock)?\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|pnpm-workspace\.yaml|yarn\.lock|bun\.lockb?)$/;

/** Whether a path is a test, its data or the configuration of its runner. */
export function isTestSide(path: string): boolean {
  const folded = foldPath(path);
  return isTestPath(path) || testFolder.test(folded) || snapshot.test(folded) || runnerConfiguration.test(folded);
}

export interface Crossed {
  /** Laid over head: every test and runner configuration as on base. null: the change leaves what the base has alone. */
  baseTests: Placed[] | null;
  /** Laid over base: the change's tests and what its package.json asks for. null: nothing to see, because it changes no tests, or nothing else. */
  headTests: Placed[] | null;
}

/**
 * The two trees between base and head, as what to lay over one of them. Pure. Data in test folders goes with the tests. Manifests
 * and lockfiles stay as on head in both, because the dependencies of head are what is installed. In: `settings` are the manifests of head
 * with the runner configuration of base, where the change alters that.
 */
export function crossedTrees(change: Change, settings: readonly Placed[] = []): Crossed {
  const tests = change.filter(({ path }) => isTestSide(path));
  const manifests = change.filter(({ path }) => manifest.test(path));
  const source = change.filter(({ path }) => !isTestSide(path) && !manifest.test(path));
  const touched = settings.length > 0 || tests.some(reachesBaseTests);
  const asOnBase = [...tests.map(({ path, before }) => ({ path, after: before })), ...settings];
  const added = tests.some(({ after }) => after !== null);
  return {
    baseTests: touched && source.length > 0 ? asOnBase : null,
    headTests: added && source.length > 0 ? [...tests, ...manifests].map(({ path, after }) => ({ path, after })) : null,
  };
}

/**
 * Whether a change reaches what decides which of the base's tests run and what they say: a test, its data or a recorded expectation that the
 * base has, the configuration of a runner, a manifest. A new test file reaches none of them.
 */
export function touchesBaseTests(change: Change): boolean {
  return change.some((entry) => manifest.test(entry.path) || (isTestSide(entry.path) && reachesBaseTests(entry)));
}

function reachesBaseTests({ path, before }: Change[number]): boolean {
  return before !== null || runnerConfiguration.test(foldPath(path));
}
