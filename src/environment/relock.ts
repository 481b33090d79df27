import { rm } from "node:fs/promises";
import type { InstallCommand } from "./command.ts";
import type { Installable } from "./detect.ts";
import type { Failure } from "./failure.ts";
import { type InstallOptions, runManager, withoutCredentials } from "./install.ts";
import { lockCommand, type MinimumAge } from "./lock-command.ts";
import { keepHosts } from "./lock-hosts.ts";
import { type Manifest, readPlain, Unusable } from "./manifests.ts";
import { orderInstall } from "./order.ts";
import { renamePinned } from "./yarn-pin.ts";

export interface RelockOptions extends Omit<InstallOptions, "into" | "scripts" | "wanted"> {
  wanted: Installable;
  /** Host directory of ours that is made for this and removed again. */
  stage: string;
  name: string;
  version: string;
  /** The changed package.json files: asking for exactly `version`, and as they are to be. */
  exact: readonly Manifest[];
  final: readonly Manifest[];
  /** What packages must be that are not locked yet; null: of any age. */
  age: MinimumAge | null;
}

export type Relocked = { kind: "relocked"; lockfile: Buffer } | Failure;

/**
 * Lets the repository's own manager write its lockfile anew for changed manifests: in the sandbox, with the registry as the only host,
 * without any script, as installations are run. Twice, because no manager takes both a version to lock and a range to write down: first the
 * exact version is locked, then the range is, which that version already satisfies.
 * @throws SandboxError when the sandbox broke.
 */
export async function relock(options: RelockOptions): Promise<Relocked> {
  const { wanted, settings = {}, exact, final, name, version } = options;
  const registry = withoutCredentials(options.registry);
  const order = await orderInstall(options.manifestDir, wanted, { settings, registry });
  if (order.kind === "refused") return failed(order.reason, order.fix);
  const path = wanted.lockfile;
  const old = order.manifests.find((file) => file.path === path)?.content ?? Buffer.alloc(0);
  const pinned = await lock(options, withFiles(order.command, exact));
  if (pinned.kind === "failed") return pinned;
  const isExact = final.every(({ content }, index) => exact[index]?.content.equals(content) === true);
  const content = renamePinned(pinned.lockfile, { name, version, lockfile: path, final });
  const locked = isExact ? pinned : await lock(options, withFiles(order.command, [...final, { path, content }]));
  if (locked.kind === "failed") return locked;
  return { kind: "relocked", lockfile: keepHosts({ old, now: locked.lockfile, lockfile: path, registry }) };
}

async function lock(
  options: RelockOptions,
  installs: InstallCommand,
): Promise<{ kind: "locked"; lockfile: Buffer } | Failure> {
  const { wanted, age, stage } = options;
  const { command, shown } = lockCommand(wanted, installs, age);
  try {
    const ran = await runManager({ ...options, into: stage }, command, shown);
    if (ran.kind === "failed") return ran;
    const lockfile = await readPlain(stage, wanted.lockfile);
    return lockfile === null ? failed(`${shown} left no lockfile`, byHand) : { kind: "locked", lockfile };
  } catch (error) {
    if (error instanceof Unusable) return failed(error.message, byHand);
    throw error;
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

const byHand = "Bump the package by hand.";

function withFiles(command: InstallCommand, files: readonly Manifest[]): InstallCommand {
  const kept = command.files.filter(({ path }) => files.every((one) => one.path !== path));
  return { ...command, files: [...kept, ...files] };
}

function failed(reason: string, fix: string): Failure {
  return { kind: "failed", reason, fix, evidence: "" };
}
