import type { Egress, Sandbox } from "../../sandbox/sandbox.ts";
import type { Change } from "../change.ts";
import type { Config } from "../config.ts";
import type { CheckResult, Outcome } from "../handoff/report.ts";
import { AirlockError } from "../errors.ts";
import { type Dependencies, detectDependencies, telling } from "../environment/detect.ts";
import { framesScripts } from "../environment/framed-scripts.ts";
import { resourceLimits } from "../environment/limits.ts";
import { type Settings, settingsFiles } from "../environment/settings.ts";
import { applyChange } from "../workspace/apply.ts";
import { checkoutTree } from "../workspace/checkout.ts";
import { contentsBefore, fileAt } from "../workspace/local.ts";
import { listTree } from "../workspace/tree.ts";
import { copyTrees, type Store, treeOf, viewRepository } from "../workspace/store.ts";
import { auditDependencies } from "./audit.ts";
import { compare, runAgain, type Runs } from "./compare.ts";
import { type BuiltInKind, type CheckPlan, detectChecks, type PlannedCheck } from "./detect.ts";
import { pinScripts } from "./pin-scripts.ts";
import { type SecretScan, secretsResult } from "./secrets.ts";
import { checkOnSide, containable, type Side, type SideDependencies, type SideName } from "./side.ts";

export interface Verification {
  sandbox: Sandbox;
  /** Host directory in or above a repository that holds the base and the trusted commit. */
  source: string;
  /** Existing host directory, reachable for the sandbox user, for everything written here; emptied again. */
  dir: string;
  /** Which checks there are comes from the trusted commit and its configuration, never from base or change. */
  task: { trusted: { commit: string }; config: Pick<Config, "checks" | "limits"> };
  base: { commit: string };
  change: Change;
  /** The tree that base + Change must make; absent means that any is right. */
  headTree?: string;
  /** Installs one side's dependencies. In: a checkout of that side, owned by the sandbox user, and the package manager's settings of the trusted commit. Asked for base, then for head. */
  dependencies: (side: SideName, checkout: string, tree: string, settings: Settings) => Promise<SideDependencies>;
  /** The package registry for the audit; null when there is none. */
  registry: URL | null;
  /** What the checks' commands may reach. Absent: no network. */
  egress?: Egress | undefined;
  scanSecrets: SecretScan;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface Progress {
  check: string;
  side: SideName;
  state: "started" | "passed" | "failed" | "not run";
  /** Whether this is the second run of a red. */
  again: boolean;
}

/** Everything known once both sides stand. */
interface Prepared {
  verification: Verification;
  store: Store;
  plan: CheckPlan;
  sides: Record<SideName, Side>;
}

/**
 * Rebuilds base + Change and runs every check on both, base and head at the same time, each in its own copy and sandbox.
 * Out: the tree that was checked, and one result per check; kinds with nothing to run are listed as not configured.
 * @throws AirlockError `tree-mismatch`, before anything runs, when the Change does not fit the base or does not make
 * `headTree`; SandboxError when the sandbox broke.
 */
export async function runChecks(verification: Verification): Promise<{ head_tree: string; checks: CheckResult[] }> {
  const { sandbox, source, dir, task, base, change } = verification;
  await using view = await viewRepository(source, dir);
  const [baseTree, trusted] = await Promise.all([treeOf(view, base.commit), treeOf(view, task.trusted.commit)]);
  await using store = await copyTrees(view, [baseTree, trusted], dir, sandbox.user);
  const head = await applyChange(store, baseTree, change);
  if (verification.headTree !== undefined && head !== verification.headTree)
    throw otherTree(head, verification.headTree);
  const plan = await planOf(store, trusted, verification);
  const sides = {
    base: await prepareSide({ verification, store, plan, trusted }, "base", baseTree),
    head: await prepareSide({ verification, store, plan, trusted }, "head", head),
  };
  const prepared: Prepared = { verification, store, plan, sides };
  const checks: CheckResult[] = [];
  for (const check of plan.checks) checks.push(await compareCheck(prepared, check));
  checks.push(...plan.notConfigured.map(notConfigured), await secrets(prepared), await audit(prepared));
  return { head_tree: head, checks };
}

function otherTree(found: string, wanted: string): AirlockError {
  return new AirlockError({
    code: "tree-mismatch",
    message: `Base and change make the tree ${found}, expected ${wanted}.`,
    fix: "Nothing was run. Start a new run; a change that was altered on its way is not used.",
  });
}

async function planOf(store: Store, trusted: string, { task }: Verification): Promise<CheckPlan> {
  const text = async (path: string) => (await fileAt(store, trusted, path))?.toString("utf8") ?? null;
  const [manifest, tsconfig] = await Promise.all([text("package.json"), text("tsconfig.json")]);
  const framed = framesScripts(await managerOf(store, trusted, manifest), await settingsOf(store, trusted));
  return detectChecks({ manifest, tsconfig, framed, config: task.config });
}

/** The package manager of the trusted commit, which decides how its scripts are run. */
async function managerOf(store: Store, trusted: string, manifest: string | null): Promise<Dependencies> {
  const top = (await listTree(store, trusted)).map(({ path }) => path).filter((path) => !path.includes("/"));
  const read = async (path: string) => [path, (await fileAt(store, trusted, path))?.toString("utf8") ?? ""] as const;
  const texts = await Promise.all(telling.filter((path) => top.includes(path)).map(read));
  const { ".yarnrc.yml": yarnrc = null } = await settingsOf(store, trusted);
  return detectDependencies(top, manifest, Object.fromEntries(texts), yarnrc);
}

async function prepareSide(
  {
    verification,
    store,
    plan,
    trusted,
  }: { verification: Verification; store: Store; plan: CheckPlan; trusted: string },
  name: SideName,
  tree: string,
): Promise<Side> {
  if (plan.checks.length === 0) {
    return { name, tree, pinned: [], dependencies: { kind: "ready", readOnly: [], scratch: [] } };
  }
  const made = await containable(checkoutTree(store, { tree, name: `install-${name}` }));
  if (made.kind === "refused") return { name, tree, dependencies: { kind: "failed", reason: made.reason }, pinned: [] };
  await using checkout = made.checkout;
  const settings = await settingsOf(store, trusted);
  const dependencies = await verification.dependencies(name, checkout.root, tree, settings);
  const pinned = await pinScripts(store, trusted, tree);
  if (pinned.kind === "pinned") return { name, tree, dependencies, pinned: pinned.mounts };
  return { name, tree, dependencies: { kind: "failed", reason: pinned.reason }, pinned: [] };
}

/** What the trusted commit tells its package manager; a change has no say in how its own dependencies are installed. */
async function settingsOf(store: Store, trusted: string): Promise<Settings> {
  const read = await Promise.all(
    settingsFiles.map(async (path) => [path, (await fileAt(store, trusted, path))?.toString("utf8")] as const),
  );
  return Object.fromEntries(read.filter(([, text]) => text !== undefined));
}

async function compareCheck(prepared: Prepared, check: PlannedCheck): Promise<CheckResult> {
  const [base, head] = await bothDone(runSide(prepared, check, "base"), runSide(prepared, check, "head"));
  const runs: Runs = { base, head };
  for (let side = runAgain(runs); side !== null; side = runAgain(runs)) {
    const again = await runSide(prepared, check, side, true);
    if (side === "base") runs.baseAgain = again;
    else runs.headAgain = again;
  }
  return { name: check.name, kind: check.kind, command: shownCommand(check), ...compare(runs) };
}

async function runSide({ verification, store, sides }: Prepared, check: PlannedCheck, name: SideName, again = false) {
  const { sandbox, task, egress, signal, onProgress } = verification;
  const tell = (state: Progress["state"]) => onProgress?.({ check: check.name, side: name, state, again });
  const { output_head_bytes: headBytes, output_tail_bytes: tailBytes } = task.config.limits;
  const limits = { output: { headBytes, tailBytes }, ...resourceLimits(task.config.limits) };
  tell("started");
  const ran = await checkOnSide({ sandbox, store, check, side: sides[name], limits, egress, signal });
  tell(stateOn[ran.outcome.kind]);
  return ran;
}

/** Both must have ended before an error of one is passed on: nothing may still run when the copies are removed. */
async function bothDone<T>(a: Promise<T>, b: Promise<T>): Promise<[T, T]> {
  await Promise.allSettled([a, b]);
  return [await a, await b];
}

const stateOn: Record<Outcome["kind"], Progress["state"]> = {
  passed: "passed",
  failed: "failed",
  not_run: "not run",
  not_configured: "not run",
};

/** Several steps are shown as the one line that a person would type. */
function shownCommand({ command }: PlannedCheck): string[] {
  const [only, ...more] = command;
  if (only !== undefined && more.length === 0) return only;
  return ["sh", "-c", command.map((step) => step.at(-1) ?? "").join(" && ")];
}

function notConfigured(kind: BuiltInKind): CheckResult {
  const outcome = { kind: "not_configured" } as const;
  return { name: kind, kind, command: [], base: outcome, head: outcome, class: "not configured" };
}

async function secrets({ verification, store }: Prepared): Promise<CheckResult> {
  const { change, scanSecrets } = verification;
  const started = performance.now();
  const findings = await scanSecrets(change, await contentsBefore(store, change));
  return secretsResult(findings, Math.round(performance.now() - started));
}

async function audit({ verification, store, sides }: Prepared): Promise<CheckResult> {
  const { sandbox, registry, signal } = verification;
  return auditDependencies({ sandbox, store, base: sides.base.tree, head: sides.head.tree, registry, signal });
}
