import { randomUUID } from "node:crypto";
import type { Limits, ReadOnlyMount, Sandbox } from "../../sandbox/sandbox.ts";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import { AirlockError } from "../errors.ts";
import { type Checkout, checkoutTree, hashTree } from "../workspace/checkout.ts";
import type { Store } from "../workspace/store.ts";
import type { PlannedCheck } from "./detect.ts";
import { judgeSide } from "./judge-side.ts";
import { type Ran, runCheck } from "./run.ts";

export type SideName = "base" | "head";

/** What was installed for one side, as it is mounted over the checkout; or why it could not be. */
export type SideDependencies =
  | { kind: "ready"; readOnly: readonly ReadOnlyMount[]; scratch: readonly string[] }
  | { kind: "failed"; reason: string };

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
  output: Limits["output"];
  signal?: AbortSignal | undefined;
}

/**
 * Runs one check on one side in its own fresh copy of the tree, so that nothing that one check writes reaches another. The
 * files are hashed before, and again after.
 * @throws SandboxError, AirlockError when sandbox or git broke; whatever the check does is an outcome.
 */
export async function checkOnSide(order: CheckOnSide): Promise<Ran> {
  const { sandbox, store, check, side, output, signal } = order;
  const { dependencies } = side;
  if (dependencies.kind === "failed")
    return { outcome: { kind: "not_run", reason: dependencies.reason }, counts: null };
  const mountPoints = dependencies.readOnly.flatMap(({ inside }) => belowWorkspace(inside));
  const name = `${side.name}-${randomUUID()}`;
  await using checkout = await checkoutTree(store, { tree: side.tree, name, mountPoints });
  await expectUntouched(store, checkout);
  const profile = {
    workspace: { host: checkout.root, mode: "workspace-write" as const },
    readOnly: [...dependencies.readOnly, ...side.pinned],
    scratch: [...dependencies.scratch],
    limits: { timeoutMs: check.timeoutMs, output },
  };
  const ran = await runCheck({ sandbox, check, profile, signal });
  return judgeSide(check.kind, ran, await changedFiles(store, checkout));
}

/** What is checked must be the tree that is named: a disk or a git that does otherwise ends the verification. */
async function expectUntouched(store: Store, checkout: Checkout): Promise<void> {
  const { tree, changed } = await hashTree(store, checkout);
  if (tree === checkout.tree) return;
  throw new AirlockError({
    code: "tree-mismatch",
    message: `The files written for a check are not the tree ${checkout.tree}: ${changed.slice(0, 5).join(", ")} differ.`,
    fix: "Use a file system that keeps names, modes and bytes as they are (no case folding, no conversion).",
  });
}

/** A check can leave a tree that git cannot read (permissions, a file in the place of a directory): that is a change too. */
async function changedFiles(store: Store, checkout: Checkout): Promise<string[]> {
  try {
    return (await hashTree(store, checkout)).changed;
  } catch (error) {
    if (error instanceof AirlockError && error.code === "git-failed") return ["(files that can no longer be read)"];
    throw error;
  }
}

function belowWorkspace(inside: string): string[] {
  return inside.startsWith(`${workspaceInside}/`) ? [inside.slice(workspaceInside.length + 1)] : [];
}
