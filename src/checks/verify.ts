import type { Egress, Sandbox } from "../../sandbox/sandbox.ts";
import type { Change } from "../change.ts";
import type { Config } from "../config.ts";
import type { CheckResult, Proof } from "../handoff/report.ts";
import type { Finding } from "../handoff/finding.ts";
import { AirlockError } from "../errors.ts";
import { applyChange } from "../workspace/apply.ts";
import { contentsBefore } from "../workspace/local.ts";
import { copyTrees, treeOf, viewRepository } from "../workspace/store.ts";
import { auditDependencies } from "./audit.ts";
import { type Baseline, carriedRuns } from "./baseline.ts";
import { usableCaches } from "./caches.ts";
import { crossCheck } from "./cross-check.ts";
import type { BuiltInKind } from "./detect.ts";
import { bothDone, checkRows, type Prepared } from "./rows.ts";
import { type SecretScan, secretsResult } from "./secrets.ts";
import type { Side, SideName } from "./side.ts";
import { type InstallSide, planOf, prepareSide } from "./sides.ts";

export interface Verification {
  sandbox: Sandbox;
  /** Host directory in or above a repository that holds the base and the trusted commit. */
  source: string;
  /** Existing host directory, reachable for the sandbox user, for everything written here; emptied again. */
  dir: string;
  /** Which checks there are comes from the trusted commit and its configuration, never from base or change. */
  task: { trusted: { commit: string }; config: Pick<Config, "checks" | "limits" | "verify"> };
  base: { commit: string };
  change: Change;
  /** The tree that base + Change must make; absent means that any is right. */
  headTree?: string;
  /** Asked for base, then for head. */
  dependencies: InstallSide;
  /** What the base did earlier in this process, or on a machine that is believed. Used when it is of the same tree and plan. Absent: the base runs now. */
  baseline?: Promise<Baseline | null>;
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

export interface Verified {
  head_tree: string;
  checks: CheckResult[];
  /** Names of the checks whose base did not run now, but stands in the baseline. */
  carried: string[];
  proof: Proof;
  /** What the tests of base and head say of each other (V27, V28). */
  findings: Finding[];
}

/**
 * Rebuilds base + Change and runs every check on both, each in its own copy and sandbox. Out: the tree that was checked, one result per
 * check (kinds with nothing to run are listed as not configured), the proof, and what the crossed trees of base and head show.
 * @throws AirlockError `tree-mismatch`, before anything runs, when the Change does not fit the base or does not make
 * `headTree`; SandboxError when the sandbox broke.
 */
export async function runChecks(verification: Verification): Promise<Verified> {
  const { sandbox, source, dir, task, base, change, dependencies: install } = verification;
  await using view = await viewRepository(source, dir);
  const [baseTree, trusted] = await Promise.all([treeOf(view, base.commit), treeOf(view, task.trusted.commit)]);
  await using store = await copyTrees(view, [baseTree, trusted], dir, sandbox.user);
  const head = await applyChange(store, baseTree, change);
  if (verification.headTree !== undefined && head !== verification.headTree)
    throw otherTree(head, verification.headTree);
  const plan = await planOf(store, trusted, task.config);
  const baseline = await verification.baseline;
  const carried = carriedRuns(baseline, { tree: baseTree, plan });
  const done = plan.checks.every(({ name }) => carried?.get(name)?.outcome.kind === "passed");
  const sides = {
    base: done ? ranBefore(baseTree) : await prepareSide({ install, store, plan, trusted }, "base", baseTree),
    head: await prepareSide({ install, store, plan, trusted }, "head", head),
  };
  const { dependencies } = sides.head;
  const caches = carried === undefined ? undefined : usableCaches(baseline?.caches, { dependencies, change });
  const prepared: Prepared = { verification, store, trusted, plan, sides, carried, caches };
  const [rows, [scanned, audited]] = await bothDone(checkRows(prepared), bothDone(secrets(prepared), audit(prepared)));
  const crossed = await crossCheck(prepared, rows);
  const checks = [...rows.map(({ result }) => result), ...plan.notConfigured.map(notConfigured)];
  return { head_tree: head, checks: [...checks, scanned, audited], carried: [...(carried?.keys() ?? [])], ...crossed };
}

/** A base that is green everywhere is not run again, so nothing is prepared for it. */
function ranBefore(tree: string): Side {
  const reason = "the base ran earlier, and nothing was prepared for another run";
  return { name: "base", tree, pinned: [], dependencies: { kind: "failed", cause: "other", reason } };
}

function otherTree(found: string, wanted: string): AirlockError {
  return new AirlockError({
    code: "tree-mismatch",
    message: `Base and change make the tree ${found}, expected ${wanted}.`,
    fix: "Nothing was run. Start a new run; a change that was altered on its way is not used.",
  });
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
