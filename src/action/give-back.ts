import { lchown, lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./handover.ts";
import type { Inputs } from "./inputs.ts";
import { paperDirectory, type Shell } from "./shell.ts";

/**
 * Runs a phase behind sudo, and leaves the machine so that the runner's account can go on: the papers are its own, and what it could not
 * remove is gone. Only a prepare that succeeded leaves its directory, for the phase after it.
 */
export async function leaveAccount(
  phase: Inputs["phase"],
  shell: Shell & { account: Account },
  work: () => Promise<void>,
): Promise<void> {
  let keep = false;
  try {
    await work();
    keep = phase === "prepare";
  } finally {
    await giveBack(paperDirectory(shell), shell.account);
    if (!keep && shell.jobs !== shell.runner.temp) await removeJobs(shell);
  }
}

/** A rest that stays is told; it must not change how a phase ended. */
async function removeJobs({ jobs, log }: Shell): Promise<void> {
  await rm(jobs, { recursive: true, force: true, maxRetries: 3 }).catch((thrown: unknown) =>
    log(`${jobs} could not be removed: ${thrown instanceof Error ? thrown.message : String(thrown)}`),
  );
}

/** Gives a directory and all it holds to the runner's account, links themselves and never what they lead to. Missing is fine. */
async function giveBack(directory: string, { uid, gid }: Account): Promise<void> {
  if ((await lstat(directory).catch(() => null)) === null) return;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    await lchown(join(entry.parentPath, entry.name), uid, gid);
  await lchown(directory, uid, gid);
}
