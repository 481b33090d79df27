import { randomUUID } from "node:crypto";
import type { Egress, Limits, ReadOnlyMount, Sandbox } from "../../sandbox/sandbox.ts";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import { type InstalledPlaces, openDependencyView } from "../environment/view.ts";
import { AirlockError } from "../errors.ts";
import type { NotRunCause } from "../handoff/report.ts";
import { type Checkout, checkoutTree, hashTree } from "../workspace/checkout.ts";
import { layFiles } from "../workspace/generated.ts";
import type { Store } from "../workspace/store.ts";
import type { CachedForm } from "./cached-form.ts";
import { keepCaches, type KeptCaches, layCaches, openCachePlace } from "./caches.ts";
import type { PlannedCheck } from "./detect.ts";
import { judgeSide } from "./judge-side.ts";
import { openReportPlace } from "./report-file.ts";
import { type Ran, type Reporting, runCheck } from "./run.ts";
import { runnerOf } from "./runner.ts";

export type SideName = "base" | "head";

/** What was installed for one side, and where it appears over the checkout; or why it could not be. */
export type SideDependencies =
  | ({
      kind: "ready";
      /** Host directory of generated files, laid into every copy; absent: none. */
      generated?: string;
    } & InstalledPlaces)
  | { kind: "failed"; reason: string; cause?: NotRunCause };

/** One of the two states that every check looks at. */
export interface Side {
  name: SideName;
  tree: string;
  dependencies: SideDependencies;
  /** Mounts that put the trusted scripts in the place of redefined ones. */
  pinned: readonly ReadOnlyMount[];
}

export interface CheckOnSide {
  sandbox: Sandbox;
  store: Store;
  check: PlannedCheck;
  side: Side;
  /** What holds for every command; the time is the check's own. */
  limits: Omit<Limits, "timeoutMs">;
  /** Absent: no network. */
  egress?: Egress | undefined;
  signal?: AbortSignal | undefined;
  /** Absent: it starts from nothing and leaves nothing. */
  caches?: CacheUse | undefined;
}

export type CacheUse =
  /** The base keeps what its run leaves, below `into`, and tells. */
  | { kind: "keep"; into: string; form: CachedForm | null; lint: boolean; kept: (caches: KeptCaches) => void }
  /** The head starts from it. */
  | { kind: "start"; from: KeptCaches };

/**
 * Runs one check on one side in its own fresh copy of the tree and with its own view of the dependencies, so that nothing that one
 * check writes reaches another. The files are hashed before, and again after.
 * @throws SandboxError, AirlockError when sandbox or git broke; whatever the check does is an outcome.
 */
export async function checkOnSide(order: CheckOnSide): Promise<Ran> {
  const { sandbox, store, side, limits, egress, signal, caches } = order;
  const { dependencies } = side;
  if (dependencies.kind === "failed") return notRun(dependencies.cause ?? "install", dependencies.reason);
  const mountPoints = dependencies.readOnly.flatMap(({ inside }) => belowWorkspace(inside));
  const name = `${side.name}-${randomUUID()}`;
  const made = await containable(checkoutTree(store, { tree: side.tree, name, mountPoints }));
  if (made.kind === "refused") return notRun("other", made.reason);
  await using checkout = made.checkout;
  await expectUntouched(store, checkout);
  const { generated } = dependencies;
  const laid = generated === undefined ? [] : await layFiles(generated, checkout.root, store.runAs);
  await using view = await openDependencyView({ sandbox, dir: store.directory, dependencies });
  const from = caches?.kind === "start" ? caches.from : undefined;
  const form = (caches?.kind === "keep" ? caches.form : from?.form) ?? null;
  await using cache = await openCachePlace(store, form, from);
  if (from !== undefined) await layCaches(from, { checkout, written: view.written, store });
  const check = form === null ? order.check : { ...order.check, command: form.command };
  const profile = {
    workspace: { host: checkout.root, mode: "workspace-write" as const },
    ...view.mounts,
    readOnly: [...(view.mounts.readOnly ?? []), ...side.pinned],
    writable: cache.writable,
    limits: { ...limits, timeoutMs: check.timeoutMs },
    ...(egress === undefined ? {} : { egress }),
  };
  await using place = await reportPlace(check, store);
  const ran = await runCheck({ sandbox, check, profile, reporting: place.reporting, signal });
  if (caches?.kind === "keep" && ran.outcome.kind === "passed") {
    const { into, lint } = caches;
    // What cannot be kept is not carried; what it says of the check is told below.
    const keeping = { store, checkout, written: view.written, place: cache, laid, form, lint };
    const kept = await keepCaches(into, keeping).catch(() => null);
    if (kept !== null) caches.kept(kept);
  }
  const after = await filesAfter(store, checkout);
  return after.kind === "read" ? judgeSide(check.kind, ran, after.changed) : unreadable(ran, after.reason);
}

/** The report of a check that calls a known test runner; nothing for any other. */
async function reportPlace(
  { kind, command }: PlannedCheck,
  store: Store,
): Promise<AsyncDisposable & { reporting?: Reporting }> {
  const runner = kind === "tests" ? runnerOf(command) : null;
  if (runner?.kind !== "known") return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const place = await openReportPlace(store);
  return { reporting: { runner, place }, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

function notRun(cause: NotRunCause, reason: string): Ran {
  return { outcome: { kind: "not_run", cause, reason }, counts: null };
}

/**
 * A tree can hold what no sandbox could contain, such as a link in the place of a mount point. Then nothing runs on it, and the
 * reason is its outcome.
 * @throws AirlockError, except for that.
 */
export async function containable(
  making: Promise<Checkout>,
): Promise<{ kind: "made"; checkout: Checkout } | { kind: "refused"; reason: string }> {
  try {
    return { kind: "made", checkout: await making };
  } catch (error) {
    if (error instanceof AirlockError && error.code === "workspace-unusable") {
      return { kind: "refused", reason: error.message };
    }
    throw error;
  }
}

/**
 * What is checked must be the tree that is named: a disk or a git that does otherwise ends the verification. Entries are compared
 * and not the tree's id: git writes the old mode 100664 as 100644, which makes another id of the same files.
 */
async function expectUntouched(store: Store, checkout: Checkout): Promise<void> {
  const { changed } = await hashTree(store, checkout);
  if (changed.length === 0) return;
  throw new AirlockError({
    code: "tree-mismatch",
    message: `The files written for a check are not the tree ${checkout.tree}: ${changed.slice(0, 5).join(", ")} differ.`,
    fix: "Use a file system that keeps names, modes and bytes as they are (no case folding, no conversion).",
  });
}

type FilesAfter = { kind: "read"; changed: string[] } | { kind: "unreadable"; reason: string };

/** A check can leave a tree that nobody can read (permissions, links, endless names): that says nothing about the code. */
async function filesAfter(store: Store, checkout: Checkout): Promise<FilesAfter> {
  try {
    return { kind: "read", changed: (await hashTree(store, checkout)).changed };
  } catch (error) {
    return { kind: "unreadable", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** A failure stays one; a pass is not believed, because nobody knows which code it judged. */
function unreadable(ran: Ran, why: string): Ran {
  if (ran.outcome.kind !== "passed") return ran;
  return {
    ...ran,
    outcome: { kind: "not_run", cause: "other", reason: `its files can no longer be read afterwards: ${why}` },
  };
}

function belowWorkspace(inside: string): string[] {
  return inside.startsWith(`${workspaceInside}/`) ? [inside.slice(workspaceInside.length + 1)] : [];
}
